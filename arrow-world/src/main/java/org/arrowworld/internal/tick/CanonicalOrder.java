// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.tick;

import java.util.ArrayList;
import java.util.List;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.store.MutableCodebook;
import org.arrowworld.internal.world.MutableTable;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.log.Triples;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.Values;

/**
 * Turns the changes of a tick into triples in canonical order (spec O-1 to O-6). Changes nothing
 * but the codebook, which gets the new words.
 */
final class CanonicalOrder {
  private final TickBuffer buffer;
  private final MutableCodebook codebook;
  private final Triples out;
  private final List<Lives> lives = new ArrayList<>();
  private long tick;

  /**
   * @param out where rows go; cleared by {@link #run}
   */
  CanonicalOrder(MutableWorld world, TickBuffer buffer, Triples out) {
    this.buffer = buffer;
    this.codebook = world.codebook();
    this.out = out;
    buffer.tables().forEach(table -> lives.add(new Lives(table)));
  }

  /** Makes the rows of a tick, without its commit row. */
  void run() {
    tick = buffer.tick();
    out.clear();
    number();
    emit(buffer.inputs(), identity(buffer.inputs().size()));
    for (int i = 0; i < lives.size(); i++) {
      if (!isPresence(i)) {
        emit(buffer.tables().get(i), lives.get(i));
      }
    }
    for (int i = 0; i < lives.size(); i++) {
      if (isPresence(i)) {
        emit(buffer.tables().get(i), lives.get(i));
      }
    }
    out.ensure(out.size() + 1); // for the commit row, which the log adds
  }

  private void emit(TableBuffer table, Lives rows) {
    emitValues(table);
    emit(table.events(), table.events().byKeyAndRid());
    emitDeaths(table, rows);
    emitBirths(table, rows);
  }

  /** Gives all births their numbers, and puts them where rows born in this tick are referred to. */
  private void number() {
    lives.forEach(Lives::begin);
    for (int i = 0; i < lives.size(); i++) {
      if (!isPresence(i)) {
        lives.get(i).numberBirths();
      }
    }
    for (int i = 0; i < lives.size(); i++) {
      TableBuffer table = buffer.tables().get(i);
      table.referents().unproven().check(table, lives.get(i));
    }
    if (!buffer.entities().isEmpty()) {
      for (int i = 0; i < lives.size(); i++) {
        TableBuffer table = buffer.tables().get(i);
        table.events().resolve(buffer.entities());
        table.insertions().resolve(buffer.entities(), lives.get(i));
      }
    }
    for (int i = 0; i < lives.size(); i++) {
      if (isPresence(i)) {
        lives.get(i).numberPresences(lives.get(place(buffer.tables().get(i).of())));
      }
    }
  }

  private int place(TableBuffer table) {
    return buffer.tables().indexOf(table);
  }

  private boolean isPresence(int table) {
    return buffer.tables().get(table).of() != null;
  }

  private static int[] identity(int count) {
    int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      order[i] = i;
    }
    return order;
  }

  private void add(int rid, int key, long pattern) {
    out.add(tick, rid, key, pattern);
  }

  private long code(long pendingWord) {
    return Values.ofInteger(codebook.intern(buffer.words().word(pendingWord)));
  }

  /** The pattern to log for a staged one: words get codes, rows born in this tick their numbers. */
  private long logged(ColumnType type, long pattern) {
    return switch (type) {
      case STRING -> code(pattern);
      case U32 -> buffer.entities().resolvePattern(pattern);
      default -> pattern;
    };
  }

  private void emit(RowList rows, int[] order) {
    for (int i : order) {
      Key key = buffer.keyTable().key(rows.key(i));
      add(rows.rid(i), key.code(), logged(key.type(), rows.pattern(i)));
    }
  }

  private void emitValues(TableBuffer table) {
    int[] ids = null;
    for (ColumnStaging staging : table.columns()) {
      if (staging.isEmpty()) {
        continue;
      }
      ColumnType type = staging.type();
      boolean asItIs =
          type != ColumnType.STRING && (type != ColumnType.U32 || buffer.entities().isEmpty());
      boolean all = !buffer.isChangedOnly() || staging.refersTo().isPresent();
      if (staging.isWhole() && asItIs && all) {
        ids = ids == null ? table.table().ids() : ids;
        out.addColumn(tick, staging.key(), ids, staging.patterns(), 0, ids.length);
        continue;
      }
      for (int slot = staging.nextSlot(0); slot >= 0; slot = staging.nextSlot(slot + 1)) {
        long pattern = logged(type, staging.pattern(slot));
        if (all || pattern != staging.before(slot)) {
          add(table.table().id(slot), staging.key(), pattern);
        }
      }
    }
  }

  private void emitDeaths(TableBuffer changes, Lives table) {
    MutableTable rows = changes.table();
    for (int slot = table.lastDying(); slot >= 0; slot = table.dyingBefore(slot)) {
      int id = rows.id(slot);
      long gen = Integer.toUnsignedLong(rows.gen(slot));
      add(id, changes.keys().died(), Values.ofInteger(gen));
      long cause = changes.removalCause(slot);
      if (cause != InsertionList.NO_ID) {
        add(id, changes.keys().cause(), code(cause));
      }
    }
  }

  private void emitBirths(TableBuffer changes, Lives table) {
    InsertionList rows = changes.insertions();
    for (int row : table.births()) {
      int id = rows.births().assignedId(row);
      add(id, changes.keys().born(), table.generationPattern(row));
      if (rows.parent(row) != InsertionList.NO_ID) {
        add(id, changes.keys().parent(), Values.ofInteger(rows.parent(row)));
      }
      emitInsertedValues(changes, row, id);
    }
  }

  private void emitInsertedValues(TableBuffer changes, int row, int id) {
    List<Column> columns = changes.table().schema().columns();
    InsertionList rows = changes.insertions();
    for (int i = 0; i < columns.size(); i++) {
      Column column = columns.get(i);
      boolean word = column.type() == ColumnType.STRING;
      if (!rows.isGiven(row, i)) {
        if (word) {
          throw new InvalidUseException(
              Text.of(
                  "Cannot insert into table '%s' without a value for string column '%s'",
                  changes.table().name(), column.name()));
        }
        continue;
      }
      long pattern = logged(column.type(), rows.pattern(row, i));
      if (word || pattern != column.defaultBits()) {
        add(id, changes.keys().values().get(i), pattern);
      }
    }
  }
}
