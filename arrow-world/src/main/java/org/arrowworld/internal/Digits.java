// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal;

import java.util.HexFormat;

/**
 * Numbers of a fixed count of digits, as names, JSON and metadata have them. They are read and
 * written for every file and batch, where patterns and formatters cost more than all the rest.
 */
public final class Digits {
  private static final HexFormat HEX = HexFormat.of();
  private static final String ZEROS = "0".repeat(20);

  private Digits() {}

  /** Whether a text is so many lower-case hex digits. */
  public static boolean areHex(String text, int count) {
    if (text == null || text.length() != count) {
      return false;
    }
    for (int i = 0; i < count; i++) {
      char c = text.charAt(i);
      if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
        return false;
      }
    }
    return true;
  }

  /** Whether a text begins with 20 decimal digits of a number below 10^19. */
  public static boolean begin20(String text) {
    if (text == null || text.length() < 20 || text.charAt(0) != '0') {
      return false;
    }
    for (int i = 1; i < 20; i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }

  /** Whether a text is 20 decimal digits of a number below 10^19. */
  public static boolean are20(String text) {
    return text != null && text.length() == 20 && begin20(text);
  }

  /** 8 hex digits. */
  public static String hex8(int value) {
    return HEX.toHexDigits(value);
  }

  /** 16 hex digits. */
  public static String hex16(long value) {
    return HEX.toHexDigits(value);
  }

  /** 20 decimal digits of a number of at least 0. */
  public static String of20(long value) {
    String digits = Long.toString(value);
    return ZEROS.substring(digits.length()) + digits;
  }
}
