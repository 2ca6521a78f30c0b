// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.history;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.store.TickTime;

/**
 * How times become ticks (spec T-52).
 *
 * @param as what times are
 * @param rate ticks a second; null for ticks
 * @param offGrid what is done with a time that is not on the grid
 * @param first what is done with times before tick 0
 */
public record TimeGrid(As as, BigDecimal rate, OffGrid offGrid, First first) {
  /** Ticks as they are. */
  public static final TimeGrid TICKS = new TimeGrid(As.TICK, null, OffGrid.REFUSE, First.AS_IT_IS);

  private static final BigDecimal TOLERANCE = new BigDecimal("1e-6");
  private static final int MAX_CHARS = 40;
  private static final int MAX_EXPONENT = 30;

  /** What times are. */
  public enum As {
    TICK,
    SECONDS,
    ISO
  }

  /** What is done with a time that is not on the grid. */
  public enum OffGrid {
    REFUSE,
    SNAP
  }

  /** What is done with times before tick 0. */
  public enum First {
    AS_IT_IS,
    SHIFTED
  }

  public TimeGrid {
    if (as != As.TICK && (rate == null || rate.signum() <= 0)) {
      throw new InvalidUseException(
          "Cannot put times on ticks without a rate: say --rate R, ticks a second");
    }
  }

  /** Reads what a user writes; null where nothing was said. */
  public static TimeGrid of(String as, String rate, OffGrid offGrid, String first) {
    As kind =
        switch (as == null ? "tick" : as) {
          case "tick" -> As.TICK;
          case "seconds" -> As.SECONDS;
          case "iso" -> As.ISO;
          default ->
              throw new InvalidUseException(
                  Text.of("Cannot take times as '%s': expected tick, seconds or iso", as));
        };
    if (first != null && !first.equals("auto")) {
      throw new InvalidUseException(
          Text.of("Cannot begin at tick '%s': expected auto, or nothing", first));
    }
    BigDecimal perSecond = rate == null ? null : number(rate);
    if (rate != null && perSecond == null) {
      throw new InvalidUseException(Text.of("Cannot take '%s' for a rate", rate));
    }
    return new TimeGrid(kind, perSecond, offGrid, first == null ? First.AS_IT_IS : First.SHIFTED);
  }

  /** A number, however it is written; null if it is none, or beyond all ticks. */
  public static BigDecimal number(String text) {
    if (text.length() > MAX_CHARS
        || !text.matches("[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]{1,4})?")) {
      return null;
    }
    BigDecimal value = new BigDecimal(text);
    boolean bounded =
        Math.abs((long) value.precision() - value.scale()) <= MAX_EXPONENT
            && Math.abs(value.scale()) <= 2000;
    return bounded || value.signum() == 0 ? value : null;
  }

  /** Seconds since 1970 of an ISO 8601 time, UTC if it has no zone; null if it is none. */
  public static BigDecimal isoSeconds(String text) {
    String iso = text.strip().replace(' ', 'T');
    try {
      Instant instant =
          iso.length() == 10
              ? LocalDate.parse(iso).atStartOfDay().toInstant(ZoneOffset.UTC)
              : iso.matches(".*(Z|[+-][0-9]{2}(:?[0-9]{2})?)$") && iso.indexOf('T') > 0
                  ? OffsetDateTime.parse(iso.replaceFirst("([+-][0-9]{2})$", "$1:00")).toInstant()
                  : LocalDateTime.parse(iso).toInstant(ZoneOffset.UTC);
      return BigDecimal.valueOf(instant.getEpochSecond())
          .add(BigDecimal.valueOf(instant.getNano(), 9));
    } catch (DateTimeParseException e) {
      return null;
    }
  }

  /**
   * When ticks are that were put on this grid, as far as that can be said exactly.
   *
   * @param firstTick what was taken off every tick
   * @param start the instant of time 0, if times said it
   */
  public Optional<TickTime> time(BigInteger firstTick, Optional<Instant> start) {
    if (rate == null) {
      return Optional.empty();
    }
    BigInteger over = rate.scale() > 0 ? BigInteger.TEN.pow(rate.scale()) : BigInteger.ONE;
    BigInteger under = rate.scale() > 0 ? rate.unscaledValue() : rate.setScale(0).unscaledValue();
    BigInteger common = over.gcd(under);
    String step = Text.of("%d/%d", over.divide(common), under.divide(common));
    try {
      BigDecimal zero = new BigDecimal(firstTick).divide(rate).stripTrailingZeros();
      TickTime ticks = TickTime.every(step, "s").withZero(zero.toPlainString());
      return Optional.of(ticks.withSince(start.orElse(null)));
    } catch (ArithmeticException | InvalidUseException e) {
      return Optional.empty(); // as a third of a second, or with more digits than a store has
    }
  }

  /**
   * The tick of a time, before any shift.
   *
   * @param time a tick, or seconds since the first
   * @return null if it is not on the grid
   */
  public BigInteger tick(BigDecimal time) {
    BigDecimal at = as == As.TICK ? time : time.multiply(rate);
    BigInteger nearest = at.setScale(0, RoundingMode.HALF_EVEN).toBigIntegerExact();
    BigDecimal off = at.subtract(new BigDecimal(nearest)).abs();
    boolean on = as == As.TICK ? off.signum() == 0 : off.compareTo(TOLERANCE) <= 0;
    return on || offGrid == OffGrid.SNAP ? nearest : null;
  }
}
