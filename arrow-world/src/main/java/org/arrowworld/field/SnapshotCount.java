// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.field;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;

/** How many snapshots a run takes. */
public final class SnapshotCount {
  /** Both numbers are roundings of what was meant, each off by at most half a unit: 2 x 2^-53. */
  private static final BigDecimal TOLERANCE = new BigDecimal(Math.scalb(1.0, -52));

  /** Counts beyond this leave no room for a tolerance and are taken as they are. */
  private static final BigDecimal TOLERATED = new BigDecimal(1L << 40);

  private SnapshotCount() {}

  /**
   * Snapshots at 0, interval, 2 interval, ... up to and including {@code tEnd}: {@code 0.3 / 0.1}
   * gives 4, where float division gives 3. The quotient is taken exactly; one that the rounding of
   * the two numbers alone can have kept from being whole is whole.
   *
   * @throws InvalidUseException if an argument is not finite and positive, or the count leaves 63
   *     bits
   */
  public static long of(double tEnd, double interval) {
    requirePositive("end time", tEnd);
    requirePositive("interval", interval);
    BigDecimal end = new BigDecimal(tEnd);
    BigDecimal step = new BigDecimal(interval);
    BigInteger whole = end.divideToIntegralValue(step).toBigInteger();
    BigDecimal next = new BigDecimal(whole.add(BigInteger.ONE));
    // next - end/step <= tolerance * next, without a division
    boolean reachesNext =
        next.compareTo(TOLERATED) < 0
            && next.multiply(step).subtract(end).compareTo(TOLERANCE.multiply(next).multiply(step))
                <= 0;
    BigInteger count = whole.add(reachesNext ? BigInteger.TWO : BigInteger.ONE);
    if (count.bitLength() > 63) {
      throw new InvalidUseException(
          Text.of(
              "Cannot count snapshots: %s / %s is %s",
              tEnd, interval, end.divide(step, 0, RoundingMode.FLOOR)));
    }
    return count.longValue();
  }

  private static void requirePositive(String what, double value) {
    if (!(value > 0) || Double.isInfinite(value)) {
      throw new InvalidUseException(
          Text.of(
              "Cannot count snapshots: the %s is %s, it must be finite and positive", what, value));
    }
  }
}
