// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.parquet;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** The distinct bit patterns of a chunk, in order of first use. One thread at a time. */
final class NumberDictionary {
  /** More distinct values than this are not worth a dictionary. */
  static final int MAX_SIZE = 1 << 14;

  private static final int SAMPLE_ROWS = 1024;
  private static final int SLOT_BITS = 16;

  private final int[] slots = new int[1 << SLOT_BITS]; // index + 1, or 0
  private final long[] values = new long[MAX_SIZE];
  private int size;

  /** Number of distinct values after {@link #build}. */
  int size() {
    return size;
  }

  /** A distinct value's bits, zero-extended. */
  long value(int index) {
    return values[index];
  }

  /**
   * Collects the values of a chunk, unless a sample or their number shows that a dictionary would
   * not be smaller than the values.
   *
   * @param width bytes of a value: 1, 2, 4 or 8
   * @param indices receives each row's index
   * @return whether it is worth it
   */
  boolean build(ByteBuffer data, int width, int rows, int[] indices) {
    return samplePays(data, width, rows) && collect(data, width, rows, indices);
  }

  private boolean samplePays(ByteBuffer data, int width, int rows) {
    if (rows <= SAMPLE_ROWS || width == 1) {
      return true;
    }
    clear();
    int stride = rows / SAMPLE_ROWS;
    for (int i = 0; i < SAMPLE_ROWS; i++) {
      index(bits(data, width, i * stride));
    }
    return size <= SAMPLE_ROWS * 3 / 4;
  }

  private boolean collect(ByteBuffer data, int width, int rows, int[] indices) {
    clear();
    long last = 0;
    int index = -1;
    for (int row = 0; row < rows; row++) {
      long bits = bits(data, width, row);
      if (bits != last || index < 0) {
        if (size == MAX_SIZE) {
          return false;
        }
        index = index(bits);
        last = bits;
      }
      indices[row] = index;
    }
    return true;
  }

  private void clear() {
    Arrays.fill(slots, 0);
    size = 0;
  }

  private static long bits(ByteBuffer data, int width, int row) {
    return switch (width) {
      case 1 -> data.get(row) & 0xFF;
      case 2 -> data.getChar(2 * row);
      case 4 -> data.getInt(4 * row) & 0xFFFF_FFFFL;
      default -> data.getLong(8 * row);
    };
  }

  private int index(long bits) {
    int slot = (int) ((bits * 0x9E37_79B9_7F4A_7C15L) >>> (64 - SLOT_BITS));
    while (slots[slot] != 0) {
      if (values[slots[slot] - 1] == bits) {
        return slots[slot] - 1;
      }
      slot = slot + 1 & slots.length - 1;
    }
    values[size] = bits;
    slots[slot] = ++size;
    return size - 1;
  }
}
