// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.tick;

import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.Lineage;
import org.arrowworld.table.Entity;
import org.arrowworld.table.EntityRef;
import org.arrowworld.tick.Born;

/** A row to be inserted, and its handle. */
final class NewRow implements Born {
  private final TableBuffer table;
  private final Births births;
  private final int row;

  NewRow(TableBuffer table, Births births, int row) {
    this.table = table;
    this.births = births;
    this.row = row;
  }

  @Override
  public Born set(String column, long value) {
    int index = column(column);
    return put(index, Encoding.of(table.fullName(index), table.type(index), value));
  }

  @Override
  public Born set(String column, float value) {
    int index = column(column);
    return put(index, Encoding.of(table.fullName(index), table.type(index), value));
  }

  @Override
  public Born set(String column, double value) {
    int index = column(column);
    return put(index, Encoding.of(table.fullName(index), table.type(index), value));
  }

  @Override
  public Born set(String column, boolean value) {
    int index = column(column);
    return put(index, Encoding.of(table.fullName(index), table.type(index), value));
  }

  @Override
  public Born set(String column, String value) {
    int index = column(column);
    return put(index, table.buffer().word(table.fullName(index), table.type(index), value));
  }

  @Override
  public Born set(String column, Entity value) {
    int index = column(column);
    return put(index, table.reference(index, value));
  }

  @Override
  public Born setUnsigned(String column, long bits) {
    int index = column(column);
    return put(index, Encoding.ofUnsigned(table.fullName(index), table.type(index), bits));
  }

  @Override
  public Born parent(int id) {
    checkUsable();
    table.requireLineage(Lineage.PARENT);
    table.referents().named(id, "name as a parent");
    table.insertions().parent(row, Integer.toUnsignedLong(id));
    return this;
  }

  @Override
  public Born parent(Entity entity) {
    checkUsable();
    table.requireLineage(Lineage.PARENT);
    table.insertions().parent(row, table.referents().idOf(entity));
    return this;
  }

  private int column(String name) {
    checkUsable();
    return table.columnIndex(name);
  }

  private Born put(int column, long pattern) {
    table.requireRow(column, pattern);
    table.insertions().set(row, column, pattern);
    return this;
  }

  /** Refuses the handle of another tick. */
  void checkUsable() {
    table.buffer().checkOpen();
    if (table.insertions().births() != births) {
      throw new InvalidUseException(
          Text.of(
              "Cannot use the handle of %s in tick %d: handles serve one tick; use its id() from then on",
              births.describe(row), table.buffer().tick()));
    }
  }

  boolean isOf(TickBuffer buffer) {
    return table.buffer() == buffer;
  }

  TableBuffer table() {
    return table;
  }

  int row() {
    return row;
  }

  int assignedId() {
    return births.assignedId(row);
  }

  @Override
  public int id() {
    return births.id(row);
  }

  @Override
  public EntityRef ref() {
    return new EntityRef(births.id(row), births.gen(row));
  }

  @Override
  public String toString() {
    return births.describe(row);
  }
}
