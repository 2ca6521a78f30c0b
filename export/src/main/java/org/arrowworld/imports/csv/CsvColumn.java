package org.arrowworld.imports.csv;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.imports.values.Budget;
import org.arrowworld.imports.values.TextValues;
import org.arrowworld.imports.values.WordTable;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.Cells;
import org.arrowworld.schema.ColumnType;

/**
 * A column of text, whose type is the first of i64, u64, f64, bool and string that holds every
 * field exactly as it is written or, decimals, as the nearest number (spec T-11).
 */
public final class CsvColumn {
  /** What an empty field is. */
  public enum Empty {
    /** A text of no characters. */
    TEXT,
    /** No value. */
    NULL
  }

  private static final Pattern INTEGER = Pattern.compile("0|-?[1-9][0-9]{0,19}");
  private static final int EXACT_DIGITS = 17; // of -2^53
  private static final Pattern WHOLE = Pattern.compile("-?[0-9]++");
  private static final Pattern LEADING_ZERO = Pattern.compile("[+-]?0[0-9].*|\\+.*");
  private static final Pattern SPECIAL = Pattern.compile("NaN|nan|[+-]?inf|-?Infinity");
  private static final int MAX_NUMBER_CHARS = 400;

  private final String name;
  private final Empty empty;
  private final Optional<ColumnType> asked;
  private final CsvFormat.Decimal decimal;
  private final Budget budget;
  private final byte point;
  private boolean i64 = true;
  private boolean u64 = true;
  private boolean f64 = true;
  private boolean bool = true;
  private boolean any;

  /** Whether all fields so far would be numbers with the other decimal mark, and where one is. */
  private boolean otherMark = true;

  private long otherMarkLine = -1;
  private String otherMarkText;

  private ColumnType type;
  private WordTable words;
  private BitSet nulls = new BitSet();
  private ByteBuffer data = ByteBuffer.allocate(0);
  private int rows;

  CsvColumn(
      String name,
      Optional<ColumnType> asked,
      Empty empty,
      CsvFormat.Decimal decimal,
      Budget budget) {
    this.name = name;
    this.asked = asked;
    this.empty = empty;
    this.decimal = decimal;
    this.budget = budget;
    this.point = (byte) (decimal == CsvFormat.Decimal.COMMA ? ',' : '.');
  }

  /** Narrows down what the type can be. */
  void look(byte[] bytes, int from, int length, long line) {
    if (asked.isPresent() || (length == 0 && empty == Empty.NULL)) {
      return;
    }
    any = true;
    if (Numbers.isShortInteger(bytes, from, length)) {
      boolean negative = bytes[from] == '-';
      u64 &= !negative;
      bool = false;
      if (length >= EXACT_DIGITS - 1) {
        f64 &= Math.abs(Numbers.shortInteger(bytes, from, length)) <= 1L << 53;
      }
      return;
    }
    if (f64 && !Double.isNaN(Numbers.shortDecimal(bytes, from, length, point))) {
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
    f64 = f64 && isNumber(TextValues.withPoint(field, decimal == CsvFormat.Decimal.COMMA));
    bool = bool && (field.equals("true") || field.equals("false"));
    if (otherMark && decimal == CsvFormat.Decimal.POINT) {
      boolean comma = field.indexOf(',') >= 0;
      otherMark = comma && TextValues.isDecimal(field.replace(',', '.'));
      if (otherMark && otherMarkLine < 0) {
        otherMarkLine = line;
        otherMarkText = field;
      }
    } else {
      otherMark = false;
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

  /** The type after what was looked at. */
  ColumnType found() {
    if (asked.isPresent()) {
      return asked.get();
    }
    if (!any) {
      return ColumnType.STRING;
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
  Optional<String> complaint() {
    if (asked.isPresent() || otherMarkLine < 0 || !otherMark || found() != ColumnType.STRING) {
      return Optional.empty();
    }
    return Optional.of(
        Text.of(
            "line %d: column '%s' holds numbers with a decimal comma, such as '%s'; say --decimal , or keep them as texts with --columns '%s=%s:string'",
            otherMarkLine, name, otherMarkText, name, name));
  }

  /** Begins to take values of a type. */
  void begin(ColumnType of, String file, long expectedRows) throws IOException {
    type = of;
    words = new WordTable(file, name, budget);
    nulls = new BitSet();
    rows = 0;
    budget.release(data.capacity());
    data = ByteBuffer.allocate(0).order(ByteOrder.LITTLE_ENDIAN);
    reserve(expectedRows);
  }

  private void reserve(long count) throws IOException {
    long bytes = count * type.widthBytes();
    if (bytes > Integer.MAX_VALUE - 8) {
      throw new InvalidUseException(
          Text.of(
              "Cannot import column '%s': %d rows of %s are more than 2 GiB",
              name, count, type.label()));
    }
    budget.claim(bytes);
    ByteBuffer larger = ByteBuffer.allocate((int) bytes).order(ByteOrder.LITTLE_ENDIAN);
    larger.put(0, data, 0, rows * type.widthBytes());
    budget.release(data.capacity());
    data = larger;
  }

  private void room() throws IOException {
    if ((rows + 1L) * type.widthBytes() > data.capacity()) {
      long most = (Integer.MAX_VALUE - 8L) / type.widthBytes();
      reserve(Math.max(rows + 1L, Math.min(most, Math.max(1024, 2L * rows))));
    }
  }

  /** Takes no value for the next row. */
  void addNull() throws IOException {
    room();
    nulls.set(rows);
    if (type == ColumnType.STRING) {
      data.putInt(4 * rows, words.code(""));
    }
    rows++;
  }

  /**
   * Takes the next row's field.
   *
   * @return false if it is not of the type that was found
   */
  boolean add(byte[] bytes, int from, int length) throws IOException {
    if (length == 0 && empty == Empty.NULL) {
      addNull();
      return true;
    }
    room();
    switch (type) {
      case STRING -> data.putInt(4 * rows, words.code(bytes, from, length));
      case I64 -> {
        if (Numbers.isShortInteger(bytes, from, length)) {
          data.putLong(8 * rows, Numbers.shortInteger(bytes, from, length));
        } else if (!slowly(bytes, from, length)) {
          return false;
        }
      }
      case F64 -> {
        double value = Numbers.shortDecimal(bytes, from, length, point);
        if (!Double.isNaN(value)) {
          data.putDouble(8 * rows, value);
        } else if (!slowly(bytes, from, length)) {
          return false;
        }
      }
      default -> {
        if (!slowly(bytes, from, length)) {
          return false;
        }
      }
    }
    rows++;
    return true;
  }

  private boolean slowly(byte[] bytes, int from, int length) {
    String field = new String(bytes, from, length, StandardCharsets.UTF_8);
    if (asked.isEmpty() && !isOf(field)) {
      return false;
    }
    if (length > MAX_NUMBER_CHARS && !type.isFloat()) {
      throw new InvalidUseException(
          Text.of(
              "Cannot read a field of %d bytes as %s for column '%s'", length, type.label(), name));
    }
    String plain = TextValues.withPoint(field, decimal == CsvFormat.Decimal.COMMA);
    Cells.write(type, data, rows, TextValues.parse(name, type, type.isFloat() ? plain : field));
    return true;
  }

  private boolean isOf(String field) {
    return switch (type) {
      case I64, U64 -> INTEGER.matcher(field).matches() && parses(type, field);
      case F64 -> isNumber(TextValues.withPoint(field, decimal == CsvFormat.Decimal.COMMA));
      case BOOL -> field.equals("true") || field.equals("false");
      default -> true;
    };
  }

  /** Its name in the file; columns may share one. */
  public String name() {
    return name;
  }

  /** Its type. */
  public ColumnType type() {
    return type;
  }

  /** Its values, little-endian, from 0 on; words are codes. */
  public ByteBuffer data() {
    return data;
  }

  /** Rows without a value. */
  public BitSet nulls() {
    return nulls;
  }

  /** The words of a string column. */
  public List<String> words() {
    return words.words();
  }
}
