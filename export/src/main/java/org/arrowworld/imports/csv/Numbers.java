// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.csv;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.arrowworld.imports.values.NearestDouble;

/**
 * Numbers in ASCII, the common ones without a text in between, eight digits at a time. Eight bytes
 * can be read from each of a field's bytes on.
 */
final class Numbers {
  /** What is no integer of at most 18 digits. */
  static final long NO_INTEGER = Long.MIN_VALUE;

  /** What is no number as they are commonly written; somebody slower must look. */
  static final long UNDECIDED = NearestDouble.UNDECIDED;

  /** What stands there is not written as most numbers are. */
  static final int UNCOMMON = -1;

  private static final int MAX_DIGITS = 18;
  private static final int MAX_SIGNIFICANT = 19;
  private static final int MAX_EXPONENT_DIGITS = 4;
  private static final long[] TENS = new long[MAX_SIGNIFICANT];
  private static final long ZEROS = 0x3030_3030_3030_3030L;
  private static final long SIGN = Long.MIN_VALUE;
  private static final long NAN = Double.doubleToRawLongBits(Double.NaN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  static {
    TENS[0] = 1;
    for (int i = 1; i < TENS.length; i++) {
      TENS[i] = 10 * TENS[i - 1];
    }
  }

  private Numbers() {}

  /** The value of {@code 0} or {@code -?[1-9][0-9]*} of at most 18 digits. */
  static long integer(byte[] bytes, int from, int length) {
    int at = from;
    int end = from + length;
    boolean negative = length > 1 && bytes[at] == '-';
    if (negative) {
      at++;
    }
    if (end - at < 1 || end - at > MAX_DIGITS || (bytes[at] == '0' && length > 1)) {
      return NO_INTEGER;
    }
    long value = digits(bytes, at, end);
    if (value < 0) {
      return NO_INTEGER;
    }
    return negative ? -value : value;
  }

  /**
   * Reads {@code 0} or {@code -?[1-9][0-9]*} of at most 18 digits, however long the field is.
   *
   * @param limit behind the last byte that counts
   * @param cells gets the value at byte {@code cell}
   * @return behind the last digit; {@link #UNCOMMON} if there is something else, or the limit
   */
  static int integer(byte[] bytes, int from, int limit, byte[] cells, int cell) {
    boolean negative = bytes[from] == '-';
    int start = negative ? from + 1 : from;
    long value = 0;
    int at = start;
    for (int found = Long.BYTES; found == Long.BYTES; at += found) {
      if (at >= limit || at - start > 2 * Long.BYTES) {
        return UNCOMMON;
      }
      long eight = (long) LONG.get(bytes, at);
      found = digitsInFront(eight);
      if (found > 0) {
        value = value * TENS[found] + eightDigits(last(eight, found));
      }
    }
    int count = at - start;
    boolean zero = bytes[start] == '0' && (count > 1 || negative);
    if (count == 0 || count > MAX_DIGITS || zero || at >= limit) {
      return UNCOMMON;
    }
    LONG.set(cells, cell, negative ? -value : value);
    return at;
  }

  /**
   * Reads {@code -?digits[.digits]}, at most seven digits before the point and 19 in all, without a
   * leading zero, however long the field is.
   *
   * @param limit behind the last byte that counts
   * @param cells gets the bits of the nearest float64 at byte {@code cell}
   * @return behind the last digit; {@link #UNCOMMON} if there is something else, or the limit
   */
  static int decimal(byte[] bytes, int from, int limit, byte point, byte[] cells, int cell) {
    boolean negative = bytes[from] == '-';
    int start = negative ? from + 1 : from;
    long eight = (long) LONG.get(bytes, start);
    int whole = digitsInFront(eight);
    int at = start + whole;
    if (whole == 0 || whole == Long.BYTES || (whole > 1 && bytes[start] == '0')) {
      return UNCOMMON;
    }
    long digits = eightDigits(last(eight, whole));
    int fraction = 0;
    if (bytes[at] == point) {
      at++;
      for (int found = Long.BYTES; found == Long.BYTES; fraction += found) {
        if (at + fraction >= limit || fraction > 2 * Long.BYTES) {
          return UNCOMMON;
        }
        eight = (long) LONG.get(bytes, at + fraction);
        found = digitsInFront(eight);
        if (found > 0) {
          digits = digits * TENS[found] + eightDigits(last(eight, found));
        }
      }
      at += fraction;
      if (fraction == 0 || whole + fraction > MAX_SIGNIFICANT) {
        return UNCOMMON;
      }
    }
    long bits = NearestDouble.bits(digits, -fraction);
    if (bits == UNDECIDED || at >= limit) {
      return UNCOMMON;
    }
    LONG.set(cells, cell, negative ? bits | SIGN : bits);
    return at;
  }

  /** The value of one to eighteen digits; negative if there is something else. */
  private static long digits(byte[] bytes, int from, int end) {
    int first = 1 + (end - from - 1) % Long.BYTES;
    long eight = few(bytes, from, first);
    boolean digits = areDigits(eight);
    long value = eightDigits(eight);
    for (int at = from + first; at < end; at += Long.BYTES) {
      eight = (long) LONG.get(bytes, at);
      digits &= areDigits(eight);
      value = 100_000_000 * value + eightDigits(eight);
    }
    return digits ? value : -1;
  }

  /** One to eight digits as eight, zeros in front. */
  private static long few(byte[] bytes, int at, int count) {
    return last((long) LONG.get(bytes, at), count);
  }

  /** The first one to eight of eight digits as the last ones, zeros in front. */
  private static long last(long eight, int count) {
    int shift = Long.SIZE - Byte.SIZE * count;
    return eight << shift | (ZEROS >>> 1) >>> (Long.SIZE - 1 - shift);
  }

  /**
   * The bits of the nearest float64 of {@code -?digits[.digits][e-digits]} with at most 19 digits
   * that count and no leading zero, or of a NaN; {@link #UNDECIDED} for everything else.
   */
  static long decimal(byte[] bytes, int from, int length, byte point) {
    boolean negative = bytes[from] == '-';
    int start = negative ? from + 1 : from;
    long eight = (long) LONG.get(bytes, start);
    int whole = digitsInFront(eight);
    int dot = start + whole;
    int fraction = from + length - dot - 1;
    boolean common =
        whole > 0
            && whole < Long.BYTES
            && fraction > 0
            && whole + fraction <= MAX_SIGNIFICANT
            && bytes[dot] == point
            && (whole == 1 || bytes[start] != '0');
    if (common) {
      long behind = digits(bytes, dot + 1, dot + 1 + fraction);
      if (behind >= 0) {
        long digits = eightDigits(last(eight, whole)) * TENS[fraction] + behind;
        long found = NearestDouble.bits(digits, -fraction);
        return found == UNDECIDED ? UNDECIDED : found | (negative ? SIGN : 0);
      }
    }
    return uncommon(bytes, from, length, point);
  }

  /** How many of eight characters are digits, up to the first that is none. */
  private static int digitsInFront(long eight) {
    long values = eight ^ ZEROS;
    long others = (values + 0x7676_7676_7676_7676L | values) & 0x8080_8080_8080_8080L;
    return Long.numberOfTrailingZeros(others) / Byte.SIZE;
  }

  private static long uncommon(byte[] bytes, int from, int length, byte point) {
    int at = from;
    int end = from + length;
    long sign = 0;
    if (length > 1 && bytes[at] == '-') {
      sign = SIGN;
      at++;
    }
    int start = at;
    long digits = 0;
    for (; at < end && isDigit(bytes[at]); at++) {
      digits = 10 * digits + bytes[at] - '0';
    }
    int whole = at - start;
    if (whole == 0) {
      return length == 3 && isNaN(bytes, from) ? NAN : UNDECIDED;
    }
    if (whole > MAX_SIGNIFICANT || (whole > 1 && bytes[start] == '0')) {
      return UNDECIDED;
    }
    int significant = digits == 0 ? 0 : whole;
    int exponent = 0;
    if (at < end && bytes[at] == point) {
      at++;
      int first = at;
      if (digits == 0) { // zeros in front do not count
        while (at < end && bytes[at] == '0') {
          at++;
        }
      }
      int counted = at;
      for (; end - at >= Long.BYTES; at += Long.BYTES) {
        long eight = (long) LONG.get(bytes, at);
        if (!areDigits(eight)) {
          break;
        }
        digits = 100_000_000 * digits + eightDigits(eight);
      }
      int left = end - at;
      long rest = left > 0 && left < Long.BYTES ? few(bytes, at, left) : 0;
      if (areDigits(rest)) {
        digits = digits * TENS[left] + eightDigits(rest);
        at = end;
      }
      for (; at < end && isDigit(bytes[at]); at++) {
        digits = 10 * digits + bytes[at] - '0';
      }
      significant += at - counted;
      exponent = first - at;
      if (at == first || significant > MAX_SIGNIFICANT) {
        return UNDECIDED;
      }
    }
    if (at < end) {
      int written = exponent(bytes, at, end);
      if (written == Integer.MIN_VALUE) {
        return UNDECIDED;
      }
      exponent += written;
    } else if (exponent == 0 && whole > MAX_DIGITS - 3) {
      return UNDECIDED; // a whole number: beyond 2^53 it is none
    }
    long found = NearestDouble.bits(digits, exponent);
    return found == UNDECIDED ? UNDECIDED : found | sign;
  }

  private static int exponent(byte[] bytes, int from, int end) {
    int at = from;
    if (bytes[at] != 'e' && bytes[at] != 'E') {
      return Integer.MIN_VALUE;
    }
    at++;
    boolean negative = at < end && bytes[at] == '-';
    if (at < end && (negative || bytes[at] == '+')) {
      at++;
    }
    if (at == end || end - at > MAX_EXPONENT_DIGITS) {
      return Integer.MIN_VALUE;
    }
    int value = 0;
    for (; at < end; at++) {
      if (!isDigit(bytes[at])) {
        return Integer.MIN_VALUE;
      }
      value = 10 * value + bytes[at] - '0';
    }
    return negative ? -value : value;
  }

  private static boolean isDigit(byte b) {
    return (char) (b - '0') < 10;
  }

  private static boolean isNaN(byte[] bytes, int at) {
    boolean large = bytes[at] == 'N' && bytes[at + 1] == 'a' && bytes[at + 2] == 'N';
    return large || (bytes[at] == 'n' && bytes[at + 1] == 'a' && bytes[at + 2] == 'n');
  }

  private static boolean areDigits(long eight) {
    long high = eight & 0xF0F0_F0F0_F0F0_F0F0L;
    long carried = (eight + 0x0606_0606_0606_0606L & 0xF0F0_F0F0_F0F0_F0F0L) >>> 4;
    return (high | carried) == 0x3333_3333_3333_3333L;
  }

  /** Eight digits, two, four and eight at a time. */
  private static long eightDigits(long eight) {
    long ones = eight - ZEROS;
    long pairs = 10 * ones + (ones >>> 8);
    long even = (pairs & 0x0000_00FF_0000_00FFL) * 0x000F_4240_0000_0064L;
    long odd = ((pairs >>> 16) & 0x0000_00FF_0000_00FFL) * 0x0000_2710_0000_0001L;
    return (even + odd) >>> 32;
  }
}
