// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.schema;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Nearest;
import org.arrowworld.internal.Text;

/**
 * The tables of a world in their fixed order, and the inputs it takes.
 *
 * @param version schema version, from 1
 * @param tables in schema order
 * @param inputs kinds of input rows
 */
public record WorldSchema(int version, List<TableSchema> tables, List<EventKind> inputs) {

  /** Units and docs stand in the headers of files, which are bounded (spec S-15). */
  private static final long MAX_WORD_BYTES = 8L << 20;

  /** What no table is called: keys of the log, and the snapshot's file of words (spec S-9). */
  private static final Set<String> RESERVED = Set.of("tick", "in", "schema", "codebook");

  public WorldSchema {
    tables = List.copyOf(tables);
    inputs = List.copyOf(inputs);
    if (version < 1) {
      throw new InvalidUseException(
          Text.of("Cannot use schema version %d: expected 1 or more", version));
    }
    Set<String> names = new HashSet<>(RESERVED);
    for (TableSchema table : tables) {
      if (!names.add(table.name())) {
        throw new InvalidUseException(
            Text.of("Cannot define table '%s': the name is used twice or reserved", table.name()));
      }
    }
    for (TableSchema table : tables) {
      checkReferences(table, tables);
    }
    long words =
        tables.stream().flatMap(t -> t.columns().stream()).mapToLong(Column::wordBytes).sum();
    if (words > MAX_WORD_BYTES) {
      throw new InvalidUseException(
          Text.of(
              "Cannot define a world whose units and docs have %d bytes: expected at most %d",
              words, MAX_WORD_BYTES));
    }
    Set<String> inputNames = new HashSet<>();
    for (EventKind input : inputs) {
      if (!inputNames.add(input.name())) {
        throw new InvalidUseException(Text.of("Cannot define input '%s' twice", input.name()));
      }
    }
  }

  /** Whether no table may be called so (spec S-9). */
  public static boolean isReserved(String name) {
    return RESERVED.contains(name);
  }

  private static void checkReferences(TableSchema table, List<TableSchema> tables) {
    List<String> references = new ArrayList<>();
    table.of().ifPresent(references::add);
    table.columns().forEach(c -> c.refersTo().ifPresent(references::add));
    table.events().forEach(e -> e.refersTo().ifPresent(references::add));
    for (String reference : references) {
      if (tables.stream().noneMatch(t -> t.name().equals(reference) && t.kind() == TableKind.ROW)) {
        throw new InvalidUseException(
            Text.of(
                "Cannot define table '%s': it refers to '%s', which is not a row table of this world",
                table.name(), reference));
      }
    }
  }

  /** A world of these tables, version 1, without inputs. */
  public static WorldSchema of(TableSchema... tables) {
    return new WorldSchema(1, List.of(tables), List.of());
  }

  /** This schema with one more input kind. */
  public WorldSchema withInput(EventKind input) {
    List<EventKind> more = new ArrayList<>(inputs);
    more.add(input);
    return new WorldSchema(version, tables, more);
  }

  /** The table of a name. */
  public TableSchema table(String name) {
    return tables.stream()
        .filter(t -> t.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new InvalidUseException(unknownTable(name)));
  }

  private String unknownTable(String name) {
    return Text.of(
        "Unknown table '%s': this world has %s",
        name, Nearest.of(name, tables.stream().map(TableSchema::name).toList()));
  }

  /** Whether the log needs a {@code text} column. */
  public boolean hasStrings() {
    return keys().stream().anyMatch(k -> k.encoding() == KeyEncoding.CODE);
  }

  /** The keys of this world in code order (spec L-6). */
  public List<Key> keys() {
    List<Key> keys = new ArrayList<>();
    add(keys, "tick.commit", ColumnType.U64, KeyKind.COMMIT, 0, Optional.empty());
    for (TableSchema table : tables) {
      addTableKeys(keys, table);
    }
    for (TableSchema table : tables) {
      for (EventKind event : table.events()) {
        String name = table.name() + "." + event.name();
        add(keys, name, event.type(), KeyKind.EVENT, 0, event.refersTo());
      }
    }
    for (EventKind input : inputs) {
      add(keys, "in." + input.name(), input.type(), KeyKind.INPUT, 0, input.refersTo());
    }
    return keys;
  }

  private static void addTableKeys(List<Key> keys, TableSchema table) {
    String prefix = table.name() + ".";
    add(keys, prefix + "born", ColumnType.U32, KeyKind.BORN, 0, table.of());
    if (table.kind() != TableKind.APPEND_ONLY) {
      add(keys, prefix + "died", ColumnType.U32, KeyKind.DIED, 0, table.of());
    }
    if (table.lineage().contains(Lineage.PARENT)) {
      add(keys, prefix + "parent", ColumnType.U32, KeyKind.LINEAGE, 0, Optional.of(table.name()));
    }
    if (table.lineage().contains(Lineage.CAUSE)) {
      add(keys, prefix + "cause", ColumnType.STRING, KeyKind.LINEAGE, 0, Optional.empty());
    }
    for (Column column : table.columns()) {
      add(
          keys,
          prefix + column.name(),
          column.type(),
          KeyKind.VALUE,
          column.defaultBits(),
          Optional.empty());
    }
  }

  private static void add(
      List<Key> keys,
      String name,
      ColumnType type,
      KeyKind kind,
      long defaultBits,
      Optional<String> refersTo) {
    keys.add(new Key(keys.size(), name, type, kind, defaultBits, refersTo));
  }

  /** Whether another of the same version declares otherwise, units and docs aside (spec N-5). */
  public boolean contradicts(WorldSchema other) {
    return version == other.version && !equals(other);
  }
}
