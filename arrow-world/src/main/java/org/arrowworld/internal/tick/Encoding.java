// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.tick;

import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.Values;

/**
 * Values of each Java type as the patterns of a column, an event or an input. None is ever widened
 * or rounded; a refusal says what the type takes.
 */
final class Encoding {
  private Encoding() {}

  static long of(String name, ColumnType type, long value) {
    if (!type.isInteger()) {
      throw wrongType(name, type, "an integer");
    }
    if (type == ColumnType.U64 && value < 0) {
      throw new InvalidUseException(
          Text.of(
              "Cannot store %d in '%s': its type is u64; its bits as a number are for setUnsigned, writeUnsigned, eventUnsigned or inputUnsigned",
              value, name));
    }
    return Values.encodeLong(name, type, value);
  }

  static long of(String name, ColumnType type, float value) {
    require(name, type, ColumnType.F32, "a float");
    return Values.ofF32(value);
  }

  static long of(String name, ColumnType type, double value) {
    require(name, type, ColumnType.F64, "a double");
    return Values.ofF64(value);
  }

  static long of(String name, ColumnType type, boolean value) {
    require(name, type, ColumnType.BOOL, "a boolean");
    return Values.ofInteger(value ? 1 : 0);
  }

  static long ofUnsigned(String name, ColumnType type, long bits) {
    require(name, type, ColumnType.U64, "an unsigned 64-bit integer");
    return bits;
  }

  static void requireString(String name, ColumnType type) {
    require(name, type, ColumnType.STRING, "a word");
  }

  static void requireId(String name, ColumnType type) {
    require(name, type, ColumnType.U32, "an entity");
  }

  private static void require(String name, ColumnType actual, ColumnType needed, String given) {
    if (actual != needed) {
      throw wrongType(name, actual, given);
    }
  }

  private static InvalidUseException wrongType(String name, ColumnType type, String given) {
    return new InvalidUseException(
        Text.of(
            "Cannot store %s in '%s': its type is %s; give %s",
            given, name, type.label(), taken(type)));
  }

  /** What of Java's types a column takes. */
  private static String taken(ColumnType type) {
    return switch (type) {
      case F32 -> "a float, as in 1.5f or (float) x";
      case F64 -> "a double, as in 1.5 or (double) x";
      case BOOL -> "a boolean";
      case STRING -> "a String";
      case U64 ->
          "a long, or its bits by setUnsigned, writeUnsigned, eventUnsigned or inputUnsigned";
      case U32 -> "an int or long, or an entity";
      default -> "an int or long";
    };
  }
}
