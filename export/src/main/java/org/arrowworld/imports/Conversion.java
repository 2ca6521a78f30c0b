package org.arrowworld.imports;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.regex.Pattern;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.Cells;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.KeyEncoding;
import org.arrowworld.schema.Values;

/** A column's values in another type, every one of them exact. */
final class Conversion {
  /** A decimal number; never looks at a character twice, for fields of megabytes. */
  static final Pattern DECIMAL =
      Pattern.compile("[+-]?(?:[0-9]++(?:\\.[0-9]*+)?+|\\.[0-9]++)(?:[eE][+-]?[0-9]{1,9})?+");

  private Conversion() {}

  /** Room for a column. */
  static ByteBuffer allocate(String column, ColumnType type, long rows) {
    long bytes = rows * type.widthBytes();
    if (bytes > Integer.MAX_VALUE - 8) {
      throw new InvalidUseException(
          Text.of(
              "Cannot import column '%s': %d rows of %s are more than 2 GiB",
              column, rows, type.label()));
    }
    return ByteBuffer.allocate((int) bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Converts a column.
   *
   * @throws InvalidUseException naming the first row whose value does not fit
   */
  static ByteBuffer convert(ForeignColumn column, int rows, ColumnType to) {
    ColumnType from = column.type();
    if (from == ColumnType.STRING || to == ColumnType.STRING) {
      throw new InvalidUseException(
          Text.of(
              "Cannot import column '%s' as %s: it holds %s",
              column.name(), to.label(), from.label()));
    }
    ByteBuffer data = allocate(column.name(), to, rows);
    for (int row = 0; row < rows; row++) {
      long pattern = Cells.read(from, column.data(), row);
      try {
        Cells.write(to, data, row, pattern(column.name(), from, pattern, to));
      } catch (InvalidUseException e) {
        throw new InvalidUseException(
            Text.of(
                "Cannot import column '%s' as %s: row %d: %s",
                column.name(), to.label(), row, e.getMessage()),
            e);
      }
    }
    return data;
  }

  private static long pattern(String column, ColumnType from, long pattern, ColumnType to) {
    if (from == ColumnType.F32 && to == ColumnType.F64) {
      return pattern; // NaNs keep their bits
    }
    if (from.encoding() != KeyEncoding.BITS) {
      return Values.encode(column, to, Double.longBitsToDouble(pattern));
    }
    boolean fits = from == ColumnType.I64 ? to != ColumnType.U64 || pattern >= 0 : pattern >= 0;
    if (!fits) {
      throw new InvalidUseException(
          Text.of(
              "a %s cannot hold %s",
              to.label(), from == ColumnType.U64 ? Long.toUnsignedString(pattern) : pattern + ""));
    }
    return Values.encodeLong(column, to, pattern);
  }

  /** The pattern of a value given as text. */
  static long parse(String column, ColumnType type, String text) {
    try {
      return switch (type) {
        case BOOL -> Values.ofInteger(bool(text));
        case U64 -> Long.parseUnsignedLong(text);
        case I64 -> Long.parseLong(text);
        case F32 -> Values.ofF32(Float.parseFloat(real(text)));
        case F64 -> Values.ofF64(Double.parseDouble(real(text)));
        default -> Values.encodeLong(column, type, Long.parseLong(text));
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

  /** Java's parser also takes blanks around, hexadecimal and a type letter at the end. */
  private static String real(String text) {
    if (DECIMAL.matcher(text).matches()) {
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
