// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.store;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.given.Given;
import org.arrowworld.internal.given.WellFormed;

/**
 * When ticks are (spec S-16): tick {@code t} is at {@code zero + t * step}, exactly.
 *
 * <pre>{@code
 * TickTime time = TickTime.every("1/60", "s");
 * time.at(30); // 0.5
 * time.tick(0.5); // 30
 * }</pre>
 *
 * @param zero the time of tick 0, a decimal: {@code -2.5}
 * @param step from one tick to the next, more than 0: a decimal, or a fraction, {@code 1/60}
 * @param unit what times are counted in
 * @param since the instant of time 0, if there is one; {@code unit} is ns, us, ms, s, min, h or d
 *     then
 */
public record TickTime(String zero, String step, String unit, Optional<Instant> since) {
  private static final int MAX_CHARS = 400;
  private static final int MAX_UNIT_BYTES = 100;
  private static final String DECIMAL = "(0|[1-9][0-9]*)(\\.[0-9]+)?";
  private static final int MAX_SCALE = 10_000;

  private static final Map<String, Long> NANOSECONDS =
      Map.of(
          "ns", 1L,
          "us", 1_000L,
          "ms", 1_000_000L,
          "s", 1_000_000_000L,
          "min", 60_000_000_000L,
          "h", 3_600_000_000_000L,
          "d", 86_400_000_000_000L);

  public TickTime {
    Given.required("say the time of ticks", "instant", since);
    require("zero", zero, "-?" + DECIMAL, "a decimal, as 0 or -2.5");
    require("step", step, DECIMAL + "|[1-9][0-9]*/[1-9][0-9]*", "a decimal or a fraction, as 0.1");
    if (Ratio.of(step).numerator().signum() == 0) {
      throw new InvalidUseException(
          Text.of("Cannot say the time of ticks with step %s: expected more than 0", step));
    }
    WellFormed.text("count times in", unit);
    int bytes = unit.getBytes(StandardCharsets.UTF_8).length;
    if (bytes == 0 || bytes > MAX_UNIT_BYTES) {
      throw new InvalidUseException(
          Text.of(
              "Cannot count times in a unit of %d bytes: expected 1 to %d bytes of UTF-8",
              bytes, MAX_UNIT_BYTES));
    }
    if (since.isPresent() && !NANOSECONDS.containsKey(unit)) {
      throw new InvalidUseException(
          Text.of(
              "Cannot count times in '%s' since an instant: expected ns, us, ms, s, min, h or d",
              unit));
    }
    if (since.isPresent() && !since.get().toString().matches("(?!0000)[0-9]{4}-.*")) {
      throw new InvalidUseException(
          Text.of("Cannot count times since %s: expected a year from 1 to 9999", since.get()));
    }
  }

  private static void require(String what, String text, String pattern, String expected) {
    Given.required("say the time of ticks", what, text);
    if (text.length() > MAX_CHARS || !text.matches(pattern)) {
      throw new InvalidUseException(
          Text.of(
              "Cannot say the time of ticks with %s '%s': expected %s, of at most %d characters",
              what, text.length() > MAX_CHARS ? "..." : text, expected, MAX_CHARS));
    }
  }

  /** Ticks that begin at time 0. */
  public static TickTime every(String step, String unit) {
    return new TickTime("0", step, unit, Optional.empty());
  }

  /** These ticks, with tick 0 at another time. */
  public TickTime withZero(String time) {
    return new TickTime(time, step, unit, since);
  }

  /** These ticks, with time 0 at an instant. */
  public TickTime withSince(Instant instant) {
    return new TickTime(zero, step, unit, Optional.ofNullable(instant));
  }

  /** The time of a tick, in {@link #unit}: the nearest float64 to what it is exactly. */
  public double at(long tick) {
    return exactly(tick).nearest();
  }

  /**
   * The instant of a tick, in UTC: the nearest nanosecond to what it is exactly.
   *
   * @throws InvalidUseException if the store does not say at which instant time 0 is, or the year
   *     is beyond what an instant holds
   */
  public Instant instant(long tick) {
    BigInteger nanos = nanos(exactly(tick));
    try {
      return start()
          .plusSeconds(nanos.divide(BigInteger.valueOf(1_000_000_000)).longValueExact())
          .plusNanos(nanos.remainder(BigInteger.valueOf(1_000_000_000)).longValueExact());
    } catch (ArithmeticException | java.time.DateTimeException e) {
      throw new InvalidUseException(
          Text.of("Cannot tell the instant of tick %d: it is too far away", tick), e);
    }
  }

  private Instant start() {
    return since.orElseThrow(
        () ->
            new InvalidUseException(
                Text.of(
                    "Cannot tell an instant: times are counted in %s, and not since one; give a number",
                    unit)));
  }

  private BigInteger nanos(Ratio time) {
    start();
    return time.times(BigInteger.valueOf(NANOSECONDS.get(unit))).rounded();
  }

  /**
   * The tick at a time. Integers and {@link BigDecimal} are what they say; a float64 stands for the
   * tick of which {@link #at} gives it (spec S-17).
   *
   * @throws InvalidUseException if there is no such tick, naming those beside it, or several
   */
  public long tick(Number time) {
    Given.required("find a tick", "time", time);
    if (time instanceof Double || time instanceof Float) {
      double value = time.doubleValue();
      if (Double.isNaN(value) || Double.isInfinite(value)) {
        throw new InvalidUseException(Text.of("Cannot find the tick at time %s", value));
      }
      return only(Ratio.of(new BigDecimal(value)), time, at -> at.nearest() == value);
    }
    boolean whole =
        time instanceof Long
            || time instanceof Integer
            || time instanceof Short
            || time instanceof Byte
            || time instanceof BigInteger;
    if (!whole && !(time instanceof BigDecimal)) {
      throw new InvalidUseException(
          Text.of(
              "Cannot find the tick at a time given as %s: give a double, an integer or a BigDecimal",
              time.getClass().getName()));
    }
    BigDecimal decimal = time instanceof BigDecimal given ? given : new BigDecimal(time.toString());
    if (Math.abs((long) decimal.scale()) + decimal.precision() > MAX_SCALE) {
      throw new InvalidUseException(
          Text.of("Cannot find the tick at a time of more than %d digits", MAX_SCALE));
    }
    Ratio exact = Ratio.of(decimal);
    return only(exact, time, at -> at.equals(exact));
  }

  /**
   * The tick at an instant, of which {@link #instant} gives it.
   *
   * @throws InvalidUseException as {@link #tick(Number)} and {@link #instant} do
   */
  public long tick(Instant instant) {
    Given.required("find a tick", "instant", instant);
    Instant start = start();
    BigInteger nanos =
        BigInteger.valueOf(instant.getEpochSecond())
            .subtract(BigInteger.valueOf(start.getEpochSecond()))
            .multiply(BigInteger.valueOf(1_000_000_000))
            .add(BigInteger.valueOf((long) instant.getNano() - start.getNano()));
    Ratio time = new Ratio(nanos, BigInteger.valueOf(NANOSECONDS.get(unit)));
    return only(time, instant, at -> nanos(at).equals(nanos));
  }

  /** Whether a tick's exact time is the one that is meant. */
  private interface Meant {
    boolean by(Ratio time);
  }

  private long only(Ratio time, Object said, Meant meant) {
    BigInteger nearest = time.minus(Ratio.of(zero)).over(Ratio.of(step)).rounded();
    long found = -1;
    for (int i = -1; i <= 1; i++) {
      BigInteger tick = nearest.add(BigInteger.valueOf(i));
      if (tick.signum() >= 0 && tick.bitLength() < Long.SIZE && meant.by(exactly(tick))) {
        if (found >= 0) {
          throw new InvalidUseException(
              Text.of(
                  "Cannot tell which tick is at time %s: ticks %d and %d are, so closely do they follow each other; give the time as a BigDecimal, or the tick",
                  said, found, tick));
        }
        found = tick.longValueExact();
      }
    }
    if (found < 0) {
      throw new InvalidUseException(Text.of("There is no tick at time %s: %s", said, beside(time)));
    }
    return found;
  }

  private String beside(Ratio time) {
    BigInteger before = time.minus(Ratio.of(zero)).over(Ratio.of(step)).floor();
    if (before.signum() < 0) {
      return Text.of("it is before tick 0, which is at %s", shown(BigInteger.ZERO));
    }
    if (before.bitLength() >= Long.SIZE) {
      return "it is behind all ticks";
    }
    BigInteger after = before.add(BigInteger.ONE);
    return Text.of(
        "tick %d is at %s, tick %d at %s; give one of these times",
        before, shown(before), after, shown(after));
  }

  private String shown(BigInteger tick) {
    return exactly(tick).shown() + " " + unit;
  }

  private Ratio exactly(long tick) {
    if (tick < 0) {
      throw new InvalidUseException(
          Text.of("Cannot tell the time of tick %d: ticks begin at 0", tick));
    }
    return exactly(BigInteger.valueOf(tick));
  }

  private Ratio exactly(BigInteger tick) {
    return Ratio.of(zero).plus(Ratio.of(step).times(tick));
  }
}
