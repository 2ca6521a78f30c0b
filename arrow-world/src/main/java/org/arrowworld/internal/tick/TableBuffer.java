// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.tick;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Nearest;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.world.MutableTable;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.Lineage;
import org.arrowworld.schema.TableKind;
import org.arrowworld.table.Entity;
import org.arrowworld.table.EntityRef;
import org.arrowworld.table.TableView;
import org.arrowworld.tick.Born;
import org.arrowworld.tick.BornRows;

/**
 * The changes of one table in one tick. Every value is checked when it is given; a refused call
 * changes nothing.
 */
final class TableBuffer extends TypedTable {
  private final TickBuffer buffer;
  private final MutableTable table;
  private final WorldKeys.TableKeys keys;
  private final List<ColumnStaging> columns = new ArrayList<>();
  private final RowList events = new RowList();
  private final Insertions insertions;
  private final BitSet removals = new BitSet();
  private final Referents referents;

  /** The pending word of each removed slot; stale where {@link #removals} has no bit. */
  private long[] removalCauses = new long[0];

  TableBuffer(TickBuffer buffer, MutableTable table, WorldKeys.TableKeys keys) {
    this.buffer = buffer;
    this.table = table;
    this.keys = keys;
    int count = table.schema().columns().size();
    for (int i = 0; i < count; i++) {
      columns.add(new ColumnStaging(table.valueColumn(i), keys.values().get(i)));
    }
    insertions = new Insertions(buffer, this, table);
    referents = new Referents(buffer, this, table);
  }

  void begin() {
    columns.forEach(c -> c.begin(table.rows()));
    events.clear();
    insertions.rows().begin(buffer.tick());
    removals.clear();
    referents.begin();
  }

  @Override
  public TableView before() {
    return table;
  }

  @Override
  long[] room(int index) {
    return columns.get(index).spare();
  }

  @Override
  void stage(int index, int slot, long pattern) {
    requireRow(index, pattern);
    columns.get(index).set(slot, pattern);
  }

  @Override
  void stageAll(int index, long[] room) {
    requireRows(index, room, table.rows());
    columns.get(index).takeSpare();
  }

  /** Refuses values of an id column that name no row (spec O-16): at the end of the tick. */
  void requireRows(int index, long[] patterns, int count) {
    ColumnStaging column = columns.get(index);
    if (column.refersTo().isPresent()) {
      referentsOf(column).written(patterns, count, column.fullName());
    }
  }

  /** As {@link #requireRows}, of one value. */
  void requireRow(int index, long pattern) {
    ColumnStaging column = columns.get(index);
    if (column.refersTo().isPresent()) {
      referentsOf(column).written(pattern, column.fullName());
    }
  }

  private Referents referentsOf(ColumnStaging column) {
    return buffer.tableOf(column.refersTo().orElseThrow()).referents;
  }

  @Override
  int whole(String column, int length) {
    buffer.checkOpen();
    int index = columnIndex(column);
    if (length != table.rows()) {
      throw new InvalidUseException(
          length < 0
              ? Text.of(
                  "Cannot write column '%s' from null: expected an array of %d values",
                  fullName(index), table.rows())
              : Text.of(
                  "Cannot write column '%s': %d values for %d rows",
                  fullName(index), length, table.rows()));
    }
    return index;
  }

  @Override
  void report(Key key, int id, long pattern) {
    if (table.slotOf(id) < 0) {
      String event = key.name().substring(table.name().length() + 1);
      referents.named(id, "report event '" + event + "' of");
    }
    events.add(key.code(), id, pattern);
  }

  @Override
  void report(Key key, Entity entity, long pattern) {
    events.addOf(key.code(), referents.idOf(entity), pattern);
  }

  @Override
  Key eventKey(String name) {
    buffer.checkOpen();
    Key key = keys.events().get(name);
    if (key == null) {
      throw new InvalidUseException(
          Text.of(
              "Unknown event '%s' of table '%s': it has %s",
              name, table.name(), Nearest.of(name, keys.events().keySet())));
    }
    return key;
  }

  @Override
  public void removeSlot(int slot) {
    buffer.checkOpen();
    if (table.schema().kind() == TableKind.APPEND_ONLY) {
      throw new InvalidUseException("Cannot remove from append-only table '" + table.name() + "'");
    }
    checkSlot(slot);
    addRemoval(slot, InsertionList.NO_ID);
  }

  @Override
  public void removeSlot(int slot, String cause) {
    requireLineage(Lineage.CAUSE);
    checkSlot(slot);
    addRemoval(slot, buffer.word(table.name() + ".cause", ColumnType.STRING, cause));
  }

  @Override
  public void remove(Entity entity) {
    removeSlot(referents.removable(entity));
  }

  @Override
  public void remove(Entity entity, String cause) {
    removeSlot(referents.removable(entity), cause);
  }

  private void addRemoval(int slot, long cause) {
    if (removalCauses.length <= slot) {
      removalCauses = Arrays.copyOf(removalCauses, Math.max(table.rows(), slot + 1));
    }
    if (!removals.get(slot) || removalCauses[slot] == InsertionList.NO_ID) {
      removalCauses[slot] = cause;
    }
    removals.set(slot);
  }

  @Override
  public int slot(EntityRef entity) {
    return referents.slot(entity);
  }

  @Override
  public int slot(int id) {
    return referents.slot(id);
  }

  @Override
  long reference(String name, ColumnType type, Entity entity, Optional<String> refersTo) {
    Encoding.requireId(name, type);
    if (refersTo.isPresent()) {
      buffer.tableOf(refersTo.get()).referents.require(entity);
    } else if (!(entity instanceof NewRow)) {
      throw new InvalidUseException(
          Text.of(
              "Cannot store %s in '%s': it means one life of an id, and the schema does not say of which table; give its id alone, or declare the values by reference(name, table)",
              referents.ref(entity), name));
    }
    return referents.pattern(entity);
  }

  @Override
  long reference(int index, Entity entity) {
    ColumnStaging column = columns.get(index);
    return reference(column.fullName(), column.type(), entity, column.refersTo());
  }

  @Override
  public Born insert() {
    return insertions.insert(0);
  }

  @Override
  public Born insertCausedBy(int causeId) {
    return insertions.insert(causeId);
  }

  @Override
  public Born insert(int id) {
    return insertions.insertId(id);
  }

  @Override
  public Born insert(Entity entity) {
    return insertions.insert(entity);
  }

  @Override
  public BornRows insertAll(int count) {
    return insertions.insertAll(count);
  }

  @Override
  public BornRows insertAll(int[] ids) {
    return insertions.insertIds(ids);
  }

  @Override
  public BornRows insertAll(BornRows newborns) {
    return insertions.insertAll(newborns);
  }

  /** The table that this presence table is of; null for other tables. */
  TableBuffer of() {
    return table.schema().of().map(buffer::tableOf).orElse(null);
  }

  /** The row that a newborn of another table enters this one with; null if it does not. */
  NewRow entered(NewRow newborn) {
    return insertions.entered(newborn);
  }

  @Override
  int column(String name, int slot) {
    buffer.checkOpen();
    int index = columnIndex(name);
    checkSlot(slot);
    return index;
  }

  int columnIndex(String column) {
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).name().equals(column)) {
        return i;
      }
    }
    table.column(column); // says which columns there are, if it is unknown
    throw new InvalidUseException(
        Text.of(
            "Cannot write column '%s' of table '%s': it is set by birth", column, table.name()));
  }

  @Override
  String fullName(int index) {
    return columns.get(index).fullName();
  }

  @Override
  ColumnType type(int index) {
    return columns.get(index).type();
  }

  void requireLineage(Lineage lineage) {
    buffer.checkOpen();
    if (!table.schema().lineage().contains(lineage)) {
      throw new InvalidUseException(
          Text.of(
              "Cannot log a %s: table '%s' declares no such lineage; lineage(Lineage.%s) in its schema does",
              lineage.label(), table.name(), lineage.name()));
    }
  }

  private void checkSlot(int slot) {
    if (slot < 0 || slot >= table.rows()) {
      throw new InvalidUseException(
          Text.of(
              "Unknown slot %d of table '%s': it has %d rows", slot, table.name(), table.rows()));
    }
  }

  @Override
  TickBuffer buffer() {
    return buffer;
  }

  MutableTable table() {
    return table;
  }

  WorldKeys.TableKeys keys() {
    return keys;
  }

  List<ColumnStaging> columns() {
    return columns;
  }

  RowList events() {
    return events;
  }

  InsertionList insertions() {
    return insertions.rows();
  }

  @Override
  Referents referents() {
    return referents;
  }

  /** The slots to be removed. */
  BitSet removals() {
    return removals;
  }

  /** The pending word of a removed slot's cause, or {@link InsertionList#NO_ID}. */
  long removalCause(int slot) {
    return removals.get(slot) ? removalCauses[slot] : InsertionList.NO_ID;
  }
}
