// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.csv;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.imports.values.WordTable;

/**
 * Distinct words by their bytes, and what a column calls each. They stay from piece to piece, so
 * that a common word is met once; when there are many all are forgotten. One thread at a time.
 */
final class PieceWords {
  /** No code. */
  static final int NO_CODE = -1;

  private static final int SLOTS = 64;
  private static final int MOST_WORDS = 1 << 16;
  private static final long MIX = 0x9E37_79B9_7F4A_7C15L;
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private byte[] source;
  private byte[] bytes = new byte[1024];
  private int used;
  private int[] slots = new int[SLOTS];

  /** Of a word of at most eight bytes these; of a longer one a digest. */
  private long[] keys = new long[SLOTS / 2];

  private int[] starts = new int[SLOTS / 2];
  private int[] lengths = new int[SLOTS / 2];
  private int[] codes = new int[SLOTS / 2];
  private int count;

  /** Begins to take words from a piece's memory; those of earlier ones may be forgotten. */
  void begin(byte[] memory) {
    source = memory;
    if (count > MOST_WORDS) {
      count = 0;
      used = 0;
      Arrays.fill(slots, 0);
    }
  }

  /** The number of the word there; eight bytes can be read from each of its own on. */
  int number(int from, int length) {
    long key = key(from, length);
    int mask = slots.length - 1;
    int slot = slot(key, length, mask);
    for (int word = slots[slot] - 1; word >= 0; word = slots[slot] - 1) {
      if (keys[word] == key && lengths[word] == length && (length <= 8 || same(word, from))) {
        return word;
      }
      slot = slot + 1 & mask;
    }
    return add(key, from, length, slot);
  }

  private long key(int from, int length) {
    long first = (long) LONG.get(source, from);
    if (length <= Long.BYTES) {
      return length == 0 ? 0 : first << (64 - 8 * length);
    }
    long digest = first;
    int last = from + length - Long.BYTES;
    for (int at = from + Long.BYTES; at < last; at += Long.BYTES) {
      digest = Long.rotateLeft(digest * MIX, 29) ^ (long) LONG.get(source, at);
    }
    return Long.rotateLeft(digest * MIX, 29) ^ (long) LONG.get(source, last);
  }

  private static int slot(long key, int length, int mask) {
    long mixed = (key + length) * MIX;
    return (int) (((mixed ^ mixed >>> 32) * MIX) >>> 32) & mask;
  }

  private boolean same(int word, int from) {
    int start = starts[word];
    int length = lengths[word];
    return Arrays.equals(bytes, start, start + length, source, from, from + length);
  }

  private int add(long key, int from, int length, int slot) {
    if (count == keys.length) {
      keys = Arrays.copyOf(keys, 2 * count);
      starts = Arrays.copyOf(starts, 2 * count);
      lengths = Arrays.copyOf(lengths, 2 * count);
      codes = Arrays.copyOf(codes, 2 * count);
    }
    if (bytes.length - used < length) {
      bytes = Arrays.copyOf(bytes, 2 * bytes.length + length);
    }
    System.arraycopy(source, from, bytes, used, length);
    keys[count] = key;
    starts[count] = used;
    lengths[count] = length;
    codes[count] = NO_CODE;
    used += length;
    slots[slot] = ++count;
    if (2 * count >= slots.length) {
      grow();
    }
    return count - 1;
  }

  private void grow() {
    slots = new int[2 * slots.length];
    int mask = slots.length - 1;
    for (int word = 0; word < count; word++) {
      int slot = slot(keys[word], lengths[word], mask);
      while (slots[slot] != 0) {
        slot = slot + 1 & mask;
      }
      slots[slot] = word + 1;
    }
  }

  /** What the column calls a word; {@link #NO_CODE} if it has not met it. */
  int code(int word) {
    return codes[word];
  }

  /** The column's code of a word it has not met, which it keeps. */
  int code(int word, WordTable column) throws DamagedFileException {
    codes[word] = column.code(bytes, starts[word], lengths[word]);
    return codes[word];
  }
}
