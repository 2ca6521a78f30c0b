// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import org.arrowworld.internal.Text;

/**
 * Text from data as it may be shown on a terminal: control, format (bidi among them), line and
 * paragraph separator characters and lone surrogates are shown as escapes. Other text stays.
 */
final class Escape {
  private Escape() {}

  static String text(String text) {
    if (isPlain(text)) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length() + 16);
    text.codePoints().forEach(c -> append(out, c));
    return out.toString();
  }

  private static boolean isPlain(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < ' ' || c > '~') {
        return false;
      }
    }
    return true;
  }

  private static void append(StringBuilder out, int c) {
    switch (c) {
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      default -> {
        if (!isHidden(c)) {
          out.appendCodePoint(c);
        } else if (c <= 0xFFFF) {
          out.append(Text.of("\\u%04x", c));
        } else {
          out.append(Text.of("\\U%08x", c));
        }
      }
    }
  }

  /** Whether a character acts on a terminal or on the order of text rather than being seen. */
  static boolean isHidden(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          true;
      default -> false;
    };
  }
}
