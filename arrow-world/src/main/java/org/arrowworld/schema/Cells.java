// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.schema;

import java.nio.ByteBuffer;

/**
 * Single values in a column's little-endian bytes, as the 64 bits a log row carries (spec L-9 to
 * L-11). Slots are row numbers; the buffer's position is not used.
 */
public final class Cells {
  private Cells() {}

  /** The value in a slot. */
  public static long read(ColumnType type, ByteBuffer column, int slot) {
    int at = slot * type.widthBytes();
    return switch (type) {
      case U8, BOOL -> Values.ofInteger(column.get(at) & 0xFF);
      case I8 -> Values.ofInteger(column.get(at));
      case U16 -> Values.ofInteger(column.getChar(at));
      case I16 -> Values.ofInteger(column.getShort(at));
      case U32, STRING -> Values.ofInteger(Integer.toUnsignedLong(column.getInt(at)));
      case I32 -> Values.ofInteger(column.getInt(at));
      case U64, I64, F64 -> column.getLong(at);
      case F32 -> Values.ofF32Bits(column.getInt(at));
    };
  }

  /** Stores a value that is known to fit the type. */
  public static void write(ColumnType type, ByteBuffer column, int slot, long pattern) {
    int at = slot * type.widthBytes();
    switch (type) {
      case U8, I8, BOOL -> column.put(at, (byte) Values.toInteger(pattern));
      case U16, I16 -> column.putShort(at, (short) Values.toInteger(pattern));
      case U32, I32, STRING -> column.putInt(at, (int) Values.toInteger(pattern));
      case U64, I64, F64 -> column.putLong(at, pattern);
      case F32 -> column.putInt(at, Values.toF32Bits(pattern));
    }
  }

  /**
   * The integer a pattern of an integer, bool or string column carries; of {@code u64} its 64 bits.
   */
  public static long integer(ColumnType type, long pattern) {
    return type.encoding() == KeyEncoding.BITS ? pattern : Values.toInteger(pattern);
  }
}
