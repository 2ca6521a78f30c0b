// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.simlog;

/** Values out of the bits of a log row. */
final class RecordValues {
  private RecordValues() {}

  static long toLong(ValueKind kind, long bits) {
    return kind == ValueKind.INTEGER ? bits : (long) Double.longBitsToDouble(bits);
  }

  static double toDouble(ValueKind kind, long bits) {
    return kind == ValueKind.INTEGER ? (double) bits : Double.longBitsToDouble(bits);
  }

  static boolean toBoolean(long bits) {
    return Double.longBitsToDouble(bits) != 0;
  }
}
