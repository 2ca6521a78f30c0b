// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import org.arrowworld.internal.Text;
import org.arrowworld.log.TripleBatch;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.KeyKind;
import org.arrowworld.schema.Values;

/** Values as people and JSON see them: numbers of their own type, words, booleans. */
final class Cell {
  private Cell() {}

  /** The value of a log row, decoded. The digest of a commit row is hex, as in manifests. */
  static Object of(Key key, TripleBatch batch, int row) {
    if (key.kind() == KeyKind.COMMIT) {
      return Text.of("%016x", batch.val(row));
    }
    return key.type() == ColumnType.STRING ? batch.word(row) : of(key.type(), batch.val(row));
  }

  /** The number a {@code val} pattern carries. */
  static Object of(ColumnType type, long pattern) {
    return Values.decode(type, pattern);
  }

  /** A value of a table's column; strings are their codes. */
  static Object of(ColumnType type, ByteBuffer column, int slot) {
    return switch (type) {
      case F64 -> column.getDouble(8 * slot);
      case F32 -> column.getFloat(4 * slot);
      case U64 -> unsigned(column.getLong(8 * slot));
      case I64 -> column.getLong(8 * slot);
      case U32, STRING -> Integer.toUnsignedLong(column.getInt(4 * slot));
      case I32 -> (long) column.getInt(4 * slot);
      case U16 -> (long) column.getChar(2 * slot);
      case I16 -> (long) column.getShort(2 * slot);
      case U8 -> (long) Byte.toUnsignedInt(column.get(slot));
      case I8 -> (long) column.get(slot);
      case BOOL -> column.get(slot) != 0;
    };
  }

  private static Number unsigned(long bits) {
    return bits >= 0 ? (Number) bits : new BigInteger(Long.toUnsignedString(bits));
  }
}
