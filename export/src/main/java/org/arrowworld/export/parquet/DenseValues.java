// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.parquet;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;
import org.arrowworld.schema.ColumnType;

/** The values of a chunk without its nulls. Used again for the next chunk. One thread at a time. */
final class DenseValues {
  private ByteBuffer memory = ByteBuffer.allocateDirect(0);
  private ByteBuffer bytes;
  private BitSet nulls;
  private int count;
  private int nullsBefore;
  private int countedTo;

  /** Takes the values of a chunk, and moves them together if some are missing. */
  void set(ColumnType type, ChunkEncoder.Values values) {
    nulls = values.nulls();
    nullsBefore = 0;
    countedTo = 0;
    count = values.rows() - nulls.cardinality();
    if (count == values.rows()) {
      bytes = values.bytes();
      return;
    }
    int width = type.widthBytes();
    if (memory.capacity() < values.rows() * width) {
      memory = ByteBuffer.allocateDirect(values.rows() * width);
    }
    int at = 0;
    for (int row = nulls.nextClearBit(0); row < values.rows(); ) {
      int next = nulls.nextSetBit(row);
      int end = next < 0 ? values.rows() : Math.min(next, values.rows());
      memory.put(at, values.bytes(), row * width, (end - row) * width);
      at += (end - row) * width;
      row = nulls.nextClearBit(end);
    }
    bytes = memory.slice(0, at).order(ByteOrder.LITTLE_ENDIAN);
  }

  ByteBuffer bytes() {
    return bytes;
  }

  /** Number of values that are not missing. */
  int count() {
    return count;
  }

  /** How many values stand before a row; quick for ascending rows. */
  int before(int row) {
    if (row < countedTo) {
      nullsBefore = 0;
      countedTo = 0;
    }
    for (int at = nulls.nextSetBit(countedTo); at >= 0 && at < row; at = nulls.nextSetBit(at + 1)) {
      nullsBefore++;
    }
    countedTo = row;
    return row - nullsBefore;
  }
}
