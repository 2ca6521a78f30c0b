// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.csv;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.arrowworld.internal.Text;
import org.junit.jupiter.api.Test;

/** Numbers are as Java's own parsers read them, or left to those. */
class NumbersTest {
  private static final int CASES = Integer.getInteger("aw.cases", 300_000);
  private final long seed = Long.getLong("aw.seed", System.nanoTime());
  private final Random random = new Random(seed);

  private static byte[] bytes(String text) {
    byte[] plain = ("##" + text + "12345678").getBytes(StandardCharsets.US_ASCII);
    return Arrays.copyOf(plain, plain.length);
  }

  private static long integer(String text) {
    return Numbers.integer(bytes(text), 2, text.length());
  }

  private static long decimal(String text) {
    return Numbers.decimal(bytes(text), 2, text.length(), (byte) '.');
  }

  /** What is read of a field that a comma ends must be what is read of the field alone. */
  private void requireScanned(String text) {
    byte[] field = (text + ",1234567890123456").getBytes(StandardCharsets.US_ASCII);
    byte[] cells = new byte[16];
    ByteBuffer values = ByteBuffer.wrap(cells).order(ByteOrder.LITTLE_ENDIAN);
    int limit = text.length() + 1;
    int whole = Numbers.integer(field, 0, limit, cells, 0);
    boolean ends = whole == text.length();
    long expected = integer(text);
    assertThat(ends).as("%s, -Daw.seed=%d", text, seed).isEqualTo(expected != Numbers.NO_INTEGER);
    assertThat(ends ? values.getLong(0) : expected).as(text).isEqualTo(expected);
    int end = Numbers.decimal(field, 0, limit, (byte) '.', cells, 8);
    if (end == text.length()) {
      assertThat(values.getLong(8)).as("%s, -Daw.seed=%d", text, seed).isEqualTo(decimal(text));
    }
    assertThat(Numbers.integer(field, 0, text.length(), cells, 0)).isNotEqualTo(text.length());
    assertThat(Numbers.decimal(field, 0, text.length(), (byte) '.', cells, 0))
        .isNotEqualTo(text.length());
  }

  /** A number, or something that is nearly one. */
  private String text() {
    StringBuilder text = new StringBuilder();
    switch (random.nextInt(6)) {
      case 0 -> text.append(random.nextLong() >> random.nextInt(64));
      case 1 -> text.append(random.nextGaussian() * Math.pow(10, random.nextInt(30) - 15));
      case 2 -> text.append(random.nextInt(1000)).append('.').append(random.nextInt(1000));
      case 3 -> text.append(random.nextLong() >>> 1).append("e-").append(random.nextInt(90));
      case 4 -> text.append((float) random.nextGaussian());
      default -> text.append("0.000").append(random.nextLong() >>> random.nextInt(63));
    }
    if (random.nextInt(3) == 0) {
      String odd = "0123456789.-+eE x/:";
      text.setCharAt(random.nextInt(text.length()), odd.charAt(random.nextInt(odd.length())));
    }
    return text.toString();
  }

  @Test
  void numbers_and_what_is_nearly_one() {
    System.out.println(Text.of("NumbersTest: %d, -Daw.seed=%d", CASES, seed));
    int decided = 0;
    for (int i = 0; i < CASES; i++) {
      String text = text();
      boolean isInteger = text.matches("0|-?[1-9][0-9]{0,17}");
      long integer = integer(text);
      if (isInteger != (integer != Numbers.NO_INTEGER)
          || (isInteger && integer != Long.parseLong(text))) {
        assertThat(integer).as("%s, -Daw.seed=%d", text, seed).isEqualTo(-1);
      }
      requireScanned(text);
      long bits = decimal(text);
      if (bits != Numbers.UNDECIDED) {
        decided++;
        boolean written = text.matches("-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][+-]?[0-9]+)?");
        if (!written || bits != Double.doubleToRawLongBits(Double.parseDouble(text))) {
          assertThat(Double.longBitsToDouble(bits))
              .as("%s, -Daw.seed=%d", text, seed)
              .isEqualTo(text);
        }
      }
    }
    assertThat(decided).isGreaterThan(CASES / 3);
  }

  @Test
  void every_length_of_digits() {
    String digits = "987654321987654321987";
    for (int length = 1; length <= 21; length++) {
      String text = digits.substring(0, length);
      assertThat(integer(text)).isEqualTo(length <= 18 ? Long.parseLong(text) : Numbers.NO_INTEGER);
      requireScanned(text);
      requireScanned("-" + text);
      for (int point = 1; point < length && length <= 19; point++) {
        String number = text.substring(0, point) + "." + text.substring(point);
        assertThat(Double.longBitsToDouble(decimal(number))).isEqualTo(Double.parseDouble(number));
        requireScanned(number);
        assertThat(decimal("-" + number + "e-3"))
            .isEqualTo(Double.doubleToRawLongBits(Double.parseDouble("-" + number + "e-3")));
      }
    }
    assertThat(integer("-0")).isEqualTo(Numbers.NO_INTEGER);
    assertThat(integer("-")).isEqualTo(Numbers.NO_INTEGER);
    assertThat(integer("007")).isEqualTo(Numbers.NO_INTEGER);
    assertThat(integer("-12")).isEqualTo(-12);
    assertThat(decimal("-0.0")).isEqualTo(Double.doubleToRawLongBits(-0.0));
    assertThat(decimal("00.5")).isEqualTo(Numbers.UNDECIDED);
    assertThat(decimal("5.")).isEqualTo(Numbers.UNDECIDED);
    assertThat(decimal("NaN")).isEqualTo(Double.doubleToRawLongBits(Double.NaN));
  }
}
