// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports;

import java.io.IOException;
import java.util.List;
import org.arrowworld.LiveWorld;
import org.arrowworld.schema.Cells;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.Values;
import org.arrowworld.table.TableView;
import org.arrowworld.tick.Born;
import org.arrowworld.tick.Tick;
import org.arrowworld.tick.TickTable;

/** Makes a live world go through the times of a table, one tick each. */
final class HistoryPlayer {
  private final String table;
  private final List<HistoryImport.Named> values;
  private final HistoryRows rows;
  private final HistoryOptions.Absence absence;
  private long births;

  HistoryPlayer(
      String table,
      List<HistoryImport.Named> values,
      HistoryRows rows,
      HistoryOptions.Absence absence) {
    this.table = table;
    this.values = values;
    this.rows = rows;
    this.absence = absence;
  }

  void play(LiveWorld live) throws IOException {
    int to;
    for (int from = 0; from < rows.count(); from = to) {
      long tick = rows.tick(rows.row(from));
      to = from;
      while (to < rows.count() && rows.tick(rows.row(to)) == tick) {
        to++;
      }
      int first = from;
      int end = to;
      live.tick(tick, changes -> frame(changes, first, end));
    }
  }

  long births() {
    return births;
  }

  private void frame(Tick changes, int from, int to) {
    TickTable target = changes.table(table);
    TableView present = target.before();
    boolean[] stays = new boolean[present.rows()];
    for (int at = from; at < to; at++) {
      int row = rows.row(at);
      int slot = present.slotOf(rows.id(row));
      if (slot >= 0) {
        stays[slot] = true;
        update(target, slot, row);
      } else {
        birth(target.insert(rows.id(row)), row);
        births++;
      }
    }
    for (int slot = 0; slot < stays.length && absence == HistoryOptions.Absence.DIES; slot++) {
      if (!stays[slot]) {
        target.removeSlot(slot);
      }
    }
  }

  private void update(TickTable target, int slot, int row) {
    for (HistoryImport.Named value : values) {
      ForeignColumn source = value.source();
      if (source == null || source.nulls().get(row)) {
        continue;
      }
      String name = value.column().name();
      ColumnType type = value.column().type();
      long pattern = Cells.read(type, source.data(), row);
      switch (type) {
        case STRING -> target.setSlot(slot, name, word(source, row));
        case BOOL -> target.setSlot(slot, name, Values.toInteger(pattern) != 0);
        case F32 -> target.setSlot(slot, name, Float.intBitsToFloat(source.data().getInt(4 * row)));
        case F64 -> target.setSlot(slot, name, Double.longBitsToDouble(pattern));
        case U64 -> target.setSlotUnsigned(slot, name, pattern);
        default -> target.setSlot(slot, name, Cells.integer(type, pattern));
      }
    }
  }

  private void birth(Born born, int row) {
    for (HistoryImport.Named value : values) {
      ForeignColumn source = value.source();
      String name = value.column().name();
      if (source == null) {
        born.set(name, rows.words().get(rows.id(row)));
        continue;
      }
      if (source.nulls().get(row)) {
        continue;
      }
      ColumnType type = value.column().type();
      long pattern = Cells.read(type, source.data(), row);
      switch (type) {
        case STRING -> born.set(name, word(source, row));
        case BOOL -> born.set(name, Values.toInteger(pattern) != 0);
        case F32 -> born.set(name, Float.intBitsToFloat(source.data().getInt(4 * row)));
        case F64 -> born.set(name, Double.longBitsToDouble(pattern));
        case U64 -> born.setUnsigned(name, pattern);
        default -> born.set(name, Cells.integer(type, pattern));
      }
    }
  }

  private static String word(ForeignColumn source, int row) {
    return source.words().get(source.data().getInt(4 * row));
  }
}
