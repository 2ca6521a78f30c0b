// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.tick;

import org.arrowworld.schema.ColumnType;

/** Arrays of each Java type as the patterns of a column; see {@link Encoding} for single values. */
final class Patterns {
  private Patterns() {}

  /** Encodes all values into the beginning of an array that is long enough, and returns it. */
  static long[] of(String name, ColumnType type, byte[] values, long[] into) {
    for (int i = 0; i < values.length; i++) {
      into[i] = Encoding.of(name, type, (long) values[i]);
    }
    return into;
  }

  /** As {@link #of(String, ColumnType, byte[], long[])}. */
  static long[] of(String name, ColumnType type, short[] values, long[] into) {
    for (int i = 0; i < values.length; i++) {
      into[i] = Encoding.of(name, type, (long) values[i]);
    }
    return into;
  }

  /** As {@link #of(String, ColumnType, byte[], long[])}. */
  static long[] of(String name, ColumnType type, int[] values, long[] into) {
    for (int i = 0; i < values.length; i++) {
      into[i] = Encoding.of(name, type, (long) values[i]);
    }
    return into;
  }

  /** As {@link #of(String, ColumnType, byte[], long[])}. */
  static long[] of(String name, ColumnType type, long[] values, long[] into) {
    for (int i = 0; i < values.length; i++) {
      into[i] = Encoding.of(name, type, values[i]);
    }
    return into;
  }

  /** As {@link #of(String, ColumnType, byte[], long[])}. */
  static long[] of(String name, ColumnType type, float[] values, long[] into) {
    for (int i = 0; i < values.length; i++) {
      into[i] = Encoding.of(name, type, values[i]);
    }
    return into;
  }

  /** As {@link #of(String, ColumnType, byte[], long[])}. */
  static long[] of(String name, ColumnType type, double[] values, long[] into) {
    for (int i = 0; i < values.length; i++) {
      into[i] = Encoding.of(name, type, values[i]);
    }
    return into;
  }

  /** As {@link #of(String, ColumnType, byte[], long[])}. */
  static long[] of(String name, ColumnType type, boolean[] values, long[] into) {
    for (int i = 0; i < values.length; i++) {
      into[i] = Encoding.of(name, type, values[i]);
    }
    return into;
  }

  /** As the others, of words, which the buffer keeps until the tick is logged. */
  static long[] of(TickBuffer buffer, String name, ColumnType type, String[] values, long[] into) {
    for (int i = 0; i < values.length; i++) {
      into[i] = buffer.word(name, type, values[i]);
    }
    return into;
  }

  /** As the others, of the bits of unsigned values. */
  static long[] ofUnsigned(String name, ColumnType type, long[] bits, long[] into) {
    Encoding.ofUnsigned(name, type, 0);
    System.arraycopy(bits, 0, into, 0, bits.length);
    return into;
  }
}
