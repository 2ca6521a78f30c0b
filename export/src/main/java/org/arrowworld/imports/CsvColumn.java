package org.arrowworld.imports;

import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.arrowworld.schema.Cells;
import org.arrowworld.schema.ColumnType;

/**
 * A column of text, whose type is the first of i64, u64, f64, bool and string that holds every
 * field exactly as it is written or, decimals, as the nearest number (spec T-11).
 */
final class CsvColumn {
  /** What an empty field is. */
  enum Empty {
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

  private final String name;
  private final Empty empty;
  private ColumnType type;
  private boolean i64 = true;
  private boolean u64 = true;
  private boolean f64 = true;
  private boolean bool = true;
  private boolean any;
  private final Map<String, Integer> words = new LinkedHashMap<>();
  private final BitSet nulls = new BitSet();
  private ByteBuffer data;
  private int capacity;
  private int rows;

  CsvColumn(String name, Optional<ColumnType> type, Empty empty) {
    this.name = name;
    this.type = type.orElse(null);
    this.empty = empty;
  }

  /** Narrows down what the type can be. */
  void look(String field) {
    if (type != null || (field.isEmpty() && empty == Empty.NULL)) {
      return;
    }
    any = true;
    boolean integer = (i64 || u64) && INTEGER.matcher(field).matches();
    i64 = i64 && integer && parses(ColumnType.I64, field);
    u64 = u64 && integer && parses(ColumnType.U64, field);
    f64 = f64 && isNumber(field);
    bool = bool && (field.equals("true") || field.equals("false"));
  }

  /** Whether a text is a number that f64 has, and not an integer beyond 2^53 or a code. */
  private static boolean isNumber(String field) {
    if (SPECIAL.matcher(field).matches()) {
      return true;
    }
    if (!Conversion.DECIMAL.matcher(field).matches() || LEADING_ZERO.matcher(field).matches()) {
      return false;
    }
    if (WHOLE.matcher(field).matches()) {
      return field.length() <= EXACT_DIGITS && Math.abs(Long.parseLong(field)) <= 1L << 53;
    }
    return !Double.isInfinite(Double.parseDouble(field));
  }

  private boolean parses(ColumnType as, String field) {
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

  void allocate(int count) {
    if (type == null) {
      type =
          !any
              ? ColumnType.STRING
              : i64
                  ? ColumnType.I64
                  : u64
                      ? ColumnType.U64
                      : f64 ? ColumnType.F64 : bool ? ColumnType.BOOL : ColumnType.STRING;
    }
    capacity = count;
    data = Conversion.allocate(name, type, count);
  }

  /** Takes the next row's field. */
  void add(String field) {
    if (rows == capacity) {
      rows++; // one more than before: the file changed
      return;
    }
    if (field.isEmpty() && empty == Empty.NULL) {
      nulls.set(rows);
    } else if (type == ColumnType.STRING) {
      data.putInt(4 * rows, words.computeIfAbsent(field, w -> words.size()));
    } else {
      Cells.write(type, data, rows, Conversion.parse(name, type, field));
    }
    rows++;
  }

  int rows() {
    return rows;
  }

  ForeignColumn column() {
    return new ForeignColumn(name, type, data, nulls, List.copyOf(words.keySet()));
  }
}
