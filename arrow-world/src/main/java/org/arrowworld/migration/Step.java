// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.migration;

import java.util.ArrayList;
import java.util.List;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Nearest;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.TableSchema;

/** One change of one table. */
abstract class Step {
  private final String table;

  Step(String table) {
    this.table = table;
  }

  final String table() {
    return table;
  }

  /** What it does, as it follows "Cannot". */
  abstract String describe();

  /** The table's value columns afterwards. */
  abstract List<Column> columns(List<Column> before);

  /** Changes the data of a table whose value columns were {@code before}. */
  abstract void apply(TableData data, List<Column> before);

  final TableSchema apply(TableSchema schema) {
    return schema.withColumns(columns(schema.columns()));
  }

  final Column find(List<Column> columns, String name) {
    return columns.get(place(columns, name));
  }

  final int place(List<Column> columns, String name) {
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).name().equals(name)) {
        return i;
      }
    }
    throw refused(
        Text.of(
            "the table has no value column '%s', only %s",
            name, Nearest.of(name, columns.stream().map(Column::name).toList())));
  }

  final List<Column> replaced(List<Column> columns, String name, Column by) {
    List<Column> changed = new ArrayList<>(columns);
    changed.set(place(columns, name), by);
    return changed;
  }

  final InvalidUseException refused(String finding) {
    return new InvalidUseException(Text.of("Cannot %s: %s", describe(), finding));
  }
}
