// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.serve;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.arrowworld.internal.Text;
import org.arrowworld.log.Log;
import org.arrowworld.log.LogReader;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.table.TableView;
import org.arrowworld.table.WorldView;

/**
 * Numbers of a world, tick after tick: {@code creature.count}, {@code creature.energy.mean} (also
 * {@code min}, {@code max}, {@code sum}; NaN is passed over), and how often a key was logged in the
 * tick, {@code creature.born.rows}.
 */
final class Series implements Closeable {
  private final List<ToDoubleFunction<WorldView>> values = new ArrayList<>();
  private final Map<String, Aggregate> aggregates = new LinkedHashMap<>();
  private final Map<String, Integer> keys = new LinkedHashMap<>();
  private final WorldSchema schema;
  private final Log log;
  private KeyCounts counts;

  Series(WorldSchema schema, Log log, List<String> names) {
    this.schema = schema;
    this.log = log;
    Set<String> distinct = new LinkedHashSet<>(names);
    if (distinct.size() != names.size() || names.isEmpty()) {
      throw Problem.badRequest("Expected in 'of' the names of one or more different series");
    }
    names.forEach(name -> values.add(value(name)));
  }

  private ToDoubleFunction<WorldView> value(String name) {
    int last = name.lastIndexOf('.');
    String what = name.substring(last + 1);
    String of = name.substring(0, Math.max(0, last));
    Optional<Key> key = log.keys().find(of);
    if (what.equals("rows") && key.isPresent()) {
      int at = keys.size();
      keys.put(of, key.get().code());
      return world -> counts.of(at);
    }
    if (what.equals("count") && schema.tables().stream().anyMatch(t -> t.name().equals(of))) {
      return world -> world.table(of).rows();
    }
    int dot = of.indexOf('.');
    if (dot < 0) {
      throw unknown(name);
    }
    TableSchema table = schema.table(of.substring(0, dot));
    Column column = Wanted.column(table, of.substring(dot + 1));
    if (column.type() == ColumnType.STRING) {
      throw Problem.badRequest(
          Text.of(
              "Cannot sum up '%s': its values are words; %s.count counts the rows",
              of, table.name()));
    }
    Aggregate aggregate = aggregates.computeIfAbsent(of, n -> new Aggregate(table.name(), column));
    return switch (what) {
      case "mean" ->
          world -> aggregate.at(world).count == 0 ? Double.NaN : aggregate.sum / aggregate.count;
      case "min" -> world -> aggregate.at(world).least;
      case "max" -> world -> aggregate.at(world).greatest;
      case "sum" -> world -> aggregate.at(world).sum;
      default -> throw unknown(name);
    };
  }

  private static Problem unknown(String name) {
    return Problem.badRequest(
        Text.of(
            "Unknown series '%s': expected TABLE.count, TABLE.COLUMN.mean (min, max, sum) or KEY.rows",
            name));
  }

  /** Begins with the rows after a tick. */
  void begin(long afterTick, long lastTick) {
    close();
    if (!keys.isEmpty() && afterTick < lastTick) {
      counts = new KeyCounts(log.reader(afterTick + 1, lastTick), keys);
    }
  }

  /** The values at a world, which comes after the one before. */
  void add(WorldView world, double[] into) throws IOException {
    if (counts != null) {
      counts.upTo(world.tick());
    }
    for (int i = 0; i < into.length; i++) {
      into[i] = values.get(i).applyAsDouble(world);
    }
  }

  @Override
  public void close() {
    if (counts != null) {
      counts.close();
      counts = null;
    }
  }

  /** How often each key was logged since the tick before. */
  private static final class KeyCounts implements Closeable {
    private final LogReader batches;
    private final int[] numberOfCode = new int[1 << 16];
    private final long[] counts;
    private int row;
    private boolean more;

    KeyCounts(LogReader batches, Map<String, Integer> keys) {
      this.batches = batches;
      this.counts = new long[keys.size() + 1];
      int number = 1;
      for (int code : keys.values()) {
        numberOfCode[code] = number++;
      }
    }

    double of(int key) {
      return counts[key + 1];
    }

    void upTo(long tick) throws IOException {
      java.util.Arrays.fill(counts, 0);
      if (!more) {
        more = batches.next();
        row = more ? batches.from() : 0;
      }
      while (more && batches.batch().tick(row) <= tick) {
        counts[numberOfCode[batches.batch().key(row)]]++;
        if (++row == batches.to()) {
          more = batches.next();
          row = more ? batches.from() : 0;
        }
      }
    }

    @Override
    public void close() {
      batches.close();
    }
  }

  /** Sum and extremes of a column at the world it was last asked about. */
  private static final class Aggregate {
    private final String table;
    private final Column column;
    private long tick = -1;
    private long count;
    private double sum;
    private double least;
    private double greatest;

    Aggregate(String table, Column column) {
      this.table = table;
      this.column = column;
    }

    Aggregate at(WorldView world) {
      if (world.tick() != tick) {
        tick = world.tick();
        compute(world.table(table));
      }
      return this;
    }

    private void compute(TableView rows) {
      ByteBuffer bytes = rows.bytes(column, 0, rows.rows()).order(java.nio.ByteOrder.LITTLE_ENDIAN);
      count = 0;
      sum = 0;
      least = Double.POSITIVE_INFINITY;
      greatest = Double.NEGATIVE_INFINITY;
      for (int row = 0; row < rows.rows(); row++) {
        double value = number(bytes, row);
        if (!Double.isNaN(value)) {
          count++;
          sum += value;
          least = Math.min(least, value);
          greatest = Math.max(greatest, value);
        }
      }
      if (count == 0) {
        least = Double.NaN;
        greatest = Double.NaN;
      }
    }

    private double number(ByteBuffer bytes, int row) {
      return switch (column.type()) {
        case U8, BOOL -> bytes.get(row) & 0xFF;
        case I8 -> bytes.get(row);
        case U16 -> bytes.getChar(2 * row);
        case I16 -> bytes.getShort(2 * row);
        case U32, STRING -> Integer.toUnsignedLong(bytes.getInt(4 * row));
        case I32 -> bytes.getInt(4 * row);
        case U64 -> unsigned(bytes.getLong(8 * row));
        case I64 -> bytes.getLong(8 * row);
        case F32 -> bytes.getFloat(4 * row);
        case F64 -> bytes.getDouble(8 * row);
      };
    }

    private static double unsigned(long bits) {
      return bits >= 0 ? bits : ((bits >>> 1) | (bits & 1)) * 2.0;
    }
  }
}
