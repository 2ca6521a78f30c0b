// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.internal;

import com.fasterxml.jackson.core.io.NumberOutput;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import org.arrowworld.internal.Text;

/**
 * Floats as the shortest decimals that read back as the same float, the same on every JDK: {@code
 * Double.toString} is not the shortest before JDK 19 (JDK-4511638), so this uses jackson-core's
 * copy of the algorithm that replaced it (R. Giulietti, "The Schubfach way to render doubles").
 *
 * <p>Java's rule wants two digits at least, and so writes {@code 4.9E-324} for what {@code 5E-324}
 * denotes as well; here the single digit is taken where it is enough.
 */
public final class Decimals {
  private Decimals() {}

  /** Appends a float64: digits, or {@code nan}, {@code inf}, {@code -inf}. */
  public static String of(double value) {
    if (!Double.isFinite(value)) {
      return notFinite(value);
    }
    String text = trimmed(NumberOutput.toString(value, true));
    if (hasTwoDigits(text)) {
      String shorter = oneDigit(text);
      if (Double.parseDouble(shorter) == value) {
        return shorter;
      }
    }
    return text;
  }

  /** As {@link #of(double)}, of a float32: the shortest that reads back as the same float32. */
  public static String of(float value) {
    if (!Float.isFinite(value)) {
      return notFinite(value);
    }
    String text = trimmed(NumberOutput.toString(value, true));
    if (hasTwoDigits(text)) {
      String shorter = oneDigit(text);
      if (Float.parseFloat(shorter) == value) {
        return shorter;
      }
    }
    return text;
  }

  private static String notFinite(double value) {
    return Double.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
  }

  /** Without the {@code .0} before an exponent, and without one where digits are as short. */
  private static String trimmed(String text) {
    int mark = text.indexOf('E');
    if (mark < 0) {
      return text;
    }
    int point = text.indexOf('.');
    String digits = text.substring(0, point) + text.substring(point + 1, mark);
    int whole = point + Integer.parseInt(text.substring(mark + 1));
    if (whole > point && whole < digits.length()) {
      return digits.substring(0, whole) + "." + digits.substring(whole);
    }
    return text.replace(".0E", "E");
  }

  /** Whether it is {@code d.dE...}: elsewhere the second digit costs nothing or says "a float". */
  private static boolean hasTwoDigits(String text) {
    int exponent = text.indexOf('E');
    return exponent > 0 && text.indexOf('.') > 0 && exponent - (text.charAt(0) == '-' ? 1 : 0) == 3;
  }

  private static String oneDigit(String text) {
    BigDecimal rounded = new BigDecimal(text).round(new MathContext(1, RoundingMode.HALF_EVEN));
    return Text.of("%sE%d", rounded.unscaledValue(), -rounded.scale());
  }
}
