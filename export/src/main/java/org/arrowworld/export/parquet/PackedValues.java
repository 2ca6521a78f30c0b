// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.parquet;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.arrowworld.export.internal.Halves;
import org.arrowworld.imports.values.ColumnNames;
import org.arrowworld.internal.Text;

/** Values that are stored as something else than they are: decimals, old times, halves, UUIDs. */
final class PackedValues {
  private static final int INT96_BYTES = 12;
  private static final long JULIAN_DAY_OF_1970 = 2_440_588;
  private static final long NANOS_PER_DAY = 86_400_000_000_000L;

  private PackedValues() {}

  /** The bits of the value that a reader stands at. */
  static long bits(String column, InputColumn.Reading reading, ColumnReader values)
      throws IOException {
    return switch (reading.form()) {
      case HALF -> Halves.toF32Bits(bytes(values.getBinary(), 2).getShort());
      case INT96 -> nanoseconds(column, bytes(values.getBinary(), INT96_BYTES));
      case UNSCALED -> {
        BigInteger unscaled = unscaled(values);
        if (unscaled.bitLength() >= Long.SIZE) {
          throw new UnfitValueException(
              Text.of(
                  "its type is decimal, and %s does not fit an i64; take the nearest float64 with %s",
                  new BigDecimal(unscaled, reading.scale()).toPlainString(),
                  ColumnNames.advice(column, ":f64")));
        }
        yield unscaled.longValue();
      }
      case NEAREST ->
          Double.doubleToRawLongBits(
              new BigDecimal(unscaled(values), reading.scale()).doubleValue());
      default -> throw new IllegalArgumentException("a text is not a number");
    };
  }

  private static ByteBuffer bytes(Binary value, int length) {
    if (value.length() != length) {
      throw new IllegalArgumentException(Text.of("a value has %d bytes", value.length()));
    }
    return value.toByteBuffer().slice().order(ByteOrder.LITTLE_ENDIAN);
  }

  private static BigInteger unscaled(ColumnReader values) {
    PrimitiveTypeName stored = values.getDescriptor().getPrimitiveType().getPrimitiveTypeName();
    return switch (stored) {
      case INT32 -> BigInteger.valueOf(values.getInteger());
      case INT64 -> BigInteger.valueOf(values.getLong());
      default -> {
        byte[] big = values.getBinary().getBytes();
        yield big.length == 0 ? BigInteger.ZERO : new BigInteger(big);
      }
    };
  }

  private static long nanoseconds(String column, ByteBuffer value) throws UnfitValueException {
    long ofDay = value.getLong(0);
    long day = value.getInt(8) - JULIAN_DAY_OF_1970;
    try {
      return Math.addExact(Math.multiplyExact(day, NANOS_PER_DAY), ofDay);
    } catch (ArithmeticException e) {
      throw new UnfitValueException(
          Text.of(
              "its type is INT96, and a time in it, %d days from 1970, is beyond the years that nanoseconds reach; write column '%s' as a timestamp in microseconds",
              day, column));
    }
  }

  static String uuid(Binary value) {
    ByteBuffer bytes = bytes(value, 16).order(ByteOrder.BIG_ENDIAN);
    return new java.util.UUID(bytes.getLong(0), bytes.getLong(8)).toString();
  }
}
