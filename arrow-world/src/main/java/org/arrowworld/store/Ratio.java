// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.store;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;

/** An exact number; the denominator is positive. */
record Ratio(BigInteger numerator, BigInteger denominator) {
  private static final int SHOWN_DIGITS = 40;
  private static final long EXACT_IN_F64 = 1L << 53;

  /** More than the digits of any number halfway between two float64s, so that it is seen as one. */
  private static final MathContext MANY_DIGITS = new MathContext(1_200, RoundingMode.DOWN);

  static Ratio of(String text) {
    int slash = text.indexOf('/');
    return slash < 0
        ? of(new BigDecimal(text))
        : new Ratio(
            new BigInteger(text.substring(0, slash)), new BigInteger(text.substring(slash + 1)));
  }

  static Ratio of(BigDecimal decimal) {
    BigDecimal plain = decimal.scale() < 0 ? decimal.setScale(0) : decimal;
    return new Ratio(plain.unscaledValue(), BigInteger.TEN.pow(plain.scale()));
  }

  Ratio plus(Ratio other) {
    return new Ratio(
        numerator.multiply(other.denominator).add(other.numerator.multiply(denominator)),
        denominator.multiply(other.denominator));
  }

  Ratio minus(Ratio other) {
    return plus(new Ratio(other.numerator.negate(), other.denominator));
  }

  Ratio times(BigInteger factor) {
    return new Ratio(numerator.multiply(factor), denominator);
  }

  Ratio over(Ratio positive) {
    return new Ratio(
        numerator.multiply(positive.denominator), denominator.multiply(positive.numerator));
  }

  BigInteger floor() {
    BigInteger[] parts = numerator.divideAndRemainder(denominator);
    return parts[1].signum() < 0 ? parts[0].subtract(BigInteger.ONE) : parts[0];
  }

  /** The nearest integer, ties to even. */
  BigInteger rounded() {
    BigInteger floor = floor();
    int side = numerator.subtract(floor.multiply(denominator)).shiftLeft(1).compareTo(denominator);
    boolean up = side > 0 || (side == 0 && floor.testBit(0));
    return up ? floor.add(BigInteger.ONE) : floor;
  }

  /** The nearest float64, ties to even. */
  double nearest() {
    BigInteger divisor = numerator.gcd(denominator);
    BigInteger n = numerator.divide(divisor);
    BigInteger d = denominator.divide(divisor);
    BigInteger exact = BigInteger.valueOf(EXACT_IN_F64);
    if (n.abs().compareTo(exact) <= 0 && d.compareTo(exact) <= 0) {
      return n.doubleValue() / d.doubleValue(); // one rounding, as of any division
    }
    BigDecimal quotient = new BigDecimal(n).divide(new BigDecimal(d), MANY_DIGITS);
    boolean cut = quotient.multiply(new BigDecimal(d)).compareTo(new BigDecimal(n)) != 0;
    BigDecimal sticky = BigDecimal.valueOf(n.signum(), quotient.scale() + 1);
    return (cut ? quotient.add(sticky) : quotient).doubleValue();
  }

  /** For people: what it is, or the nearest float64 if that has no end, or a long one. */
  String shown() {
    BigDecimal exact;
    try {
      exact = new BigDecimal(numerator).divide(new BigDecimal(denominator));
    } catch (ArithmeticException e) {
      exact = BigDecimal.valueOf(nearest()); // as 1/3, which has no end
    }
    BigDecimal most = exact.precision() > SHOWN_DIGITS ? BigDecimal.valueOf(nearest()) : exact;
    return most.signum() == 0 ? "0" : most.stripTrailingZeros().toPlainString();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Ratio ratio
        && numerator.multiply(ratio.denominator).equals(ratio.numerator.multiply(denominator));
  }

  @Override
  public int hashCode() {
    return Double.hashCode(nearest());
  }
}
