// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.Cells;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.KeyEncoding;
import org.arrowworld.schema.Values;

/** A column's values in another type, every one of them exact. */
final class Conversion {
  private Conversion() {}

  /** Room for a column. */
  static ByteBuffer allocate(String column, ColumnType type, long rows) {
    long bytes = rows * type.widthBytes();
    if (bytes > Integer.MAX_VALUE - 8) {
      throw new InvalidUseException(
          Text.of(
              "Cannot import column '%s': %d rows of %s are more than 2 GiB",
              column, rows, type.label()));
    }
    return ByteBuffer.allocate((int) bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Converts a column.
   *
   * @throws InvalidUseException naming the first row whose value does not fit
   */
  static ByteBuffer convert(ForeignColumn column, int rows, ColumnType to) {
    ColumnType from = column.type();
    if (from == ColumnType.STRING || to == ColumnType.STRING) {
      throw new InvalidUseException(
          Text.of(
              "Cannot import column '%s' as %s: it holds %s",
              column.name(), to.label(), from.label()));
    }
    ByteBuffer data = allocate(column.name(), to, rows);
    for (int row = 0; row < rows; row++) {
      if (column.nulls().get(row)) {
        continue; // its bytes mean nothing
      }
      long pattern = Cells.read(from, column.data(), row);
      try {
        Cells.write(to, data, row, pattern(column.name(), from, pattern, to));
      } catch (InvalidUseException e) {
        throw new InvalidUseException(
            Text.of(
                "Cannot import column '%s' as %s: row %d: %s",
                column.name(), to.label(), row, e.getMessage()),
            e);
      }
    }
    return data;
  }

  private static long pattern(String column, ColumnType from, long pattern, ColumnType to) {
    if (from == ColumnType.F32 && to == ColumnType.F64) {
      return pattern; // NaNs keep their bits
    }
    if (from.encoding() != KeyEncoding.BITS) {
      return Values.encode(column, to, Double.longBitsToDouble(pattern));
    }
    boolean fits = from == ColumnType.I64 ? to != ColumnType.U64 || pattern >= 0 : pattern >= 0;
    if (!fits) {
      throw new InvalidUseException(
          Text.of(
              "a %s cannot hold %s",
              to.label(), from == ColumnType.U64 ? Long.toUnsignedString(pattern) : pattern + ""));
    }
    return Values.encodeLong(column, to, pattern);
  }
}
