// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.values;

import java.util.regex.Pattern;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.Values;

/** Values that are given as text. */
public final class TextValues {
  /** A decimal number; never looks at a character twice, for fields of megabytes. */
  private static final Pattern DECIMAL =
      Pattern.compile("[+-]?(?:[0-9]++(?:\\.[0-9]*+)?+|\\.[0-9]++)(?:[eE][+-]?[0-9]{1,9})?+");

  private static final Pattern INTEGER = Pattern.compile("[+-]?[0-9]++");

  private TextValues() {}

  /** Whether it is a decimal number. */
  public static boolean isDecimal(String text) {
    return DECIMAL.matcher(text).matches();
  }

  /** A number with a decimal comma as one with a point; one with a point is none then. */
  public static String withPoint(String text, boolean comma) {
    if (!comma) {
      return text;
    }
    return text.indexOf('.') >= 0 ? "" : text.replace(',', '.');
  }

  /** The pattern of a value given as text. */
  public static long parse(String column, ColumnType type, String text) {
    try {
      return switch (type) {
        case BOOL -> Values.ofInteger(bool(text));
        case U64 -> Long.parseUnsignedLong(whole(text));
        case I64 -> Long.parseLong(whole(text));
        case F32 -> Values.ofF32(finite(Float.parseFloat(real(text)), text));
        case F64 -> Values.ofF64(finite(Double.parseDouble(real(text)), text));
        default -> Values.encodeLong(column, type, Long.parseLong(whole(text)));
      };
    } catch (NumberFormatException e) {
      throw new InvalidUseException(
          Text.of("Cannot read '%s' as %s for column '%s'", text, type.label(), column), e);
    }
  }

  private static long bool(String text) {
    return switch (text) {
      case "true", "True", "TRUE", "1" -> 1;
      case "false", "False", "FALSE", "0" -> 0;
      default -> throw new NumberFormatException(text);
    };
  }

  /** Java's parser also takes the digits of other scripts. */
  private static String whole(String text) {
    if (INTEGER.matcher(text).matches()) {
      return text;
    }
    throw new NumberFormatException(text);
  }

  private static float finite(float value, String text) {
    finite((double) value, text);
    return value;
  }

  /** The parsers make infinity of a number beyond the range. */
  private static double finite(double value, String text) {
    if (Double.isInfinite(value) && isDecimal(text)) {
      throw new NumberFormatException(text);
    }
    return value;
  }

  /** Java's parser also takes blanks around, hexadecimal and a type letter at the end. */
  private static String real(String text) {
    if (isDecimal(text)) {
      return text;
    }
    return switch (text) {
      case "NaN", "nan" -> "NaN";
      case "inf", "Infinity", "+inf" -> "Infinity";
      case "-inf", "-Infinity" -> "-Infinity";
      default -> throw new NumberFormatException(text);
    };
  }
}
