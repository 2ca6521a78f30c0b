// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.parquet;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Small numbers as Parquet's hybrid of runs and bits packed in groups of eight. */
final class HybridRuns {
  private HybridRuns() {}

  /**
   * Decodes what {@link PageGuard#runs} has found sound.
   *
   * @param into memory for the numbers; more is allocated if it does not suffice
   * @return the numbers, in {@code into} or in new memory
   */
  static int[] decode(ByteBuffer source, int bitWidth, int count, int[] into) {
    ByteBuffer bytes = source.duplicate();
    int[] values = into.length < count ? new int[count] : into;
    int done = 0;
    while (done < count) {
      int header = varint(bytes);
      if ((header & 1) == 0) {
        int end = (int) Math.min(count, (long) done + (header >>> 1));
        Arrays.fill(values, done, end, value(bytes, (bitWidth + 7) / 8));
        done = end;
      } else {
        int end = (int) Math.min(count, done + 8L * (header >>> 1));
        int packed = (int) Math.min((long) (header >>> 1) * bitWidth, bytes.remaining());
        unpack(bytes, bitWidth, values, done, end);
        bytes.position(bytes.position() + packed);
        done = end;
      }
    }
    return values;
  }

  private static int varint(ByteBuffer bytes) {
    int value = 0;
    int shift = 0;
    while (true) {
      byte b = bytes.get();
      value |= (b & 0x7F) << shift;
      if (b >= 0) {
        return value;
      }
      shift += 7;
    }
  }

  private static int value(ByteBuffer bytes, int width) {
    int value = 0;
    for (int i = 0; i < width; i++) {
      value |= (bytes.get() & 0xFF) << (8 * i);
    }
    return value;
  }

  /** Numbers from the lowest bit on; where the bytes end, the rest is 0. */
  private static void unpack(ByteBuffer bytes, int bitWidth, int[] values, int from, int end) {
    long mask = (1L << bitWidth) - 1;
    long window = 0;
    int bits = 0;
    int at = bytes.position();
    int limit = bytes.limit();
    for (int i = from; i < end; i++) {
      while (bits < bitWidth) {
        window |= at < limit ? (bytes.get(at) & 0xFFL) << bits : 0;
        at++;
        bits += 8;
      }
      values[i] = (int) (window & mask);
      window >>>= bitWidth;
      bits -= bitWidth;
    }
  }
}
