// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.interop;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.arrowworld.hash.Hashes;
import org.arrowworld.internal.Text;
import org.arrowworld.log.LogPosition;
import org.arrowworld.schema.Column;
import org.arrowworld.table.TableView;
import org.arrowworld.table.WorldView;

/** What Java holds of a world at a tick, as a tree that becomes JSON. */
final class WorldReport {
  private WorldReport() {}

  static Map<String, Object> of(WorldView world) {
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("tick", world.tick());
    report.put("hash_world", Hashes.world(world.tables()));
    report.put("resume_hash", Hashes.resume(world));
    report.put("codes", world.codebook().size());
    Map<String, Object> tables = new LinkedHashMap<>();
    world.tables().forEach(table -> tables.put(table.name(), table(table)));
    report.put("tables", tables);
    return report;
  }

  /** Also the place in the log. */
  static Map<String, Object> of(WorldView world, LogPosition position) {
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("seq", position.seq());
    report.put("chain", Text.of("%016x", position.chain()));
    report.putAll(of(world));
    return report;
  }

  private static Map<String, Object> table(TableView table) {
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("rows", table.rows());
    Map<String, Object> columns = new LinkedHashMap<>();
    for (Column column : table.columns()) {
      columns.put(column.name(), Hashes.columns(table, List.of(column.name())));
    }
    report.put("columns", columns);
    return report;
  }
}
