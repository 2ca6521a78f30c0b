// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.schema;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;

/**
 * A table's shape and policies (spec S-5 to S-8). Immutable.
 *
 * @param name its name
 * @param kind what its rows are
 * @param of the table whose ids a presence table or component holds; empty for other kinds
 * @param ids who chooses ids (row tables)
 * @param hasGenerations whether there is a {@code gen} column (row tables)
 * @param removal what fills a removed row's slot
 * @param lineage which lineage rows the log carries
 * @param columns the value columns, without {@code id} and {@code gen}; a presence table that has
 *     some is a component
 * @param events events of this table's rows
 */
public record TableSchema(
    String name,
    TableKind kind,
    Optional<String> of,
    IdPolicy ids,
    boolean hasGenerations,
    RemovalPolicy removal,
    Set<Lineage> lineage,
    List<Column> columns,
    List<EventKind> events) {

  public TableSchema {
    Names.check("table", name);
    lineage =
        Collections.unmodifiableSet(
            lineage.isEmpty() ? EnumSet.noneOf(Lineage.class) : EnumSet.copyOf(lineage));
    columns = List.copyOf(columns);
    events = List.copyOf(events);
    Set<String> used = new HashSet<>(List.of("id", "gen", "born", "died", "parent", "cause"));
    for (String n : names(columns, events)) {
      if (!used.add(n)) {
        throw new InvalidUseException(
            Text.of("Cannot define table '%s': the name '%s' is used twice or reserved", name, n));
      }
    }
    boolean fits =
        switch (kind) {
          case ROW -> of.isEmpty();
          case APPEND_ONLY -> of.isEmpty() && !hasGenerations && lineage.isEmpty();
          case PRESENCE ->
              of.isPresent() && !hasGenerations && lineage.isEmpty() && events.isEmpty();
        };
    if (!fits || (kind != TableKind.ROW && ids != IdPolicy.ALLOCATED)) {
      throw new InvalidUseException(
          Text.of(
              "Cannot define table '%s': a %s table has no such ids, generations, lineage, events or 'of'",
              name, kind.label()));
    }
  }

  private static List<String> names(List<Column> columns, List<EventKind> events) {
    List<String> names = new ArrayList<>();
    columns.forEach(c -> names.add(c.name()));
    events.forEach(e -> names.add(e.name()));
    return names;
  }

  /** This table with other value columns. */
  public TableSchema withColumns(List<Column> others) {
    return new TableSchema(name, kind, of, ids, hasGenerations, removal, lineage, others, events);
  }

  /** All columns as files hold them: {@code id}, {@code gen}, then the value columns. */
  public List<Column> allColumns() {
    List<Column> all = new ArrayList<>();
    if (kind != TableKind.APPEND_ONLY) {
      all.add(Column.of("id", ColumnType.U32));
    }
    if (hasGenerations) {
      all.add(Column.of("gen", ColumnType.U32));
    }
    all.addAll(columns);
    return all;
  }

  /** Starts a table of entities whose ids the table allocates and recycles, with generations. */
  public static Builder row(String name) {
    Builder builder = new Builder(name, TableKind.ROW, Optional.empty());
    builder.generations = true;
    return builder;
  }

  /** Starts a table whose rows are only added. */
  public static Builder appendOnly(String name) {
    return new Builder(name, TableKind.APPEND_ONLY, Optional.empty());
  }

  /** A table of the ids of those rows of {@code of} that have some property. */
  public static TableSchema presence(String name, String of) {
    return component(name, of).build();
  }

  /**
   * Starts a component: a presence table with columns, values that only some rows of {@code of}
   * have. A row enters it with {@code insert(id)}, and leaves it when it is removed or dies.
   */
  public static Builder component(String name, String of) {
    return new Builder(name, TableKind.PRESENCE, Optional.of(of));
  }

  /** Collects a table's definition. */
  public static final class Builder {
    private final String name;
    private final TableKind kind;
    private final Optional<String> of;
    private IdPolicy ids = IdPolicy.ALLOCATED;
    private boolean generations;
    private RemovalPolicy removal = RemovalPolicy.SWAP_REMOVE;
    private final Set<Lineage> lineage = EnumSet.noneOf(Lineage.class);
    private final List<Column> columns = new ArrayList<>();
    private final List<EventKind> events = new ArrayList<>();

    private Builder(String name, TableKind kind, Optional<String> of) {
      this.name = name;
      this.kind = kind;
      this.of = of;
    }

    /** Adds a column that starts at zero, false, or (strings) needs a value at birth. */
    public Builder column(String columnName, ColumnType type) {
      columns.add(Column.of(columnName, type));
      return this;
    }

    /** Adds a float or integer column (not 64-bit) with a default. */
    public Builder column(String columnName, ColumnType type, double defaultValue) {
      columns.add(new Column(columnName, type, Values.encode(columnName, type, defaultValue)));
      return this;
    }

    /** Adds a column as it is. */
    public Builder column(Column column) {
      columns.add(column);
      return this;
    }

    /** Says what the values of the column added last are counted in: {@code m/s}. */
    public Builder unit(String text) {
      return last("unit", column -> column.withUnit(text));
    }

    /** Says of the column added last what it is, for people. */
    public Builder doc(String text) {
      return last("doc", column -> column.withDoc(text));
    }

    private Builder last(String what, UnaryOperator<Column> change) {
      if (columns.isEmpty()) {
        throw new InvalidUseException(
            Text.of(
                "Cannot give table '%s' a %s: it is that of the column added before, and there is none",
                name, what));
      }
      columns.set(columns.size() - 1, change.apply(columns.get(columns.size() - 1)));
      return this;
    }

    /**
     * Adds a column of the ids of a row table's rows, or {@link Column#NO_ROW}: each must live, or
     * be born in the tick, when it is written (spec S-14, O-16).
     */
    public Builder reference(String columnName, String table) {
      columns.add(Column.reference(columnName, table));
      return this;
    }

    /** The caller chooses ids. */
    public Builder externalIds() {
      ids = IdPolicy.EXTERNAL;
      return this;
    }

    /** No {@code gen} column: ids are never used twice. */
    public Builder withoutGenerations() {
      generations = false;
      return this;
    }

    /** Removal keeps the order of the remaining rows. */
    public Builder orderPreserving() {
      removal = RemovalPolicy.COMPACT;
      return this;
    }

    /** Logs these lineage rows. */
    public Builder lineage(Lineage... kinds) {
      lineage.addAll(List.of(kinds));
      return this;
    }

    /** Declares an event of this table's rows. */
    public Builder event(EventKind event) {
      events.add(event);
      return this;
    }

    /** The definition, checked. */
    public TableSchema build() {
      return new TableSchema(name, kind, of, ids, generations, removal, lineage, columns, events);
    }
  }
}
