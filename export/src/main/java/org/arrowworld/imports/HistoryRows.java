// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.arrowworld.errors.InvalidUseException;
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

  private String place(int row) {
    return lines.length == 0 ? "row " + (row + 1) : "line " + lines[row];
  }

  private InvalidUseException refused(int row, String finding) {
    return new InvalidUseException(
        Text.of("Cannot make a history of table '%s': %s: %s", table.name(), place(row), finding));
  }

  private void who(ForeignColumn column) {
    boolean numbers = column.type().isInteger();
    for (int row = 0; row < ids.length && numbers; row++) {
      long id = integer(column, row);
      numbers = !column.nulls().get(row) && id >= 0 && id <= MAX_ID;
      ids[row] = (int) id;
    }
    if (numbers) {
      return;
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

  private static long integer(ForeignColumn column, int row) {
    return Cells.integer(column.type(), Cells.read(column.type(), column.data(), row));
  }

  private static String text(ForeignColumn column, int row) {
    return column.type() == ColumnType.STRING
        ? column.words().get(column.data().getInt(4 * row))
        : String.valueOf(
            Values.decode(column.type(), Cells.read(column.type(), column.data(), row)));
  }

  private void when(ForeignColumn column) {
    TimeGrid grid = options.grid();
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
    if (column.type() == ColumnType.STRING) {
      String text = text(column, row);
      return as == TimeGrid.As.ISO ? TimeGrid.isoSeconds(text) : TimeGrid.number(text);
    }
    Object value = Values.decode(column.type(), Cells.read(column.type(), column.data(), row));
    BigDecimal number = value instanceof Boolean ? null : TimeGrid.number(value.toString());
    if (number == null || as == TimeGrid.As.TICK) {
      return number;
    }
    String unit = column.unit();
    if (unit.startsWith("days")) {
      return number.multiply(BigDecimal.valueOf(86_400));
    }
    int digits =
        unit.startsWith("milliseconds")
            ? 3
            : unit.startsWith("microseconds") ? 6 : unit.startsWith("nanoseconds") ? 9 : 0;
    boolean dated = unit.contains(" since 1970");
    return as == TimeGrid.As.ISO && !dated ? null : number.movePointLeft(digits);
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
                  words.isEmpty() ? Integer.toUnsignedString(ids[row]) : words.get(ids[row]),
                  ticks[row],
                  place(order[from + i - 1])));
        }
      }
      from = to;
    }
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
