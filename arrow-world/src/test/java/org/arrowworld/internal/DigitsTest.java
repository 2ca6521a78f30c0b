// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DigitsTest {
  @Test
  void they_are_those_that_a_formatter_writes() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 1000; i++) {
      long value = random.nextLong() >>> random.nextInt(64);
      assertThat(Digits.hex16(value)).isEqualTo(Text.of("%016x", value));
      assertThat(Digits.hex8((int) value)).isEqualTo(Text.of("%08x", (int) value));
      long positive = value & Long.MAX_VALUE;
      assertThat(Digits.of20(positive)).isEqualTo(Text.of("%020d", positive));
      assertThat(Digits.are20(Digits.of20(positive))).isTrue();
      assertThat(Digits.areHex(Digits.hex16(value), 16)).isTrue();
    }
  }

  @Test
  void what_a_pattern_refuses_they_refuse() {
    String[] texts = {
      null,
      "",
      "0123abc",
      "0123abcd",
      "0123abcD",
      "0123abcg",
      "\u0660123abcd",
      "0123abcde",
      "01234567890123456789",
      "11234567890123456789",
      "0123456789012345678",
      "0123456789012345678a",
      "01234567890123456789.",
      "0123456789012345678\u0669",
      "0123abcd\n"
    };
    for (String text : texts) {
      assertThat(Digits.areHex(text, 8))
          .as(text)
          .isEqualTo(text != null && text.matches("[0-9a-f]{8}"));
      assertThat(Digits.are20(text)).as(text).isEqualTo(text != null && text.matches("0[0-9]{19}"));
      assertThat(Digits.begin20(text))
          .as(text)
          .isEqualTo(text != null && text.matches("0[0-9]{19}.*"));
    }
  }
}
