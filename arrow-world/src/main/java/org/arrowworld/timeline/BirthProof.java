// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.timeline;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.world.MutableTable;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.log.Triples;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.KeyKind;

/**
 * Which births lack the row of a string column, which has no default (spec O-2, O-3, O-8). No
 * reader refuses such a birth, so it ends no replay.
 */
final class BirthProof {
  private static final int MAX_FINDINGS = 100;

  /** A newborn of the open tick, and its string columns without a row so far. */
  private record Newborn(long seq, long tick, BitSet missing) {}

  /** The newborns of a table that lack a word. */
  private record Births(MutableTable table, List<Column> strings, Map<Integer, Newborn> open) {}

  /**
   * What a key tells of a table with string columns: its births, its deaths, or column by place.
   */
  private record Told(Births births, int column) {}

  private final Map<String, Told> told = new HashMap<>();
  private final List<Births> tables = new ArrayList<>();
  private final List<String> findings = new ArrayList<>();

  BirthProof(MutableWorld world) {
    for (MutableTable table : world.tables()) {
      List<Column> strings =
          table.schema().columns().stream().filter(c -> c.type() == ColumnType.STRING).toList();
      if (!strings.isEmpty()) {
        Births births = new Births(table, strings, new LinkedHashMap<>());
        tables.add(births);
        told.put(table.name() + ".born", new Told(births, -1));
        told.put(table.name() + ".died", new Told(births, -1));
        for (int i = 0; i < strings.size(); i++) {
          told.put(table.name() + "." + strings.get(i).name(), new Told(births, i));
        }
      }
    }
  }

  /** Takes a row of the open tick. */
  void add(Triples rows, int row, Key key, long seq) {
    Told of = tables.isEmpty() ? null : told.get(key.name());
    if (of == null) {
      return;
    }
    int id = rows.rids()[row];
    if (key.kind() == KeyKind.BORN) {
      BitSet missing = new BitSet();
      missing.set(0, of.births.strings.size());
      of.births.open.put(id, new Newborn(seq, rows.ticks()[row], missing));
    } else if (key.kind() == KeyKind.DIED) {
      of.births.open.remove(id);
    } else if (!of.births.open.isEmpty()) {
      Newborn newborn = of.births.open.get(id);
      if (newborn != null) {
        newborn.missing.clear(of.column);
        if (newborn.missing.isEmpty()) {
          of.births.open.remove(id);
        }
      }
    }
  }

  /** Judges the open tick. */
  void commit() {
    for (Births births : tables) {
      if (!births.open.isEmpty()) {
        births.open.forEach((id, newborn) -> found(births, id, newborn));
        births.open.clear();
      }
    }
  }

  private void found(Births births, int id, Newborn newborn) {
    if (findings.size() < MAX_FINDINGS) {
      findings.add(
          Text.of(
              "log: seq %d, tick %d: %s is born without a row of its string column '%s'",
              newborn.seq,
              newborn.tick,
              births.table.describe(id),
              births.strings.get(newborn.missing.nextSetBit(0)).name()));
    }
  }

  /** The first hundred births that lack one. */
  List<String> findings() {
    return List.copyOf(findings);
  }
}
