// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.spark;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;

/** Which table a view is about. */
final class TableChoice {
  private TableChoice() {}

  /** The table of a name, or the only one, as the first run has it. */
  static TableSchema of(PlannedRuns runs, ViewName view, Optional<String> wanted)
      throws IOException {
    WorldSchema schema = runs.of(runs.first()).schema();
    if (wanted.isPresent()) {
      return schema.table(wanted.get());
    }
    List<TableSchema> tables = schema.tables();
    if (tables.size() != 1) {
      throw new InvalidUseException(
          Text.of(
              "View '%s' is of one table: say which by option table; the runs have %s",
              view.label(), tables.stream().map(TableSchema::name).toList()));
    }
    return tables.get(0);
  }

  /** Refuses a run in which the table is another one than in the first. */
  static void requireSame(
      TableSchema table, RunLocation run, WorldSchema schema, RunLocation first) {
    Optional<TableSchema> found =
        schema.tables().stream().filter(t -> t.name().equals(table.name())).findFirst();
    if (found.isEmpty() || !found.get().allColumns().equals(table.allColumns())) {
      throw new InvalidUseException(
          Text.of(
              "Cannot show table '%s' of runs that differ in it: %s has %s, but %s has %s; read such runs on their own",
              table.name(),
              first.location(),
              columns(table),
              run.location(),
              found.map(TableChoice::columns).orElse("no such table")));
    }
  }

  private static String columns(TableSchema table) {
    return table.allColumns().stream()
        .map(TableChoice::column)
        .collect(Collectors.joining(", ", "[", "]"));
  }

  private static String column(Column column) {
    return column.name() + " " + column.type().label();
  }
}
