// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.timeline;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Nearest;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;

/**
 * Which tables and columns of a world are wanted; memory is taken for those alone. A table that is
 * wanted at all comes with its {@code id} and {@code gen}; a presence table brings the ids of the
 * table it is of.
 */
public final class Projection {
  /** Everything. */
  public static final Projection ALL = new Projection(Set.of());

  private final Set<String> names;

  private Projection(Set<String> names) {
    this.names = names;
  }

  /**
   * Some of a world.
   *
   * @param names tables ({@code creature}: all their columns) and columns ({@code creature.energy})
   */
  public static Projection of(String... names) {
    return of(List.of(names));
  }

  /** As {@link #of(String...)}. */
  public static Projection of(List<String> names) {
    if (names.isEmpty()) {
      throw new InvalidUseException("Cannot project a world to nothing: name a table or a column");
    }
    return new Projection(new LinkedHashSet<>(names));
  }

  /** Whether it leaves nothing out. */
  boolean isAll() {
    return names.isEmpty();
  }

  /**
   * The schema of what is wanted. A column of ids does not bring the table it names; without it, it
   * is a column of numbers.
   *
   * @throws InvalidUseException if a name is none of the schema's
   */
  WorldSchema of(WorldSchema schema) {
    if (isAll()) {
      return schema;
    }
    names.forEach(name -> check(schema, name));
    List<TableSchema> shown = schema.tables().stream().filter(t -> isShown(schema, t)).toList();
    Set<String> shownNames = shown.stream().map(TableSchema::name).collect(Collectors.toSet());
    List<TableSchema> tables = new ArrayList<>();
    for (TableSchema table : shown) {
      tables.add(
          new TableSchema(
              table.name(),
              table.kind(),
              table.of(),
              table.ids(),
              table.hasGenerations(),
              table.removal(),
              table.lineage(),
              columns(table).map(column -> column.amongTables(shownNames)).toList(),
              List.of()));
    }
    return new WorldSchema(schema.version(), tables, List.of());
  }

  private boolean isShown(WorldSchema schema, TableSchema table) {
    return isWanted(table)
        || schema.tables().stream()
            .anyMatch(t -> t.of().equals(Optional.of(table.name())) && isWanted(t));
  }

  private boolean isWanted(TableSchema table) {
    return columns(table).findAny().isPresent() || isNamed(table);
  }

  private Stream<Column> columns(TableSchema table) {
    return table.columns().stream()
        .filter(c -> names.contains(table.name()) || names.contains(fullName(table, c)));
  }

  private static String fullName(TableSchema table, Column column) {
    return table.name() + "." + column.name();
  }

  private boolean isNamed(TableSchema table) {
    return names.contains(table.name())
        || names.contains(table.name() + ".id")
        || names.contains(table.name() + ".gen");
  }

  private static void check(WorldSchema schema, String name) {
    int dot = name.indexOf('.');
    TableSchema table = schema.table(dot < 0 ? name : name.substring(0, dot));
    String column = name.substring(dot + 1);
    if (dot >= 0 && table.allColumns().stream().noneMatch(c -> c.name().equals(column))) {
      throw new InvalidUseException(
          Text.of(
              "Unknown column '%s' of table '%s': it has %s",
              column,
              table.name(),
              Nearest.of(column, table.allColumns().stream().map(Column::name).toList())));
    }
  }
}
