// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.spark;

import java.nio.ByteBuffer;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.unsafe.types.UTF8String;
import org.arrowworld.schema.ColumnType;

/** Columns of batches over arrays and bytes, which are not copied. */
final class Vectors {
  private Vectors() {}

  /** Longs of an array. */
  static Vector longs(long[] values) {
    return new Vector(DataTypes.LongType) {
      @Override
      public long getLong(int row) {
        return values[row];
      }
    };
  }

  /** Longs of an array, where a negative one is null. */
  static Vector countsOrNull(long[] values) {
    return new Vector(DataTypes.LongType) {
      @Override
      public boolean hasNull() {
        return true;
      }

      @Override
      public boolean isNullAt(int row) {
        return values[row] < 0;
      }

      @Override
      public long getLong(int row) {
        return values[row];
      }
    };
  }

  /** Doubles of an array of their bits. */
  static Vector doubles(long[] bits) {
    return new Vector(DataTypes.DoubleType) {
      @Override
      public double getDouble(int row) {
        return Double.longBitsToDouble(bits[row]);
      }
    };
  }

  /** Unsigned 32-bit integers of an array, as longs. */
  static Vector unsigned(int[] values) {
    return new Vector(DataTypes.LongType) {
      @Override
      public long getLong(int row) {
        return Integer.toUnsignedLong(values[row]);
      }
    };
  }

  /** Words of an array, null where there is none. */
  static Vector words(UTF8String[] words) {
    return new Vector(DataTypes.StringType) {
      @Override
      public boolean hasNull() {
        return true;
      }

      @Override
      public boolean isNullAt(int row) {
        return words[row] == null;
      }

      @Override
      public UTF8String getUTF8String(int row) {
        return words[row];
      }
    };
  }

  /** Words by their codes. */
  static Vector coded(char[] codes, UTF8String[] words) {
    return new Vector(DataTypes.StringType) {
      @Override
      public UTF8String getUTF8String(int row) {
        return words[codes[row]];
      }
    };
  }

  /** The numbers from one on. */
  static Vector counting(long first) {
    return new Vector(DataTypes.LongType) {
      @Override
      public long getLong(int row) {
        return first + row;
      }
    };
  }

  /** One value for all rows: a string, a long, a double, a boolean, or null. */
  static Vector constant(DataType type, Object value) {
    UTF8String word = value instanceof String text ? UTF8String.fromString(text) : null;
    return new Vector(type) {
      @Override
      public boolean hasNull() {
        return value == null;
      }

      @Override
      public boolean isNullAt(int row) {
        return value == null;
      }

      @Override
      public boolean getBoolean(int row) {
        return (Boolean) value;
      }

      @Override
      public long getLong(int row) {
        return (Long) value;
      }

      @Override
      public double getDouble(int row) {
        return (Double) value;
      }

      @Override
      public UTF8String getUTF8String(int row) {
        return word;
      }
    };
  }

  /** A few values, as {@link #constant} has one. */
  static Vector objects(DataType type, Object[] values) {
    return new Vector(type) {
      @Override
      public boolean hasNull() {
        return true;
      }

      @Override
      public boolean isNullAt(int row) {
        return values[row] == null;
      }

      @Override
      public boolean getBoolean(int row) {
        return (Boolean) values[row];
      }

      @Override
      public long getLong(int row) {
        return (Long) values[row];
      }

      @Override
      public double getDouble(int row) {
        return (Double) values[row];
      }

      @Override
      public UTF8String getUTF8String(int row) {
        return UTF8String.fromString((String) values[row]);
      }
    };
  }

  /** The type that shows a column: unsigned ones become wider, u64 the long of the same bits. */
  static DataType shown(ColumnType type) {
    return switch (type) {
      case I8 -> DataTypes.ByteType;
      case U8, I16 -> DataTypes.ShortType;
      case U16, I32 -> DataTypes.IntegerType;
      case U32, I64, U64 -> DataTypes.LongType;
      case F32 -> DataTypes.FloatType;
      case F64 -> DataTypes.DoubleType;
      case BOOL -> DataTypes.BooleanType;
      case STRING -> DataTypes.StringType;
    };
  }

  /**
   * A column of a table.
   *
   * @param bytes its values, little-endian
   * @param words by code, for words
   */
  static Vector column(ColumnType stored, ByteBuffer bytes, UTF8String[] words) {
    return new Vector(shown(stored)) {
      @Override
      public boolean getBoolean(int row) {
        return bytes.get(row) != 0;
      }

      @Override
      public byte getByte(int row) {
        return bytes.get(row);
      }

      @Override
      public short getShort(int row) {
        return stored == ColumnType.U8 ? (short) (bytes.get(row) & 0xFF) : bytes.getShort(2 * row);
      }

      @Override
      public int getInt(int row) {
        return stored == ColumnType.U16 ? bytes.getChar(2 * row) : bytes.getInt(4 * row);
      }

      @Override
      public long getLong(int row) {
        return stored == ColumnType.U32
            ? Integer.toUnsignedLong(bytes.getInt(4 * row))
            : bytes.getLong(8 * row);
      }

      @Override
      public float getFloat(int row) {
        return bytes.getFloat(4 * row);
      }

      @Override
      public double getDouble(int row) {
        return bytes.getDouble(8 * row);
      }

      @Override
      public UTF8String getUTF8String(int row) {
        return words[bytes.getInt(4 * row)];
      }
    };
  }
}
