// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.values;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Random;
import org.arrowworld.internal.Text;
import org.junit.jupiter.api.Test;

/** Numbers are as Java's own parser reads them, or left to it. */
class NearestDoubleTest {
  private static final int CASES = Integer.getInteger("aw.cases", 300_000);
  private final long seed = Long.getLong("aw.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private int decided;

  private void check(long digits, int exponent) {
    String text = Long.toUnsignedString(digits) + "e" + exponent;
    long found = NearestDouble.bits(digits, exponent);
    if (found != NearestDouble.UNDECIDED) {
      decided++;
      assertThat(found)
          .as("%s, -Daw.seed=%d", text, seed)
          .isEqualTo(Double.doubleToRawLongBits(Double.parseDouble(text)));
    }
  }

  @Test
  void random_digits_and_exponents() {
    System.out.println(Text.of("NearestDoubleTest: %d, -Daw.seed=%d", CASES, seed));
    for (int i = 0; i < CASES; i++) {
      check(random.nextLong() >>> random.nextInt(64), random.nextInt(200) - 100);
    }
    assertThat(decided).isGreaterThan(CASES / 2);
  }

  @Test
  void what_doubles_are_written_as() {
    for (int i = 0; i < CASES; i++) {
      double value = random.nextBoolean() ? random.nextGaussian() * 1e3 : random.nextDouble();
      BigDecimal text = new BigDecimal(Double.toString(Math.abs(value)));
      long found = NearestDouble.bits(text.unscaledValue().longValueExact(), -text.scale());
      assertThat(found).as("%s", text).isEqualTo(Double.doubleToRawLongBits(Math.abs(value)));
    }
  }

  @Test
  void halves_between_two_doubles_and_their_neighbours() {
    for (int i = 0; i < CASES; i++) {
      double value = (1L << 53) + 2 * (random.nextLong() >>> 12);
      BigDecimal half =
          new BigDecimal(value).add(new BigDecimal(Math.nextUp(value))).divide(new BigDecimal(2));
      int digits = half.precision();
      int scale = Math.max(0, digits - 19);
      BigInteger cut = half.toBigInteger().divide(BigInteger.TEN.pow(scale));
      for (long near = -1; near <= 1; near++) {
        check(cut.longValue() + near, scale);
      }
      int small = random.nextInt(5);
      long odd = ((1L << 53) + 1 + 2 * (random.nextLong() >>> 12) % (1L << 53)) & (1L << 54) - 1;
      check(odd, 0);
      check(odd * (long) Math.pow(5, small), -small);
    }
  }

  @Test
  void the_edges_of_what_is_decided() {
    for (int exponent = -90; exponent <= 90; exponent++) {
      for (long digits : new long[] {0, 1, 9, (1L << 53) - 1, 1L << 53, (1L << 53) + 1, -1}) {
        check(digits, exponent);
      }
    }
    assertThat(NearestDouble.bits(1, 400)).isEqualTo(NearestDouble.UNDECIDED);
    assertThat(NearestDouble.bits(1, -400)).isEqualTo(NearestDouble.UNDECIDED);
    assertThat(NearestDouble.bits(0, 400)).isZero();
  }
}
