// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.arrow;

import java.util.Locale;
import org.arrowworld.internal.Text;

/**
 * How Arrow stores a field's values.
 *
 * @param kind the family of types
 * @param bits width of a number, or of a fixed-size binary eight times its bytes; 0 where there is
 *     none
 * @param signed whether integers are
 * @param unit of times and intervals
 * @param precision decimal digits
 * @param scale decimal digits behind the point
 * @param zone of timestamps; empty without one
 */
record StoredType(
    Kind kind, int bits, boolean signed, Unit unit, int precision, int scale, String zone) {

  /** Families of types, in words that Arrow users know. */
  enum Kind {
    NULL,
    INT,
    FLOAT,
    BINARY,
    STRING,
    BOOL,
    DECIMAL,
    DATE,
    TIME,
    TIMESTAMP,
    INTERVAL,
    LIST,
    STRUCT,
    SPARSE_UNION,
    DENSE_UNION,
    FIXED_SIZE_BINARY,
    FIXED_SIZE_LIST,
    MAP,
    DURATION,
    LARGE_BINARY,
    LARGE_STRING,
    LARGE_LIST,
    RUN_END_ENCODED,
    BINARY_VIEW,
    STRING_VIEW,
    LIST_VIEW,
    LARGE_LIST_VIEW
  }

  /** Units of time. */
  enum Unit {
    NONE("", ""),
    SECOND("s", "seconds"),
    MILLISECOND("ms", "milliseconds"),
    MICROSECOND("us", "microseconds"),
    NANOSECOND("ns", "nanoseconds"),
    DAY("day", "days"),
    MONTH("month", "months"),
    DAY_TIME("day_time", ""),
    MONTH_DAY_NANO("month_day_nano", "");

    private final String symbol;
    private final String words;

    Unit(String symbol, String words) {
      this.symbol = symbol;
      this.words = words;
    }

    /** In words of CF and UDUNITS: {@code milliseconds}. */
    String words() {
      return words;
    }
  }

  static StoredType of(Kind kind) {
    return of(kind, 0);
  }

  static StoredType of(Kind kind, int bits) {
    return new StoredType(kind, bits, true, Unit.NONE, 0, 0, "");
  }

  static StoredType integer(int bits, boolean signed) {
    return new StoredType(Kind.INT, bits, signed, Unit.NONE, 0, 0, "");
  }

  static StoredType decimal(int bits, int precision, int scale) {
    return new StoredType(Kind.DECIMAL, bits, true, Unit.NONE, precision, scale, "");
  }

  static StoredType time(Kind kind, int bits, Unit unit, String zone) {
    return new StoredType(kind, bits, true, unit, 0, 0, zone);
  }

  /** Whether the kind is text of any layout. */
  boolean isText() {
    return kind == Kind.STRING || kind == Kind.LARGE_STRING || kind == Kind.STRING_VIEW;
  }

  /** Whether the kind is bytes of any length and layout. */
  boolean isBinary() {
    return kind == Kind.BINARY || kind == Kind.LARGE_BINARY || kind == Kind.BINARY_VIEW;
  }

  /** Whether values are all as wide, in a buffer of their own. */
  boolean isFixedWidth() {
    return switch (kind) {
      case INT, FLOAT, DECIMAL, DATE, TIME, TIMESTAMP, INTERVAL, DURATION, FIXED_SIZE_BINARY ->
          true;
      default -> false;
    };
  }

  /** The name, as pyarrow writes it. */
  String label() {
    return switch (kind) {
      case INT -> (signed ? "int" : "uint") + bits;
      case FLOAT -> bits == 16 ? "halffloat" : bits == 32 ? "float" : "double";
      case DECIMAL -> Text.of("decimal%d(%d, %d)", bits, precision, scale);
      case DATE -> Text.of("date%d[%s]", bits, unit.symbol);
      case TIME -> Text.of("time%d[%s]", bits, unit.symbol);
      case TIMESTAMP ->
          Text.of("timestamp[%s%s]", unit.symbol, zone.isEmpty() ? "" : ", tz=" + zone);
      case DURATION -> Text.of("duration[%s]", unit.symbol);
      case INTERVAL -> unit.symbol + "_interval";
      case FIXED_SIZE_BINARY -> Text.of("fixed_size_binary[%d]", bits / 8);
      default -> kind.name().toLowerCase(Locale.ROOT);
    };
  }
}
