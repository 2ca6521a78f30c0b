package org.arrowworld.internal.tick;

import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.Values;

/** Values of each Java type as the patterns of a column, an event or an input. */
final class Encoding {
  private Encoding() {}

  static long of(String name, ColumnType type, long value) {
    return Values.encodeLong(name, numeric(name, type), value);
  }

  static long of(String name, ColumnType type, float value) {
    return type == ColumnType.F32
        ? Values.ofF32(value)
        : Values.encode(name, numeric(name, type), value);
  }

  static long of(String name, ColumnType type, double value) {
    return Values.encode(name, numeric(name, type), value);
  }

  static long of(String name, ColumnType type, boolean value) {
    require(name, type, ColumnType.BOOL);
    return Values.ofInteger(value ? 1 : 0);
  }

  static long ofUnsigned(String name, ColumnType type, long bits) {
    require(name, type, ColumnType.U64);
    return bits;
  }

  static void requireString(String name, ColumnType type) {
    require(name, type, ColumnType.STRING);
  }

  static void require(String name, ColumnType actual, ColumnType given) {
    if (actual != given) {
      throw wrongType(name, actual, given.label());
    }
  }

  private static ColumnType numeric(String name, ColumnType type) {
    if (type == ColumnType.STRING) {
      throw wrongType(name, type, "a number");
    }
    return type;
  }

  private static InvalidUseException wrongType(String name, ColumnType type, String given) {
    return new InvalidUseException(
        Text.of("Cannot write %s to '%s': its type is %s", given, name, type.label()));
  }
}
