// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.csv;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Finds where a field without quotes ends, eight bytes at a time. */
final class PlainText {
  private static final long ONES = 0x0101_0101_0101_0101L;
  private static final long LOW_BITS = 0x7F * ONES;
  private static final long QUOTES = '"' * ONES;

  /** Added to seven bits it sets the eighth, but for the control characters up to a line's end. */
  private static final long TEXT = (0x80 - '\r' - 1) * ONES;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final byte delimiter;
  private final long delimiters;

  PlainText(byte delimiter) {
    this.delimiter = delimiter;
    this.delimiters = (delimiter & 0xFF) * ONES;
  }

  /**
   * The end of the field: where a delimiter or the end of a line stands. Eight bytes can be read
   * from each of its bytes on.
   *
   * @param limit behind the last byte that counts
   * @return {@link Numbers#UNCOMMON} if there is none, or a quote or control character before it
   */
  int end(byte[] bytes, int from, int limit) {
    for (int at = from; at < limit; at += Long.BYTES) {
      long eight = (long) LONG.get(bytes, at);
      long none = others(eight ^ delimiters) & others(eight ^ QUOTES);
      long stops = ~(none & ((eight & LOW_BITS) + TEXT | eight)) & ~LOW_BITS;
      if (stops != 0) {
        int end = at + Long.numberOfTrailingZeros(stops) / Byte.SIZE;
        if (end >= limit || end - from > CsvRecords.MAX_BYTES) {
          return Numbers.UNCOMMON;
        }
        byte stop = bytes[end];
        return stop == delimiter || stop == '\n' || stop == '\r' ? end : Numbers.UNCOMMON;
      }
    }
    return Numbers.UNCOMMON;
  }

  /** The highest bit of each byte that is not zero. */
  private static long others(long eight) {
    return (eight & LOW_BITS) + LOW_BITS | eight;
  }
}
