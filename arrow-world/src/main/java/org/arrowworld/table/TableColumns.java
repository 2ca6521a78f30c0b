// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.table;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Nearest;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.given.Given;
import org.arrowworld.schema.Column;

/** A table's columns as bytes, for reading in bulk: of a live world, a snapshot, or a file. */
public interface TableColumns {

  String name();

  /** Number of rows. */
  int rows();

  /** All columns in file order, {@code id} and {@code gen} first where there are any. */
  List<Column> columns();

  /**
   * A column's values, little-endian, {@code rows * widthBytes} long, read-only. Of a live world it
   * is a view until the next tick.
   *
   * @throws InvalidUseException if the column is longer than 2 GiB; read it row range by row range
   */
  ByteBuffer bytes(Column column);

  /**
   * As {@link #bytes(Column)}, of the column with this name.
   *
   * @throws InvalidUseException if there is none
   */
  default ByteBuffer bytes(String column) {
    for (Column candidate : columns()) {
      if (candidate.name().equals(column)) {
        return bytes(candidate);
      }
    }
    throw new InvalidUseException(
        Text.of(
            "Unknown column '%s' of table '%s': it has %s",
            column, name(), Nearest.of(column, columns().stream().map(Column::name).toList())));
  }

  /**
   * The values of rows {@code [fromRow, toRow)} of a column, as {@link #bytes(Column)} gives them;
   * also of columns longer than 2 GiB, if the range is not.
   */
  default ByteBuffer bytes(Column column, int fromRow, int toRow) {
    checkRows(column, fromRow, toRow);
    int width = column.type().widthBytes();
    return bytes(column)
        .slice(fromRow * width, (toRow - fromRow) * width)
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Refuses a row range outside the table, or of more than 2 GiB. */
  default void checkRows(Column column, int fromRow, int toRow) {
    Given.required("read bytes", "column", column);
    long bytes = (long) (toRow - fromRow) * column.type().widthBytes();
    if (fromRow < 0 || fromRow > toRow || toRow > rows() || bytes > Integer.MAX_VALUE - 7) {
      throw new InvalidUseException(
          Text.of(
              "Cannot read rows %d to %d of column '%s.%s': the table has %d, and at most 2 GiB are read at once",
              fromRow, toRow, name(), column.name(), rows()));
    }
  }
}
