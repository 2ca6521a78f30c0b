// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.timeline;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.world.MutableTable;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.internal.world.TripleApplier;
import org.arrowworld.log.Triples;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.KeyEncoding;
import org.arrowworld.schema.KeyKind;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.schema.TableKind;
import org.arrowworld.schema.Values;

/**
 * Proves that rows of a log follow from the world before them, and applies them: values fit their
 * types, words have the codes of their first use, births and deaths fit the living, and presence
 * tables list living ids (spec L-9 to L-13, O-5 to O-13). Whatever any reader would refuse of a row
 * is refused here. One thread.
 */
public final class HistoryProof {
  private final MutableWorld world;
  private final KeyTable keys;
  private final TripleApplier applier;
  private final Set<String> schemaKeys;
  private final ReferenceProof references;
  private final BirthProof births;

  /** By key code, the table whose life a birth or death changes; null for all other keys. */
  private final List<MutableTable> tables = new ArrayList<>();

  /** Of the open tick: ids that entered a presence table, and ids of row tables that died. */
  private final Map<MutableTable, List<Integer>> entered = new HashMap<>();

  private final Map<MutableTable, List<Integer>> dead = new HashMap<>();

  /**
   * A proof that begins at a world, which goes on with the rows; it stays the caller's.
   *
   * @param keys of the log; may grow meanwhile
   */
  public HistoryProof(MutableWorld world, KeyTable keys) {
    this.world = world;
    this.keys = keys;
    this.applier = new TripleApplier(world, keys);
    this.references = new ReferenceProof(world);
    this.births = new BirthProof(world);
    this.schemaKeys = world.schema().keys().stream().map(Key::name).collect(Collectors.toSet());
  }

  /** The world after the rows so far. */
  public MutableWorld world() {
    return world;
  }

  /**
   * What a writer must not write though no reader refuses it: ids that were false when they were
   * written, births without their words; the first hundred of each.
   */
  public List<String> findings() {
    return Stream.concat(references.findings().stream(), births.findings().stream()).toList();
  }

  /**
   * Proves and applies rows {@code [from, to)}, which follow those before.
   *
   * @param words the words of rows whose keys carry one, by row number
   * @param seq of row 0
   * @throws DamagedFileException naming the first row that does not follow; the world is of no use
   *     after that
   */
  public void add(Triples rows, int from, int to, TripleApplier.Words words, long seq)
      throws DamagedFileException {
    int applied = from;
    int row = from;
    try {
      for (; row < to; row++) {
        Key key = keys.key(rows.keys()[row]);
        checkValue(rows, row, key, words);
        references.add(rows, row, key, seq + row);
        births.add(rows, row, key, seq + row);
        MutableTable table = table(key.code());
        if (table != null && key.kind() == KeyKind.BORN) {
          checkBirth(rows, row, table);
        } else if (table != null) {
          applier.apply(rows, applied, row, null);
          applied = row;
          checkDeath(rows, row, table);
        } else if (key.code() == KeyTable.COMMIT) {
          applier.apply(rows, applied, row + 1, null);
          applied = row + 1;
          checkPresence();
        }
      }
      row = applied;
      applier.apply(rows, applied, to, null);
    } catch (InvalidUseException e) {
      throw new DamagedFileException(
          "log",
          -1,
          Text.of(
              "seq %d, tick %d: %s",
              seq + Math.min(row, to - 1), rows.ticks()[Math.min(row, to - 1)], e.getMessage()),
          e);
    }
  }

  private void checkValue(Triples rows, int row, Key key, TripleApplier.Words words) {
    long val = rows.vals()[row];
    if (!Values.fits(key.type(), val)) {
      throw new InvalidUseException(
          Text.of(
              "a row of key '%s' has the value %s, which no %s can hold",
              key.name(), Double.longBitsToDouble(val), key.type().label()));
    }
    if (key.encoding() == KeyEncoding.CODE) {
      String word = words.word(row);
      if (word == null) {
        throw new InvalidUseException(Text.of("a row of key '%s' has no word", key.name()));
      }
      world.codebook().learn((int) Values.toInteger(val), word);
    }
  }

  private void checkBirth(Triples rows, int row, MutableTable table) {
    if (table.schema().kind() != TableKind.ROW && rows.vals()[row] != 0) {
      throw new InvalidUseException(
          Text.of("a birth in table '%s' has a generation, expected 0", table.name()));
    }
    if (table.schema().kind() == TableKind.PRESENCE) {
      entered.computeIfAbsent(table, t -> new ArrayList<>()).add(rows.rids()[row]);
    }
  }

  private void checkDeath(Triples rows, int row, MutableTable table) {
    int id = rows.rids()[row];
    int slot = table.schema().kind() == TableKind.APPEND_ONLY ? -1 : table.slotOf(id);
    if (slot < 0) {
      return; // refused when it is applied
    }
    boolean hasGenerations =
        table.schema().kind() == TableKind.ROW && table.schema().hasGenerations();
    long generation = hasGenerations ? Integer.toUnsignedLong(table.gen(slot)) : 0;
    if (rows.vals()[row] != Values.ofInteger(generation)) {
      throw new InvalidUseException(
          Text.of(
              "%s dies in generation %s, it lives in %d",
              table.describe(id), Double.longBitsToDouble(rows.vals()[row]), generation));
    }
    if (table.schema().kind() == TableKind.ROW) {
      dead.computeIfAbsent(table, t -> new ArrayList<>()).add(id);
    }
  }

  /** At each commit a presence table lists live ids only (spec O-5). */
  private void checkPresence() {
    for (MutableTable table : world.tables()) {
      if (table.schema().kind() == TableKind.PRESENCE) {
        MutableTable of = world.table(table.schema().of().orElseThrow());
        for (int id : entered.getOrDefault(table, List.of())) {
          requireNoGhost(table, of, id);
        }
        for (int id : dead.getOrDefault(of, List.of())) {
          requireNoGhost(table, of, id);
        }
      }
    }
    references.commit(dead);
    births.commit();
    entered.clear();
    dead.clear();
  }

  private static void requireNoGhost(MutableTable table, MutableTable of, int id) {
    if (table.slotOf(id) >= 0 && of.slotOf(id) < 0) {
      throw new InvalidUseException(
          Text.of(
              "table '%s' lists %s, which does not live in '%s'",
              table.name(), Integer.toUnsignedString(id), of.name()));
    }
  }

  /** The table whose rows a key makes live or die, if it is one of the schema's. */
  private MutableTable table(int code) {
    for (int known = tables.size(); known <= code; known++) {
      Key key = keys.key(known);
      boolean life = key.kind() == KeyKind.BORN || key.kind() == KeyKind.DIED;
      String name = key.name();
      boolean ofSchema = life && schemaKeys.contains(name);
      tables.add(ofSchema ? world.table(name.substring(0, name.indexOf('.'))) : null);
    }
    return tables.get(code);
  }
}
