// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.parquet;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import org.arrowworld.schema.ColumnType;

/**
 * Least and greatest value of a page or chunk as keys whose signed order is the column's order:
 * unsigned for unsigned types, numeric for floats, rank among the chunk's words for strings.
 *
 * <p>As Parquet demands of floats: NaNs do not count, a least zero is -0.0 and a greatest one +0.0.
 */
record Bounds(long least, long greatest) {

  /** The bounds of both. */
  Bounds and(Bounds other) {
    return new Bounds(Math.min(least, other.least), Math.max(greatest, other.greatest));
  }

  /** Bounds of values {@code [from, to)}; empty if there are none, or only NaNs. */
  static Optional<Bounds> of(ColumnType type, ByteBuffer data, int from, int to) {
    if (from == to) {
      return Optional.empty();
    }
    return switch (type) {
      case F32 -> f32(data, from, to);
      case F64 -> f64(data, from, to);
      case U64 -> Optional.of(wide(data, from, to, Long.MIN_VALUE));
      case I64 -> Optional.of(wide(data, from, to, 0));
      case U32 -> Optional.of(middle(data, from, to, Integer.MIN_VALUE, 1L << 31));
      case I32 -> Optional.of(middle(data, from, to, 0, 0));
      case U8, I8, U16, I16, BOOL, STRING -> Optional.of(narrow(type, data, from, to));
    };
  }

  private static Bounds wide(ByteBuffer data, int from, int to, long flip) {
    long least = Long.MAX_VALUE;
    long greatest = Long.MIN_VALUE;
    for (int i = from; i < to; i++) {
      long value = data.getLong(8 * i) ^ flip;
      least = Math.min(least, value);
      greatest = Math.max(greatest, value);
    }
    return new Bounds(least, greatest);
  }

  private static Bounds middle(ByteBuffer data, int from, int to, int flip, long shift) {
    int least = Integer.MAX_VALUE;
    int greatest = Integer.MIN_VALUE;
    for (int i = from; i < to; i++) {
      int value = data.getInt(4 * i) ^ flip;
      least = Math.min(least, value);
      greatest = Math.max(greatest, value);
    }
    return new Bounds(least + shift, greatest + shift);
  }

  private static Bounds narrow(ColumnType type, ByteBuffer data, int from, int to) {
    int least = Integer.MAX_VALUE;
    int greatest = Integer.MIN_VALUE;
    for (int i = from; i < to; i++) {
      int value = narrow(type, data, i);
      least = Math.min(least, value);
      greatest = Math.max(greatest, value);
    }
    return new Bounds(least, greatest);
  }

  /** A value of a type of one or two bytes. */
  static int narrow(ColumnType type, ByteBuffer data, int row) {
    return switch (type) {
      case I8 -> data.get(row);
      case U16 -> data.getChar(2 * row);
      case I16 -> data.getShort(2 * row);
      case U8, BOOL, STRING, U32, I32, U64, I64, F32, F64 -> data.get(row) & 0xFF;
    };
  }

  private static Optional<Bounds> f32(ByteBuffer data, int from, int to) {
    float least = Float.POSITIVE_INFINITY;
    float greatest = Float.NEGATIVE_INFINITY;
    for (int i = from; i < to; i++) {
      float value = data.getFloat(4 * i);
      least = value < least ? value : least;
      greatest = value > greatest ? value : greatest;
    }
    return floats(least, greatest);
  }

  private static Optional<Bounds> f64(ByteBuffer data, int from, int to) {
    double least = Double.POSITIVE_INFINITY;
    double greatest = Double.NEGATIVE_INFINITY;
    for (int i = from; i < to; i++) {
      double value = data.getDouble(8 * i);
      least = value < least ? value : least;
      greatest = value > greatest ? value : greatest;
    }
    return floats(least, greatest);
  }

  private static Optional<Bounds> floats(double least, double greatest) {
    return least > greatest
        ? Optional.empty()
        : Optional.of(
            new Bounds(key(least == 0 ? -0.0 : least), key(greatest == 0 ? 0.0 : greatest)));
  }

  /** Orders doubles as longs; its own inverse on the bits. */
  private static long key(double value) {
    return flipNegative(Double.doubleToRawLongBits(value));
  }

  private static long flipNegative(long bits) {
    return bits ^ (bits >> 63 & Long.MAX_VALUE);
  }

  /** The PLAIN form of a number's key. */
  static byte[] plain(ColumnType type, long key) {
    ByteBuffer bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    switch (type) {
      case F64 -> bytes.putLong(flipNegative(key));
      case F32 -> bytes.putFloat((float) Double.longBitsToDouble(flipNegative(key)));
      case U64 -> bytes.putLong(key ^ Long.MIN_VALUE);
      case I64 -> bytes.putLong(key);
      case BOOL -> bytes.put((byte) key);
      case U8, I8, U16, I16, U32, I32, STRING -> bytes.putInt((int) key);
    }
    byte[] plain = new byte[bytes.position()];
    bytes.get(0, plain);
    return plain;
  }
}
