// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.schema;

import java.math.BigInteger;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;

/**
 * Values as the 64 bits of a log row's {@code val}, and back (spec L-9 to L-11).
 *
 * <p>A float32 NaN is widened and narrowed on its bits, because a conversion instruction would set
 * its quiet bit.
 */
public final class Values {
  private static final long NAN_EXPONENT = 0x7FF0_0000_0000_0000L;

  private Values() {}

  /** The pattern of a float32. */
  public static long ofF32(float value) {
    return Float.isNaN(value)
        ? widenNan(Float.floatToRawIntBits(value))
        : Double.doubleToRawLongBits(value);
  }

  /** The pattern of a float32 given as its 32 bits. */
  public static long ofF32Bits(int bits) {
    return (bits & 0x7FFF_FFFF) > 0x7F80_0000
        ? widenNan(bits)
        : Double.doubleToRawLongBits(Float.intBitsToFloat(bits));
  }

  private static long widenNan(int bits) {
    return ((long) (bits & 0x8000_0000) << 32) | NAN_EXPONENT | ((long) (bits & 0x7F_FFFF) << 29);
  }

  /** The 32 bits of the float32 a pattern carries; the caller knows that it fits. */
  public static int toF32Bits(long pattern) {
    double value = Double.longBitsToDouble(pattern);
    if (!Double.isNaN(value)) {
      return Float.floatToRawIntBits((float) value);
    }
    return (int) (pattern >>> 32 & 0x8000_0000L) | 0x7F80_0000 | (int) (pattern >>> 29 & 0x7F_FFFF);
  }

  /** The pattern of a float64, which is its own bits. */
  public static long ofF64(double value) {
    return Double.doubleToRawLongBits(value);
  }

  /** The pattern of an integer that a float64 holds exactly (up to 32 bits, or a code). */
  public static long ofInteger(long value) {
    return Double.doubleToRawLongBits((double) value);
  }

  /** The integer a {@code value} or {@code code} pattern carries. */
  public static long toInteger(long pattern) {
    return (long) Double.longBitsToDouble(pattern);
  }

  /**
   * The pattern of a number in a column, checked to fit.
   *
   * @throws InvalidUseException if the type cannot hold the number exactly (floats excepted: a
   *     float32 column takes numbers that are exact in float32)
   */
  public static long encode(String column, ColumnType type, double number) {
    switch (type) {
      case F64:
        return Double.doubleToRawLongBits(number);
      case F32:
        if (Double.isNaN(number)) {
          return fits(type, Double.doubleToRawLongBits(number))
              ? Double.doubleToRawLongBits(number)
              : refuse(column, type, number);
        }
        return (double) (float) number == number
            ? Double.doubleToRawLongBits(number)
            : refuse(column, type, number);
      case U64:
      case I64:
        if (number == Math.rint(number)
            && Math.abs(number) <= 0x1p53
            && !(type == ColumnType.U64 && number < 0)
            && !isNegativeZero(number)) {
          return (long) number;
        }
        return refuse(column, type, number);
      default:
        long pattern = Double.doubleToRawLongBits(number);
        return fits(type, pattern) ? pattern : refuse(column, type, number);
    }
  }

  /**
   * The pattern of an integer in a column, checked to fit. For {@code u64} the argument's bits are
   * the value.
   */
  public static long encodeLong(String column, ColumnType type, long number) {
    switch (type) {
      case U64:
      case I64:
        return number;
      case F32:
        if ((long) (float) number == number && number != Long.MAX_VALUE) {
          return ofF32((float) number);
        }
        break;
      case F64:
        if ((long) (double) number == number && number != Long.MAX_VALUE) {
          return ofF64((double) number);
        }
        break;
      default:
        if (number >= type.minValue() && number <= type.maxValue()) {
          return ofInteger(number);
        }
    }
    throw doesNotFit(column, type, Long.toString(number));
  }

  /**
   * The value a pattern carries, of its own type: {@code Float}, {@code Double}, {@code Boolean},
   * {@code BigInteger} for a {@code u64} beyond a long, else {@code Long}; of a string its code.
   */
  public static Object decode(ColumnType type, long pattern) {
    return switch (type) {
      case F64 -> Double.longBitsToDouble(pattern);
      case F32 -> Float.intBitsToFloat(toF32Bits(pattern));
      case U64 -> pattern >= 0 ? (Number) pattern : new BigInteger(Long.toUnsignedString(pattern));
      case I64 -> pattern;
      case BOOL -> toInteger(pattern) != 0;
      default -> toInteger(pattern);
    };
  }

  /** Whether a pattern is one the type can carry without loss. */
  public static boolean fits(ColumnType type, long pattern) {
    switch (type) {
      case F64:
      case U64:
      case I64:
        return true;
      case F32:
        return ofF32Bits(toF32Bits(pattern)) == pattern;
      default:
        double number = Double.longBitsToDouble(pattern);
        return number >= type.minValue()
            && number <= type.maxValue()
            && (double) (long) number == number
            && !isNegativeZero(number);
    }
  }

  private static boolean isNegativeZero(double number) {
    return number == 0 && Double.doubleToRawLongBits(number) != 0;
  }

  private static long refuse(String column, ColumnType type, double number) {
    throw doesNotFit(column, type, Double.toString(number));
  }

  private static String takes(ColumnType type) {
    return switch (type) {
      case F32 -> "round it with (float) x";
      case F64 -> "round it with (double) x";
      case U64 -> "it takes 0 to 18446744073709551615";
      case I64 -> "it takes -9223372036854775808 to 9223372036854775807";
      case BOOL -> "it takes 0 and 1";
      default -> Text.of("it takes %d to %d", (long) type.minValue(), (long) type.maxValue());
    };
  }

  private static InvalidUseException doesNotFit(String column, ColumnType type, String number) {
    return new InvalidUseException(
        Text.of(
            "Cannot store %s in column '%s': its type %s cannot hold it exactly; %s",
            number, column, type.label(), takes(type)));
  }
}
