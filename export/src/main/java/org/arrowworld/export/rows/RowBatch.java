// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.rows;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.arrowworld.schema.ColumnType;

/**
 * Some rows of a {@link RowSource} as columns of little-endian values; strings are u32 codes of the
 * source. A batch stays as it is until the batch after the next one is handed out.
 */
public final class RowBatch {
  /** Rows of every batch but the last. */
  public static final int ROWS = 122_880;

  /** The code of a missing string. */
  public static final int NULL_CODE = -1;

  private final List<ByteBuffer> columns;
  private final List<BitSet> nulls;
  private int rows;

  /** A view of columns without nulls. */
  RowBatch(List<ByteBuffer> columns, int rows) {
    this.columns = columns;
    this.nulls = new ArrayList<>();
    columns.forEach(c -> nulls.add(new BitSet(0)));
    this.rows = rows;
  }

  /** An empty batch with memory of its own for {@link #ROWS} rows. */
  RowBatch(List<RowColumn> columns) {
    this(columns.stream().map(c -> memory(c.type())).toList(), 0);
  }

  private static ByteBuffer memory(ColumnType type) {
    return ByteBuffer.allocateDirect(ROWS * type.widthBytes()).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Number of rows. */
  public int rows() {
    return rows;
  }

  /** A column's values from offset 0 on; of missing ones anything. Not to be changed. */
  public ByteBuffer bytes(int column) {
    return columns.get(column);
  }

  /** The rows whose value of a column is missing. Not to be changed. */
  public BitSet nulls(int column) {
    return nulls.get(column);
  }

  /** A column's values as exactly as many bytes as its rows need. */
  public ByteBuffer exactly(int column, ColumnType type) {
    return columns.get(column).slice(0, rows * type.widthBytes()).order(ByteOrder.LITTLE_ENDIAN);
  }

  int room() {
    return ROWS - rows;
  }

  void rows(int newRows) {
    rows = newRows;
  }

  void clear() {
    rows = 0;
    nulls.forEach(BitSet::clear);
  }

  void setNull(int column, int row) {
    nulls.get(column).set(row);
  }
}
