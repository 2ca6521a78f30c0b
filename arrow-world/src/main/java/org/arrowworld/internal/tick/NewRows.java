// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.tick;

import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.tick.Born;
import org.arrowworld.tick.BornRows;

/** Rows to be inserted together. */
final class NewRows implements BornRows {
  private final TableBuffer table;
  private final Births births;
  private final int first;
  private final int count;

  NewRows(TableBuffer table, Births births, int first, int count) {
    this.table = table;
    this.births = births;
    this.first = first;
    this.count = count;
  }

  @Override
  public int size() {
    return count;
  }

  @Override
  public Born get(int index) {
    if (index < 0 || index >= count) {
      throw new InvalidUseException(
          Text.of("Unknown row %d of %d that were inserted together", index, count));
    }
    return new NewRow(table, births, first + index);
  }

  @Override
  public BornRows write(String column, byte[] values) {
    int index = column(column, values == null ? -1 : values.length);
    return put(
        index, Patterns.of(table.fullName(index), table.type(index), values, new long[count]));
  }

  @Override
  public BornRows write(String column, short[] values) {
    int index = column(column, values == null ? -1 : values.length);
    return put(
        index, Patterns.of(table.fullName(index), table.type(index), values, new long[count]));
  }

  @Override
  public BornRows write(String column, int[] values) {
    int index = column(column, values == null ? -1 : values.length);
    return put(
        index, Patterns.of(table.fullName(index), table.type(index), values, new long[count]));
  }

  @Override
  public BornRows write(String column, long[] values) {
    int index = column(column, values == null ? -1 : values.length);
    return put(
        index, Patterns.of(table.fullName(index), table.type(index), values, new long[count]));
  }

  @Override
  public BornRows write(String column, float[] values) {
    int index = column(column, values == null ? -1 : values.length);
    return put(
        index, Patterns.of(table.fullName(index), table.type(index), values, new long[count]));
  }

  @Override
  public BornRows write(String column, double[] values) {
    int index = column(column, values == null ? -1 : values.length);
    return put(
        index, Patterns.of(table.fullName(index), table.type(index), values, new long[count]));
  }

  @Override
  public BornRows write(String column, boolean[] values) {
    int index = column(column, values == null ? -1 : values.length);
    return put(
        index, Patterns.of(table.fullName(index), table.type(index), values, new long[count]));
  }

  @Override
  public BornRows write(String column, String[] values) {
    int index = column(column, values == null ? -1 : values.length);
    return put(
        index,
        Patterns.of(
            table.buffer(), table.fullName(index), table.type(index), values, new long[count]));
  }

  @Override
  public BornRows writeUnsigned(String column, long[] bits) {
    int index = column(column, bits == null ? -1 : bits.length);
    return put(
        index,
        Patterns.ofUnsigned(table.fullName(index), table.type(index), bits, new long[count]));
  }

  private int column(String name, int length) {
    checkUsable();
    int index = table.columnIndex(name);
    if (length != count) {
      throw new InvalidUseException(
          Text.of(
              "Cannot give column '%s' %s: %d rows were inserted together",
              table.fullName(index), length < 0 ? "null" : length + " values", count));
    }
    return index;
  }

  private void checkUsable() {
    new NewRow(table, births, first).checkUsable();
  }

  private BornRows put(int column, long[] patterns) {
    table.requireRows(column, patterns, count);
    long[] target = table.insertions().fill(column, first, first + count);
    System.arraycopy(patterns, 0, target, first, count);
    return this;
  }
}
