package org.arrowworld.imports.csv;

/** Numbers in ASCII, the common ones without a text in between. */
final class Numbers {
  private static final int MAX_DIGITS = 18;
  private static final int EXACT_DIGITS = 15;
  private static final double[] POWERS = new double[23];

  static {
    double power = 1;
    for (int i = 0; i < POWERS.length; i++) {
      POWERS[i] = power;
      power *= 10;
    }
  }

  private Numbers() {}

  /** Whether it is {@code 0} or {@code -?[1-9][0-9]*} of at most 18 digits. */
  static boolean isShortInteger(byte[] bytes, int from, int length) {
    int at = from;
    int end = from + length;
    if (length > 1 && bytes[at] == '-') {
      at++;
    }
    if (end - at < 1 || end - at > MAX_DIGITS || (bytes[at] == '0' && length > 1)) {
      return false;
    }
    for (; at < end; at++) {
      if (bytes[at] < '0' || bytes[at] > '9') {
        return false;
      }
    }
    return true;
  }

  /** The value of what {@link #isShortInteger} takes. */
  static long shortInteger(byte[] bytes, int from, int length) {
    int at = from;
    int end = from + length;
    boolean negative = bytes[at] == '-';
    if (negative) {
      at++;
    }
    long value = 0;
    for (; at < end; at++) {
      value = 10 * value + bytes[at] - '0';
    }
    return negative ? -value : value;
  }

  /**
   * The nearest float64 of {@code -?digits.digits} with at most 15 digits and no exponent, NaN for
   * everything else: with so few digits the quotient of two exact numbers is the nearest one.
   */
  static double shortDecimal(byte[] bytes, int from, int length, byte point) {
    int at = from;
    int end = from + length;
    boolean negative = length > 1 && bytes[at] == '-';
    if (negative) {
      at++;
    }
    if (end - at > EXACT_DIGITS + 1 || end - at < 3 || bytes[end - 1] == point) {
      return Double.NaN;
    }
    if (bytes[at] == '0' && bytes[at + 1] != point) {
      return Double.NaN;
    }
    long digits = 0;
    int behind = -1;
    int start = at;
    for (; at < end; at++) {
      byte b = bytes[at];
      if (b >= '0' && b <= '9') {
        digits = 10 * digits + b - '0';
        behind += behind >= 0 ? 1 : 0;
      } else if (b == point && behind < 0 && at > start) {
        behind = 0;
      } else {
        return Double.NaN;
      }
    }
    if (behind < 0) {
      return Double.NaN;
    }
    double value = digits / POWERS[behind];
    return negative ? -value : value;
  }
}
