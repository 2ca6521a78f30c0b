// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.arrow;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;

/**
 * Values of a batch or of a dictionary, as a column holds them.
 *
 * @param rows how many
 * @param width bytes of one
 * @param data the values, little-endian, from 0 on; at least {@code rows * width} bytes
 * @param nulls which are none
 */
record Chunk(int rows, int width, ByteBuffer data, BitSet nulls) {

  /** Its values at some positions; a position below 0 is no value. */
  Chunk at(int[] positions, int count) {
    ByteBuffer taken = ByteBuffer.allocate(count * width).order(ByteOrder.LITTLE_ENDIAN);
    BitSet none = new BitSet();
    for (int i = 0; i < count; i++) {
      int from = positions[i];
      if (from < 0 || nulls.get(from)) {
        none.set(i);
      } else {
        switch (width) {
          case 1 -> taken.put(i, data.get(from));
          case 2 -> taken.putShort(2 * i, data.getShort(2 * from));
          case 4 -> taken.putInt(4 * i, data.getInt(4 * from));
          default -> taken.putLong(8 * i, data.getLong(8 * from));
        }
      }
    }
    return new Chunk(count, width, taken, none);
  }

  /** These values, and others behind them. */
  Chunk with(Chunk more) {
    ByteBuffer both =
        ByteBuffer.allocate(Math.multiplyExact(rows + more.rows, width))
            .order(ByteOrder.LITTLE_ENDIAN);
    both.put(0, data, 0, rows * width).put(rows * width, more.data, 0, more.rows * width);
    BitSet none = (BitSet) nulls.clone();
    more.nulls.stream().forEach(i -> none.set(rows + i));
    return new Chunk(rows + more.rows, width, both, none);
  }
}
