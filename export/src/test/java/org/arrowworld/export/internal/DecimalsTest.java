// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Shortest decimals, the same on every JDK. */
class DecimalsTest {
  @ParameterizedTest
  @CsvSource({
    "2.0E-3, 0.002",
    "2.2250738585072014E-308, 2.2250738585072014E-308",
    "4.9E-324, 5E-324",
    "2E23, 2E23",
    "1.0E23, 1E23",
    "1318333540.276, 1318333540.276",
    "123456789, 1.23456789E8",
    "123456789.5, 123456789.5",
    "-0.0, -0.0",
    "100, 100.0",
    "9007199254740993, 9.007199254740992E15",
  })
  void known_numbers_are_written_as_short_as_can_be(double value, String expected) {
    String text = Decimals.of(value);
    assertThat(Double.doubleToRawLongBits(Double.parseDouble(text)))
        .isEqualTo(Double.doubleToRawLongBits(value));
    assertThat(text).isEqualTo(expected);
  }

  @Test
  void what_the_double_to_string_of_old_jdks_writes_too_long_is_short() {
    assertThat(Decimals.of(2.0E-3)).isEqualTo("0.002");
    assertThat(Decimals.of(2.2E-322)).isEqualTo("2.2E-322");
    assertThat(Decimals.of(1.1E-5f)).isEqualTo("1.1E-5");
    assertThat(Decimals.of(Float.MIN_VALUE)).isEqualTo("1E-45");
  }

  @Test
  void not_a_number_and_the_infinities_have_names() {
    assertThat(Decimals.of(Double.NaN)).isEqualTo("nan");
    assertThat(Decimals.of(Float.NEGATIVE_INFINITY)).isEqualTo("-inf");
    assertThat(Decimals.of(Double.POSITIVE_INFINITY)).isEqualTo("inf");
  }

  @Test
  void any_bits_read_back_as_the_same_float_and_no_shorter_decimal_does() {
    long seed = Long.getLong("aw.seed", System.nanoTime());
    System.out.println("DecimalsTest: repeat with -Daw.seed=" + seed);
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 200_000; i++) {
      double value = Double.longBitsToDouble(random.nextLong());
      if (!Double.isFinite(value)) {
        continue;
      }
      String text = Decimals.of(value);
      assertThat(Double.doubleToRawLongBits(Double.parseDouble(text)))
          .as(text)
          .isEqualTo(Double.doubleToRawLongBits(value));
      BigDecimal exact = new BigDecimal(text).stripTrailingZeros();
      if (exact.precision() > 1) {
        BigDecimal shorter =
            exact.round(
                new java.math.MathContext(exact.precision() - 1, java.math.RoundingMode.HALF_EVEN));
        assertThat(shorter.doubleValue()).as(text).isNotEqualTo(value);
      }
      float single = Float.intBitsToFloat(random.nextInt());
      if (Float.isFinite(single)) {
        assertThat(Float.floatToRawIntBits(Float.parseFloat(Decimals.of(single))))
            .isEqualTo(Float.floatToRawIntBits(single));
      }
    }
  }
}
