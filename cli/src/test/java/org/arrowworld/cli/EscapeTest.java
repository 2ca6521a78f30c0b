// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EscapeTest {
  @Test
  void text_without_hidden_characters_stays_as_it_is() {
    assertThat(Escape.text("grün 日本 \\n 😀 ~")).isEqualTo("grün 日本 \\n 😀 ~");
  }

  @Test
  void control_characters_are_shown_and_never_sent() {
    assertThat(Escape.text("a\nb\r\tc\u0000\u001B[31m\u007F\u009B"))
        .isEqualTo("a\\nb\\r\\tc\\u0000\\u001b[31m\\u007f\\u009b");
  }

  @Test
  void characters_that_reorder_or_hide_text_are_shown() {
    assertThat(Escape.text("\u202A\u202E\u2066\u2069\u200F\u061C\u200B\u2028\u2029\uFEFF"))
        .isEqualTo("\\u202a\\u202e\\u2066\\u2069\\u200f\\u061c\\u200b\\u2028\\u2029\\ufeff");
    assertThat(Escape.text(new String(Character.toChars(0xE0041)))).isEqualTo("\\U000e0041");
    assertThat(Escape.text("x\uD800y")).isEqualTo("x\\ud800y");
  }

  @Test
  void no_hidden_character_of_the_basic_plane_gets_through() {
    for (char c = 0; c < Character.MAX_VALUE; c++) {
      String shown = Escape.text(String.valueOf(c)) + JsonText.of(String.valueOf(c));
      assertThat(shown.codePoints().noneMatch(Escape::isHidden)).as("U+%04x", (int) c).isTrue();
    }
  }

  @Test
  void json_keeps_every_character_and_number() {
    String text = "q\"\\ \u202E\u0007 \uD83D\uDE00 \uD800";
    assertThat(Aw.parse(JsonText.of(text))).isEqualTo(text);
    assertThat(JsonText.of(Map.of("a", List.of(0.1f, 0.1, -0.0, Long.MAX_VALUE, Double.NaN))))
        .isEqualTo("{\"a\":[0.1,0.1,-0.0,9223372036854775807,\"NaN\"]}");
    assertThat(JsonText.of(List.of(List.of(), Map.of(), true))).isEqualTo("[[],{},true]");
  }
}
