// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.export.internal.Decimals;
import org.arrowworld.imports.history.Seconds;
import org.arrowworld.imports.history.TimeGrid;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.Cells;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.Values;

/** Who and when of each row of a table, in the order of time. */
final class HistoryRows {
  private static final BigInteger MAX_TICK = BigInteger.valueOf(Long.MAX_VALUE);
  private static final long MAX_ID = 0xFFFF_FFFFL;

  private final ForeignTable table;
  private final long[] lines;
  private final HistoryOptions options;
  private final int[] ids;
  private final int[] order;
  private final List<String> words = new ArrayList<>();
  private long[] ticks;
  private BigInteger shift = BigInteger.ZERO;
  private String start;
  private long distinct;

  private HistoryRows(ForeignTable table, long[] lines, HistoryOptions options) {
    this.table = table;
    this.lines = lines;
    this.options = options;
    this.ids = new int[table.rows()];
    this.order = new int[table.rows()];
  }

  static HistoryRows of(ForeignTable table, long[] lines, HistoryOptions options) {
    HistoryRows rows = new HistoryRows(table, lines, options);
    if (table.rows() == 0) {
      throw new InvalidUseException(
          Text.of("Cannot make a history of table '%s': it has no rows", table.name()));
    }
    rows.who(rows.column(options.entity()));
    rows.when(rows.column(options.time()));
    rows.sort();
    return rows;
  }

  private ForeignColumn column(String name) {
    return table.columns().stream()
        .filter(c -> c.name().equals(name))
        .findFirst()
        .orElseThrow(() -> HistoryImport.noColumn(name, table));
  }

  /** Where a row stands in the file. */
  String place(int row) {
    return lines.length == 0 ? "row " + (row + 1) : "line " + lines[row];
  }

  private InvalidUseException refused(int row, String finding) {
    return new InvalidUseException(
        Text.of("Cannot make a history of table '%s': %s: %s", table.name(), place(row), finding));
  }

  private void who(ForeignColumn column) {
    if (column.unit().isEmpty() || UnscaledDecimals.scale(column) > 0) {
      int row = 0;
      while (row < ids.length && !column.nulls().get(row)) {
        long id = wholeNumber(column, row);
        if (id < 0 || id > MAX_ID) {
          break;
        }
        ids[row++] = (int) id;
      }
      if (row == ids.length) {
        return;
      }
    }
    Map<String, Integer> known = new HashMap<>();
    for (int row = 0; row < ids.length; row++) {
      if (column.nulls().get(row)) {
        throw refused(row, Text.of("there is no entity in column '%s'", column.name()));
      }
      String word = text(column, row);
      Integer id = known.get(word);
      if (id == null) {
        id = words.size();
        known.put(word, id);
        words.add(word);
      }
      ids[row] = id;
    }
  }

  /** A whole number, however its type holds it; -1 if it is none. */
  private static long wholeNumber(ForeignColumn column, int row) {
    ColumnType type = column.type();
    if (type.isInteger() && UnscaledDecimals.scale(column) == 0) {
      long value = Cells.integer(type, Cells.read(type, column.data(), row));
      return Math.max(-1, value); // of a u64, what is beyond an i64 is beyond an id
    }
    if (!type.isInteger() && !type.isFloat()) {
      return -1;
    }
    BigDecimal value = number(column, row);
    boolean whole = value != null && value.stripTrailingZeros().scale() <= 0;
    return whole && value.compareTo(BigDecimal.valueOf(MAX_ID)) <= 0
        ? Math.max(-1, value.longValue())
        : -1;
  }

  /** What a number is, of decimals their value; null if it is none, or beyond all ticks. */
  private static BigDecimal number(ForeignColumn column, int row) {
    Object value = value(column, row);
    BigDecimal number = value instanceof Boolean ? null : TimeGrid.number(value.toString());
    return number == null ? null : number.movePointLeft(UnscaledDecimals.scale(column));
  }

  /** The shortest decimal of a float, however large or small; null if it is not finite. */
  private static BigDecimal finite(Object value) {
    String digits =
        value instanceof Float single ? Decimals.of(single) : Decimals.of((Double) value);
    return Character.isLetter(digits.charAt(digits.length() - 1)) ? null : new BigDecimal(digits);
  }

  private static Object value(ForeignColumn column, int row) {
    return Values.decode(column.type(), Cells.read(column.type(), column.data(), row));
  }

  private static String text(ForeignColumn column, int row) {
    if (column.type() == ColumnType.STRING) {
      return column.words().get(column.data().getInt(4 * row));
    }
    BigDecimal number =
        column.type().isFloat()
            ? finite(value(column, row))
            : UnscaledDecimals.scale(column) > 0 ? number(column, row) : null;
    return number == null
        ? String.valueOf(value(column, row))
        : number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
  }

  private void when(ForeignColumn column) {
    TimeGrid grid = options.grid();
    boolean seconds = UnscaledDecimals.scale(column) > 0 || Seconds.in(column.unit()).isPresent();
    if (grid.as() != TimeGrid.As.TICK && !seconds) {
      throw new InvalidUseException(
          Text.of(
              "Cannot make a history of table '%s': column '%s' is in '%s', which are not seconds",
              table.name(), column.name(), column.unit()));
    }
    BigDecimal[] times = new BigDecimal[ids.length];
    BigDecimal least = null;
    for (int row = 0; row < ids.length; row++) {
      BigDecimal time = column.nulls().get(row) ? null : time(column, row, grid.as());
      if (time == null) {
        throw refused(
            row,
            Text.of(
                "expected a %s in column '%s', found %s",
                grid.as() == TimeGrid.As.ISO ? "time of ISO 8601" : "number",
                column.name(),
                column.nulls().get(row) ? "nothing" : "'" + text(column, row) + "'"));
      }
      times[row] = time;
      least = least == null || time.compareTo(least) < 0 ? time : least;
    }
    if (grid.as() == TimeGrid.As.ISO) {
      start =
          java.time.Instant.ofEpochSecond(
                  least.setScale(0, java.math.RoundingMode.FLOOR).longValueExact(),
                  least
                      .subtract(least.setScale(0, java.math.RoundingMode.FLOOR))
                      .movePointRight(9)
                      .longValue())
              .toString();
    }
    BigInteger[] found = new BigInteger[ids.length];
    BigInteger first = null;
    for (int row = 0; row < ids.length; row++) {
      BigDecimal time = grid.as() == TimeGrid.As.ISO ? times[row].subtract(least) : times[row];
      found[row] = grid.tick(time);
      if (found[row] == null) {
        throw refused(
            row,
            Text.of(
                "time %s is not on the grid%s; --snap takes the nearest tick",
                text(column, row),
                grid.rate() == null
                    ? " of whole ticks"
                    : " of " + grid.rate() + " ticks a second"));
      }
      first = first == null ? found[row] : first.min(found[row]);
    }
    if (grid.first() == TimeGrid.First.SHIFTED) {
      shift = first;
    }
    ticks = new long[ids.length];
    for (int row = 0; row < ids.length; row++) {
      BigInteger tick = found[row].subtract(shift);
      if (tick.signum() < 0 || tick.compareTo(MAX_TICK) > 0) {
        throw refused(
            row,
            Text.of("tick %s is outside 0 to 2^63; --first-tick auto makes the first one 0", tick));
      }
      ticks[row] = tick.longValueExact();
    }
  }

  private static BigDecimal time(ForeignColumn column, int row, TimeGrid.As as) {
    boolean words = column.type() == ColumnType.STRING;
    if (words && as == TimeGrid.As.ISO) {
      return TimeGrid.isoSeconds(text(column, row));
    }
    BigDecimal number = words ? TimeGrid.number(text(column, row)) : number(column, row);
    if (number == null || as == TimeGrid.As.TICK) {
      return number;
    }
    if (as == TimeGrid.As.ISO && !column.unit().contains(" since 1970")) {
      return null;
    }
    return UnscaledDecimals.scale(column) > 0
        ? number
        : number.multiply(Seconds.in(column.unit()).orElseThrow());
  }

  private void sort() {
    long[] sorted = ticks.clone();
    Arrays.sort(sorted);
    long[] packed = new long[ids.length];
    int count = 0;
    for (int i = 0; i < sorted.length; i++) {
      if (i == 0 || sorted[i] != sorted[i - 1]) {
        sorted[count++] = sorted[i];
      }
    }
    distinct = count;
    for (int row = 0; row < packed.length; row++) {
      packed[row] = (long) Arrays.binarySearch(sorted, 0, count, ticks[row]) << 32 | row;
    }
    Arrays.sort(packed);
    for (int from = 0; from < packed.length; ) {
      int to = from;
      while (to < packed.length && packed[to] >>> 32 == packed[from] >>> 32) {
        to++;
      }
      long[] frame = new long[to - from];
      for (int i = from; i < to; i++) {
        int row = (int) packed[i];
        frame[i - from] = (ids[row] & MAX_ID) << 31 | row; // rows are below 2^31
      }
      Arrays.sort(frame);
      for (int i = 0; i < frame.length; i++) {
        order[from + i] = (int) (frame[i] & Integer.MAX_VALUE);
        if (i > 0 && ids[order[from + i]] == ids[order[from + i - 1]]) {
          int row = order[from + i];
          throw refused(
              row,
              Text.of(
                  "entity %s stands twice at tick %d, first on %s",
                  entity(row), ticks[row], place(order[from + i - 1])));
        }
      }
      from = to;
    }
  }

  /** Who a row is of. */
  String entity(int row) {
    return words.isEmpty() ? Integer.toUnsignedString(ids[row]) : words.get(ids[row]);
  }

  /** The first birth, in the order of time, at which a column of words has none. */
  OptionalInt wordlessBirth(ForeignColumn column) {
    if (column.type() != ColumnType.STRING || column.nulls().isEmpty()) {
      return OptionalInt.empty();
    }
    BitSet births = HistoryBirths.of(this, options.absence());
    return Arrays.stream(order)
        .filter(row -> births.get(row) && column.nulls().get(row))
        .findFirst();
  }

  /** The entities' own names by id; empty if they are numbers. */
  List<String> words() {
    return words;
  }

  int count() {
    return order.length;
  }

  /** The row of the table at a place in the order of time and id. */
  int row(int at) {
    return order[at];
  }

  int id(int row) {
    return ids[row];
  }

  long tick(int row) {
    return ticks[row];
  }

  long ticks() {
    return distinct;
  }

  long firstTick() {
    return ticks[order[0]];
  }

  long lastTick() {
    return ticks[order[order.length - 1]];
  }

  /** What was taken off every tick. */
  BigInteger shift() {
    return shift;
  }

  /** The time of tick 0, ISO 8601, if times said it. */
  Optional<String> start() {
    return Optional.ofNullable(start);
  }
}
