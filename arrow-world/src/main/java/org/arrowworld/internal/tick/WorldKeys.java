// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.tick;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Nearest;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.EventKind;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.schema.Lineage;
import org.arrowworld.schema.TableKind;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;

/** The key codes of a world's tables, looked up once. */
final class WorldKeys {

  /** Codes of one table; -1 where it has no such key. */
  record TableKeys(
      int born, int died, int parent, int cause, List<Integer> values, Map<String, Key> events) {}

  private final List<TableKeys> tables = new ArrayList<>();
  private final Map<String, Key> inputs = new HashMap<>();

  WorldKeys(WorldSchema schema, KeyTable keys) {
    for (TableSchema table : schema.tables()) {
      tables.add(tableKeys(table, keys));
    }
    for (EventKind input : schema.inputs()) {
      inputs.put(input.name(), keys.key("in." + input.name()));
    }
  }

  private static TableKeys tableKeys(TableSchema table, KeyTable keys) {
    String prefix = table.name() + ".";
    List<Integer> values = new ArrayList<>();
    for (Column column : table.columns()) {
      values.add(keys.key(prefix + column.name()).code());
    }
    Map<String, Key> events = new HashMap<>();
    for (EventKind event : table.events()) {
      events.put(event.name(), keys.key(prefix + event.name()));
    }
    return new TableKeys(
        keys.key(prefix + "born").code(),
        table.kind() == TableKind.APPEND_ONLY ? -1 : keys.key(prefix + "died").code(),
        table.lineage().contains(Lineage.PARENT) ? keys.key(prefix + "parent").code() : -1,
        table.lineage().contains(Lineage.CAUSE) ? keys.key(prefix + "cause").code() : -1,
        values,
        events);
  }

  /** The codes of the table at a place in the schema. */
  TableKeys table(int index) {
    return tables.get(index);
  }

  Key input(String kind) {
    Key key = inputs.get(kind);
    if (key == null) {
      throw new InvalidUseException(
          Text.of(
              "Unknown input '%s': this world takes %s", kind, Nearest.of(kind, inputs.keySet())));
    }
    return key;
  }
}
