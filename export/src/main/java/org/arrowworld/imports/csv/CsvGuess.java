// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.csv;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;
import org.arrowworld.imports.values.ColumnNames;
import org.arrowworld.imports.values.TextValues;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.ColumnType;

/**
 * What a column of text can be: the first of i64, u64, f64, bool and string that holds every field
 * exactly as it is written or, decimals, as the nearest number (spec T-11).
 */
final class CsvGuess {
  private static final Pattern INTEGER = Pattern.compile("0|-?[1-9][0-9]{0,19}");
  private static final int EXACT_DIGITS = 17; // of -2^53
  private static final Pattern WHOLE = Pattern.compile("-?[0-9]++");
  private static final Pattern LEADING_ZERO = Pattern.compile("[+-]?0[0-9].*|\\+.*");
  private static final Pattern SPECIAL = Pattern.compile("NaN|nan|[+-]?inf|-?Infinity");

  private final CsvTable.Said said;
  private final CsvFormat.Decimal decimal;
  private final byte point;
  private boolean i64 = true;
  private boolean u64 = true;
  private boolean f64 = true;
  private boolean bool = true;

  /** Whether all fields so far would be numbers if a comma were a decimal mark, too. */
  private boolean otherMark = true;

  /** Where the first with a comma is. */
  private long otherMarkLine = -1;

  private String otherMarkText;

  CsvGuess(CsvTable.Said said, CsvFormat.Decimal decimal) {
    this.said = said;
    this.decimal = decimal;
    this.point = decimal.mark();
  }

  /** Narrows down what the type can be. */
  void look(byte[] bytes, int from, int length, long line) {
    if (said.type().isPresent() || (length == 0 && said.empty() == CsvColumn.Empty.NULL)) {
      return;
    }
    long integer = Numbers.integer(bytes, from, length);
    if (integer != Numbers.NO_INTEGER) {
      u64 &= integer >= 0;
      bool = false;
      f64 &= Math.abs(integer) <= 1L << 53;
      return;
    }
    if (f64 && Numbers.decimal(bytes, from, length, point) != Numbers.UNDECIDED) {
      i64 = false;
      u64 = false;
      bool = false;
      return;
    }
    if (i64 || u64 || f64 || bool || otherMark) {
      lookClosely(new String(bytes, from, length, StandardCharsets.UTF_8), line);
    }
  }

  private void lookClosely(String field, long line) {
    boolean integer = (i64 || u64) && INTEGER.matcher(field).matches();
    i64 = i64 && integer && parses(ColumnType.I64, field);
    u64 = u64 && integer && parses(ColumnType.U64, field);
    boolean number = isNumber(TextValues.withPoint(field, decimal == CsvFormat.Decimal.COMMA));
    f64 = f64 && number;
    bool = bool && (field.equals("true") || field.equals("false"));
    if (decimal == CsvFormat.Decimal.COMMA) {
      otherMark = false;
    } else if (otherMark && !number) {
      otherMark = field.indexOf(',') >= 0 && TextValues.isDecimal(field.replace(',', '.'));
      if (otherMark && otherMarkLine < 0) {
        otherMarkLine = line;
        otherMarkText = field;
      }
    }
  }

  /**
   * Adds what was seen in the fields behind these.
   *
   * @param line the line that their first is on, seen from here
   */
  void add(CsvGuess next, long line) {
    i64 &= next.i64;
    u64 &= next.u64;
    f64 &= next.f64;
    bool &= next.bool;
    otherMark &= next.otherMark;
    if (otherMarkLine < 0 && next.otherMarkLine >= 0) {
      otherMarkLine = line + next.otherMarkLine;
      otherMarkText = next.otherMarkText;
    }
  }

  /** Whether a text is a number that f64 has, and not an integer beyond 2^53 or a code. */
  private static boolean isNumber(String field) {
    if (SPECIAL.matcher(field).matches()) {
      return true;
    }
    if (!TextValues.isDecimal(field) || LEADING_ZERO.matcher(field).matches()) {
      return false;
    }
    if (WHOLE.matcher(field).matches()) {
      return field.length() <= EXACT_DIGITS && Math.abs(Long.parseLong(field)) <= 1L << 53;
    }
    return !Double.isInfinite(Double.parseDouble(field));
  }

  private static boolean parses(ColumnType as, String field) {
    try {
      if (as == ColumnType.I64) {
        Long.parseLong(field);
      } else {
        Long.parseUnsignedLong(field);
      }
      return true;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  /** Whether a field is one of a type that was found. */
  static boolean isOf(ColumnType type, String field, CsvFormat.Decimal decimal) {
    return switch (type) {
      case I64, U64 -> INTEGER.matcher(field).matches() && parses(type, field);
      case F64 -> isNumber(TextValues.withPoint(field, decimal == CsvFormat.Decimal.COMMA));
      case BOOL -> field.equals("true") || field.equals("false");
      default -> true;
    };
  }

  /**
   * The type after what was looked at. Where no field was, that is the first there is, so that the
   * first field tells whether it is one.
   */
  ColumnType found() {
    if (said.type().isPresent()) {
      return said.type().get();
    }
    return i64
        ? ColumnType.I64
        : u64 ? ColumnType.U64 : f64 ? ColumnType.F64 : bool ? ColumnType.BOOL : ColumnType.STRING;
  }

  /**
   * Refuses numbers with a decimal comma that nobody told of.
   *
   * @return the complaint, empty if there is none
   */
  Optional<String> complaint(String name) {
    if (otherMarkLine < 0 || !otherMark || found() != ColumnType.STRING) {
      return Optional.empty();
    }
    return Optional.of(
        Text.of(
            "line %d: column '%s' holds numbers with a decimal comma, such as '%s'; say --decimal , or keep them as texts with %s",
            otherMarkLine, name, otherMarkText, ColumnNames.advice(name, ":string")));
  }
}
