// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.timeline;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.world.MutableTable;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.log.Triples;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.KeyKind;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.Values;

/**
 * Which values of id columns were false when they were written: ids that neither lived at the start
 * of the tick nor were born in it (spec O-16). No reader refuses such a row, so it ends no replay.
 */
final class ReferenceProof {
  private static final int MAX_FINDINGS = 100;

  private record Written(Key key, MutableTable of, int rid, int id, long seq, long tick) {}

  /** By the key of an id column, the table whose ids it holds. */
  private final Map<String, MutableTable> columns = new HashMap<>();

  private final List<Written> open = new ArrayList<>();
  private final List<String> findings = new ArrayList<>();

  ReferenceProof(MutableWorld world) {
    for (TableSchema table : world.schema().tables()) {
      for (Column column : table.columns()) {
        Optional<String> of = column.refersTo();
        of.ifPresent(name -> columns.put(table.name() + "." + column.name(), world.table(name)));
      }
    }
  }

  /** Takes a row of the open tick. */
  void add(Triples rows, int row, Key key, long seq) {
    MutableTable of = key.kind() == KeyKind.VALUE ? columns.get(key.name()) : null;
    long id = of == null ? Column.NO_ROW : Values.toInteger(rows.vals()[row]);
    if (id != Column.NO_ROW) {
      open.add(new Written(key, of, rows.rids()[row], (int) id, seq, rows.ticks()[row]));
    }
  }

  /**
   * Judges the open tick, whose rows are all applied.
   *
   * @param dead by table, the ids that died in it: each lived at its start
   */
  void commit(Map<MutableTable, List<Integer>> dead) {
    Map<MutableTable, Set<Integer>> lived = new HashMap<>();
    for (Written row : open) {
      boolean lives = row.of.slotOf(row.id) >= 0;
      if (!lives && !lived.computeIfAbsent(row.of, of -> deadOf(dead, of)).contains(row.id)) {
        found(row);
      }
    }
    open.clear();
  }

  private static Set<Integer> deadOf(Map<MutableTable, List<Integer>> dead, MutableTable of) {
    return Set.copyOf(dead.getOrDefault(of, List.of()));
  }

  private void found(Written row) {
    if (findings.size() < MAX_FINDINGS) {
      findings.add(
          Text.of(
              "log: seq %d, tick %d: '%s' of row %s was written with %s, which did not live and was not born in that tick",
              row.seq,
              row.tick,
              row.key.name(),
              Integer.toUnsignedString(row.rid),
              row.of.describe(row.id)));
    }
  }

  /** The first hundred rows that were false when they were written. */
  List<String> findings() {
    return List.copyOf(findings);
  }
}
