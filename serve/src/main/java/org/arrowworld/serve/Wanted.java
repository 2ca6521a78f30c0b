// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.serve;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;

/**
 * Which tables and columns a client wants, named as a projection's: {@code creature} for a whole
 * table, {@code creature.energy} for a column; {@code id} and {@code gen} always come along.
 */
final class Wanted {
  /**
   * Some columns of a table.
   *
   * @param table the table
   * @param columns which of its columns, in file order
   */
  record Part(TableSchema table, List<Column> columns) {}

  private Wanted() {}

  /** The parts in the order in which tables are first named; all tables if nothing is named. */
  static List<Part> of(WorldSchema schema, List<String> names) {
    Map<String, Set<String>> byTable = new LinkedHashMap<>();
    for (String name : names) {
      add(schema, name, byTable);
    }
    if (names.isEmpty()) {
      schema.tables().forEach(table -> add(schema, table.name(), byTable));
    }
    List<Part> parts = new ArrayList<>();
    byTable.forEach((table, columns) -> parts.add(part(schema.table(table), columns)));
    return parts;
  }

  private static void add(WorldSchema schema, String name, Map<String, Set<String>> byTable) {
    int dot = name.indexOf('.');
    TableSchema table = schema.table(dot < 0 ? name : name.substring(0, dot));
    Set<String> columns = byTable.computeIfAbsent(table.name(), t -> new LinkedHashSet<>());
    if (dot < 0) {
      table.columns().forEach(column -> columns.add(column.name()));
    } else {
      columns.add(column(table, name.substring(dot + 1)).name());
    }
  }

  /** A column of a table, {@code id} and {@code gen} included. */
  static Column column(TableSchema table, String name) {
    for (Column column : table.allColumns()) {
      if (column.name().equals(name)) {
        return column;
      }
    }
    throw new InvalidUseException(
        Text.of(
            "Unknown column '%s' of table '%s': it has %s",
            name, table.name(), table.allColumns().stream().map(Column::name).toList()));
  }

  private static Part part(TableSchema table, Set<String> columns) {
    int always = table.allColumns().size() - table.columns().size();
    List<Column> wanted = new ArrayList<>(table.allColumns().subList(0, always));
    for (Column column : table.columns()) {
      if (columns.contains(column.name())) {
        wanted.add(column);
      }
    }
    return new Part(table, wanted);
  }
}
