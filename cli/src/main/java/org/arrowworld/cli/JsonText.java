// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.util.Map;
import org.arrowworld.internal.Text;

/**
 * JSON on one line. Numbers keep their own shortest decimal form, so a float32 reads back as the
 * same float32; what JSON has no number for (NaN, infinities) is a string.
 */
final class JsonText {
  private JsonText() {}

  static String of(Object tree) {
    StringBuilder out = new StringBuilder();
    write(out, tree);
    return out.toString();
  }

  private static void write(StringBuilder out, Object node) {
    if (node instanceof Map<?, ?> map) {
      char separator = '{';
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        out.append(separator);
        string(out, String.valueOf(entry.getKey()));
        out.append(':');
        write(out, entry.getValue());
        separator = ',';
      }
      out.append(map.isEmpty() ? "{}" : "}");
    } else if (node instanceof Iterable<?> list) {
      char separator = '[';
      for (Object element : list) {
        out.append(separator);
        write(out, element);
        separator = ',';
      }
      out.append(separator == '[' ? "[]" : "]");
    } else if (node == null || node instanceof Boolean || isNumber(node)) {
      out.append(node);
    } else {
      string(out, node.toString());
    }
  }

  private static boolean isNumber(Object node) {
    if (node instanceof Double d) {
      return Double.isFinite(d);
    }
    if (node instanceof Float f) {
      return Float.isFinite(f);
    }
    return node instanceof Number;
  }

  private static void string(StringBuilder out, String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (Character.isSurrogate(c)) {
        i = surrogates(out, text, i);
      } else if (Escape.isHidden(c)) {
        out.append(Text.of("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }

  /** Writes one code point; returns the index of its last character. */
  private static int surrogates(StringBuilder out, String text, int at) {
    int c = text.codePointAt(at);
    int last = at + Character.charCount(c) - 1;
    for (int i = at; i <= last; i++) {
      if (Escape.isHidden(c)) {
        out.append(Text.of("\\u%04x", (int) text.charAt(i)));
      } else {
        out.append(text.charAt(i));
      }
    }
    return last;
  }
}
