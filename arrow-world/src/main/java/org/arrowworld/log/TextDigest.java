// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The text of rows as the digest chain takes it (spec L-15): each row's word by its length and its
 * bytes, FF FF FF FF where there is none. Used again for the next rows.
 */
final class TextDigest {
  private static final byte NONE = (byte) 0xFF;

  private byte[] bytes = new byte[0];
  private int length;
  private int wordBytes;

  /** Begins rows that have no text so far. */
  void begin(int rows) {
    length = 0;
    wordBytes = 0;
    extend(Math.multiplyExact(Integer.BYTES, rows));
  }

  /** Gives a row, of those begun, its word; rows come in ascending order. */
  void put(int row, byte[] word) {
    int at = Integer.BYTES * row + wordBytes;
    extend(word.length);
    bytes[at] = (byte) word.length;
    bytes[at + 1] = (byte) (word.length >> 8);
    bytes[at + 2] = (byte) (word.length >> 16);
    bytes[at + 3] = (byte) (word.length >> 24);
    System.arraycopy(word, 0, bytes, at + Integer.BYTES, word.length);
    wordBytes += word.length;
  }

  private void extend(int more) {
    int needed = Math.addExact(length, more);
    if (bytes.length < needed) {
      bytes = Arrays.copyOf(bytes, (int) Math.max(needed, Math.min(needed * 5L / 4, 1 << 30)));
    }
    Arrays.fill(bytes, length, needed, NONE);
    length = needed;
  }

  /** The bytes of all rows begun, until the next ones begin. */
  ByteBuffer bytes() {
    return ByteBuffer.wrap(bytes, 0, length);
  }
}
