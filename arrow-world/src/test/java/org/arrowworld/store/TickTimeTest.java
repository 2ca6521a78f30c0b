// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import org.arrowworld.errors.InvalidUseException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When ticks are (spec S-16, S-17). */
class TickTimeTest {
  private static final Instant NOON = Instant.parse("2026-11-30T12:00:00.125Z");

  @Test
  void a_time_is_the_nearest_float64_to_the_exact_one() {
    TickTime time = TickTime.every("1/30", "s").withZero("-0.5");
    assertThat(time.at(1)).isEqualTo(-7 / 15.0);
    assertThat(time.at(15)).isEqualTo(0.0);
    assertThat(time.at(30)).isEqualTo(0.5);
    assertThat(TickTime.every("0.1", "s").at(3)).isEqualTo(0.3);
    assertThat(TickTime.every("0.1", "s").at(Long.MAX_VALUE)).isEqualTo(Long.MAX_VALUE / 10.0);
    assertThat(TickTime.every("1/3", "s").at(Long.MAX_VALUE)).isEqualTo(Long.MAX_VALUE / 3.0);
  }

  /** Halfway between two float64s, and a hair beside it, further down than a float64 can tell. */
  @Test
  void rounding_is_right_where_the_digits_that_decide_are_far_away() {
    BigDecimal ulp = BigDecimal.ONE.divide(new BigDecimal(BigInteger.TWO.pow(53)));
    String tie = BigDecimal.ONE.add(ulp).toPlainString();
    TickTime time = TickTime.every("1", "s");
    assertThat(time.withZero(tie).at(0)).isEqualTo(1.0);
    assertThat(time.withZero(tie + "0".repeat(300) + "1").at(0)).isEqualTo(Math.nextUp(1.0));
  }

  @Test
  void every_time_leads_back_to_its_tick() {
    long seed = 20261130;
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    for (int i = 0; i < 400; i++) {
      String step =
          random.nextBoolean()
              ? "1/" + (1 + random.nextInt(999))
              : "0." + (1 + random.nextInt(999_999));
      String zero = new String[] {"0", "-7", "12.5", "1000000"}[random.nextInt(4)];
      TickTime time = TickTime.every(step, "s").withZero(zero);
      long tick = random.nextInt(1 << 29) >> random.nextInt(29);
      assertThat(time.tick(time.at(tick))).as("%s, tick %d", time, tick).isEqualTo(tick);
      TickTime counted = TickTime.every(step, "h").withZero(zero).withSince(NOON);
      assertThat(counted.tick(counted.instant(tick))).as("%s, tick %d", time, tick).isEqualTo(tick);
    }
  }

  @Test
  void a_time_between_two_ticks_is_refused_and_both_are_named() {
    TickTime time = TickTime.every("0.01", "s");
    assertThat(time.tick(0.29)).isEqualTo(29);
    assertThat(time.tick(3)).isEqualTo(300);
    assertThat(time.tick(new BigDecimal("0.4100"))).isEqualTo(41);
    assertThatThrownBy(() -> time.tick(0.405))
        .isInstanceOf(InvalidUseException.class)
        .hasMessage(
            "There is no tick at time 0.405: tick 40 is at 0.4 s, tick 41 at 0.41 s; give one of these times");
    assertThatThrownBy(() -> time.tick(-1))
        .hasMessage("There is no tick at time -1: it is before tick 0, which is at 0 s");
    assertThatThrownBy(() -> time.tick(1e300)).hasMessageContaining("it is behind all ticks");
    assertThatThrownBy(() -> time.tick(0.1f)).hasMessageContaining("tick 10 is at 0.1 s");
    assertThatThrownBy(() -> TickTime.every("1/3", "s").tick(new BigDecimal("0.3333")))
        .hasMessageContaining("tick 0 is at 0 s, tick 1 at 0.3333333333333333 s");
    assertThatThrownBy(() -> time.tick(Double.NaN)).hasMessageContaining("at time NaN");
    assertThatThrownBy(() -> time.tick(new BigDecimal("1e20000")))
        .hasMessageContaining("more than 10000 digits");
    assertThatThrownBy(() -> time.tick(new java.util.concurrent.atomic.AtomicInteger(3)))
        .hasMessageContaining("give a double, an integer or a BigDecimal");
    assertThatThrownBy(() -> time.at(-1)).hasMessageContaining("ticks begin at 0");
  }

  @Test
  void ticks_that_a_float64_cannot_tell_apart_are_asked_for_by_decimals() {
    TickTime time = TickTime.every("0.000000001", "s").withZero("1700000000");
    assertThatThrownBy(() -> time.tick(1.7e9))
        .hasMessageContaining("ticks 0 and 1 are, so closely do they follow each other");
    assertThat(time.tick(new BigDecimal("1700000000.000000007"))).isEqualTo(7);
    assertThat(TickTime.every("1", "s").tick((1L << 53) + 1)).isEqualTo((1L << 53) + 1);
  }

  @Test
  void instants_are_nanoseconds() {
    TickTime time = TickTime.every("1/30", "s").withSince(NOON);
    assertThat(time.instant(1)).isEqualTo(Instant.parse("2026-11-30T12:00:00.158333333Z"));
    assertThat(time.tick(Instant.parse("2026-11-30T12:00:01.125Z"))).isEqualTo(30);
    assertThatThrownBy(() -> time.tick(NOON.plusNanos(1))).hasMessageContaining("tick 0 is at 0 s");
    assertThatThrownBy(() -> TickTime.every("1", "s").instant(0))
        .hasMessageContaining("times are counted in s, and not since one");
    TickTime days = TickTime.every("1", "d").withSince(NOON);
    assertThatThrownBy(() -> days.instant(1L << 60)).hasMessageContaining("it is too far away");
  }

  @ParameterizedTest
  @CsvSource({
    "0,0,s,expected more than 0",
    "0,-1,s,expected a decimal or a fraction",
    "0,1e3,s,expected a decimal or a fraction",
    "0,01,s,expected a decimal or a fraction",
    "0,1/0,s,expected a decimal or a fraction",
    "0,\u0661,s,expected a decimal or a fraction",
    "+1,1,s,expected a decimal",
    "-1/2,1,s,expected a decimal",
    "0,1,'',expected 1 to 100 bytes",
    "0,1,\ud800,surrogate without its pair"
  })
  void what_is_no_time_is_refused(String zero, String step, String unit, String says) {
    assertThatThrownBy(() -> new TickTime(zero, step, unit, Optional.empty()))
        .isInstanceOf(InvalidUseException.class)
        .hasMessageContaining(says);
  }

  @Test
  void an_instant_needs_a_unit_of_fixed_length_and_a_year_of_four_digits() {
    assertThatThrownBy(() -> TickTime.every("1", "month").withSince(NOON))
        .hasMessageContaining("expected ns, us, ms, s, min, h or d");
    assertThatThrownBy(() -> TickTime.every("1", "s").withSince(Instant.MAX))
        .hasMessageContaining("expected a year from 1 to 9999");
    assertThatThrownBy(() -> TickTime.every("1".repeat(401), "s"))
        .hasMessageContaining("of at most 400 characters");
  }
}
