// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.values;

import java.math.BigInteger;

/**
 * The float64 that is nearest to {@code digits * 10^exponent}, ties to even: exact arithmetic where
 * both fit a double, else the algorithm of Eisel and Lemire.
 *
 * @see <a href="https://arxiv.org/abs/2101.11408">Lemire: Number Parsing at a Gigabyte per
 *     Second</a>
 */
public final class NearestDouble {
  /** No number has these bits: the caller is to ask somebody slower. */
  public static final long UNDECIDED = -1;

  private static final int LEAST_EXPONENT = -80;
  private static final int GREATEST_EXPONENT = 80;

  /**
   * A double holds up to 2^53; digits that many are taken another way, so that one way is common.
   */
  private static final long EXACT_DIGITS = 1L << 50;

  private static final int EXACT_EXPONENT = 22;
  private static final int MANTISSA_BITS = 52;
  private static final int BIAS = 1023;
  private static final int INFINITE_EXPONENT = 0x7FF;

  /**
   * Bits of the product that decide: the mantissa's, one in front, one to round by, and a spare.
   */
  private static final int DECIDING_BITS = MANTISSA_BITS + 3;

  /** Exact powers of ten. */
  private static final double[] TENS = new double[EXACT_EXPONENT + 1];

  /** The first 128 bits of each power of five, high words then low words. */
  private static final long[] HIGH = new long[GREATEST_EXPONENT - LEAST_EXPONENT + 1];

  private static final long[] LOW = new long[HIGH.length];

  static {
    double ten = 1;
    for (int i = 0; i < TENS.length; i++) {
      TENS[i] = ten;
      ten *= 10;
    }
    for (int exponent = LEAST_EXPONENT; exponent <= GREATEST_EXPONENT; exponent++) {
      BigInteger bits = five(exponent);
      HIGH[exponent - LEAST_EXPONENT] = bits.shiftRight(64).longValue();
      LOW[exponent - LEAST_EXPONENT] = bits.longValue();
    }
  }

  private NearestDouble() {}

  /** 128 bits of a power of five: cut, or of a negative exponent rounded up. */
  private static BigInteger five(int exponent) {
    BigInteger power = BigInteger.valueOf(5).pow(Math.abs(exponent));
    if (exponent >= 0) {
      return power.shiftLeft(128).shiftRight(power.bitLength());
    }
    int bits = power.subtract(BigInteger.ONE).bitLength(); // 2^bits is not below the power
    int shift = exponent >= -27 ? bits + 127 : 2 * bits + 128;
    BigInteger found = BigInteger.ONE.shiftLeft(shift).divide(power).add(BigInteger.ONE);
    return found.shiftRight(Math.max(0, found.bitLength() - 128));
  }

  /**
   * The bits of the nearest float64, or {@link #UNDECIDED}.
   *
   * @param digits unsigned
   */
  public static long bits(long digits, int exponent) {
    if (digits >= 0 && digits <= EXACT_DIGITS && Math.abs(exponent) <= EXACT_EXPONENT) {
      double exact = digits;
      return Double.doubleToRawLongBits(
          exponent < 0 ? exact / TENS[-exponent] : exact * TENS[exponent]);
    }
    if (digits == 0) {
      return 0;
    }
    if (exponent < LEAST_EXPONENT || exponent > GREATEST_EXPONENT) {
      return UNDECIDED;
    }
    return rounded(digits, exponent);
  }

  private static long rounded(long digits, int exponent) {
    int zeros = Long.numberOfLeadingZeros(digits);
    long scaled = digits << zeros;
    int at = exponent - LEAST_EXPONENT;
    long high = multiplyHigh(scaled, HIGH[at]);
    long low = scaled * HIGH[at];
    long mask = -1L >>> DECIDING_BITS;
    if ((high & mask) == mask) {
      long carry = multiplyHigh(scaled, LOW[at]);
      low += carry;
      if (Long.compareUnsigned(carry, low) > 0) {
        high++;
      }
    }
    if (low == -1 && (exponent < -27 || exponent > 55)) {
      return UNDECIDED;
    }
    int upper = (int) (high >>> 63);
    int shift = upper + 64 - DECIDING_BITS;
    long mantissa = high >>> shift;
    int power = ((217_706 * exponent) >> 16) + 63 + upper - zeros + BIAS;
    if (power <= 0) {
      return UNDECIDED; // subnormal
    }
    boolean tie =
        Long.compareUnsigned(low, 1) <= 0
            && exponent >= -4
            && exponent <= 23
            && (mantissa & 3) == 1
            && mantissa << shift == high;
    if (tie) {
      mantissa &= ~1L;
    }
    mantissa = (mantissa + (mantissa & 1)) >>> 1;
    if (mantissa >= 2L << MANTISSA_BITS) {
      mantissa = 1L << MANTISSA_BITS;
      power++;
    }
    mantissa &= ~(1L << MANTISSA_BITS);
    return power >= INFINITE_EXPONENT ? UNDECIDED : mantissa | (long) power << MANTISSA_BITS;
  }

  /** The high word of an unsigned product. */
  private static long multiplyHigh(long a, long b) {
    return Math.multiplyHigh(a, b) + (a >> 63 & b) + (b >> 63 & a);
  }
}
