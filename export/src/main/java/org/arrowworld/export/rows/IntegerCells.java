// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.rows;

import java.nio.ByteBuffer;
import org.arrowworld.schema.ColumnType;

/** Single values out of columns. */
public final class IntegerCells {
  private IntegerCells() {}

  /** An integer, a bool (0 or 1) or a code; of a u64 the 64 bits. */
  public static long integer(ColumnType type, ByteBuffer bytes, int row) {
    return switch (type) {
      case U8, BOOL -> bytes.get(row) & 0xFF;
      case I8 -> bytes.get(row);
      case U16 -> bytes.getChar(2 * row);
      case I16 -> bytes.getShort(2 * row);
      case U32, STRING -> bytes.getInt(4 * row) & 0xFFFF_FFFFL;
      case I32 -> bytes.getInt(4 * row);
      case U64, I64 -> bytes.getLong(8 * row);
      case F32, F64 -> throw new IllegalArgumentException(type + " is not an integer");
    };
  }
}
