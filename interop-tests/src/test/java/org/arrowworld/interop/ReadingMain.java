// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.interop;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import org.arrowworld.Store;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.hash.Hashes;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.json.Json;
import org.arrowworld.log.BatchFilter;
import org.arrowworld.log.LogPlan;
import org.arrowworld.log.LogPosition;
import org.arrowworld.log.PlanReader;
import org.arrowworld.log.PlannedBatch;
import org.arrowworld.log.PlannedSegment;
import org.arrowworld.log.TripleBatch;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.stats.KeyStatistics;
import org.arrowworld.stats.Summary;
import org.arrowworld.table.EntityRef;
import org.arrowworld.table.World;
import org.arrowworld.timeline.Change;
import org.arrowworld.timeline.Cursor;
import org.arrowworld.timeline.HistoryQuery;
import org.arrowworld.timeline.NetChange;
import org.arrowworld.timeline.Projection;
import org.arrowworld.timeline.Row;
import org.arrowworld.timeline.StoreDiff;
import org.arrowworld.timeline.TickRange;

/**
 * Answers questions about a store, a line of JSON each: {@code STORE SCRIPT}. The script has a
 * question a line, words separated by blanks, {@code -} for none; {@code test_reading.py} asks the
 * Python package the same.
 */
public final class ReadingMain {
  private ReadingMain() {}

  public static void main(String[] args) throws IOException {
    try (Store store = Store.open(Path.of(args[0]))) {
      for (String question : Files.readAllLines(Path.of(args[1]), StandardCharsets.UTF_8)) {
        System.out.println(Json.write(answer(store, question.split(" "))));
      }
    }
  }

  private static Object answer(Store store, String... q) throws IOException {
    try {
      return switch (q[0]) {
        case "span" -> List.of(store.firstTick(), store.lastTick());
        case "at" -> at(store, Long.parseLong(q[1]), projection(q[2]));
        case "cursor" -> cursor(store, projection(q[1]), Arrays.copyOfRange(q, 2, q.length));
        case "history" -> history(store, q);
        case "lives" -> lives(store, q[1]);
        case "rows" -> rows(store.rows(q[1], ticks(q[2])).toList());
        case "events" ->
            rows(
                (q[1].equals("-") ? store.events(ticks(q[2])) : store.events(q[1], ticks(q[2])))
                    .toList());
        case "plan" -> plan(store, ticks(q[1]), ticks(q[2]));
        case "between" -> between(store, Long.parseLong(q[1]), Long.parseLong(q[2]));
        case "diff" -> diff(store, Path.of(q[1]));
        case "stats" -> stats(store, q[1], ticks(q[2]), Integer.parseInt(q[3]));
        case "hash" -> store.hashWorld(Long.parseLong(q[1]));
        case "verify" -> store.verify().isSound();
        default -> throw new IllegalArgumentException(q[0]);
      };
    } catch (InvalidUseException e) {
      return Map.of("error", "invalid use");
    }
  }

  private static Projection projection(String names) {
    return names.equals("-") ? Projection.ALL : Projection.of(names.split(","));
  }

  private static TickRange ticks(String text) {
    String[] ends = text.split("\\.\\.");
    return text.equals("-")
        ? TickRange.ALL
        : TickRange.of(Long.parseLong(ends[0]), Long.parseLong(ends[1]));
  }

  private static Object at(Store store, long tick, Projection wanted) throws IOException {
    try (World world = store.at(tick, wanted)) {
      return List.of(world.tick(), Hashes.world(world.tables()));
    }
  }

  /** Steps are {@code next}, or a tick to seek. */
  private static Object cursor(Store store, Projection wanted, String... steps) throws IOException {
    List<Object> seen = new ArrayList<>();
    try (Cursor cursor = store.cursor(wanted)) {
      for (String step : steps) {
        if (!step.equals("next")) {
          cursor.seek(Long.parseLong(step));
        } else if (!cursor.next()) {
          seen.add("end");
          continue;
        }
        seen.add(List.of(cursor.world().tick(), Hashes.world(cursor.world().tables())));
      }
    }
    return seen;
  }

  private static Object history(Store store, String... q) throws IOException {
    int id = Integer.parseUnsignedInt(q[2]);
    HistoryQuery query =
        q[3].equals("-")
            ? HistoryQuery.of(q[1], id)
            : HistoryQuery.of(q[1], new EntityRef(id, Integer.parseUnsignedInt(q[3])));
    TickRange ticks = ticks(q[4]);
    List<Object> rows = new ArrayList<>();
    for (Change c : store.history(query.between(ticks.first(), ticks.last())).toList()) {
      List<Object> row = new ArrayList<>(row(c.tick(), c.key().name(), c.id(), c.pattern()));
      row.add(c.word());
      row.add(c.generation().isPresent() ? c.generation().getAsLong() : -1L);
      rows.add(row);
    }
    return rows;
  }

  private static Object lives(Store store, String table) throws IOException {
    List<Object> rows = new ArrayList<>();
    store
        .lives(table)
        .forEach(
            life ->
                rows.add(
                    Arrays.asList(
                        entity(life.entity()),
                        tick(life.born()),
                        tick(life.died()),
                        life.cause().orElse(null),
                        life.parent().map(ReadingMain::entity).orElse(null))));
    return rows;
  }

  private static List<Long> entity(EntityRef entity) {
    return List.of(Integer.toUnsignedLong(entity.id()), Integer.toUnsignedLong(entity.gen()));
  }

  private static long tick(OptionalLong tick) {
    return tick.orElse(-1);
  }

  private static Object rows(List<Row> found) {
    List<Object> rows = new ArrayList<>();
    for (Row r : found) {
      List<Object> row = new ArrayList<>(row(r.tick(), r.key().name(), r.id(), r.pattern()));
      row.add(r.word());
      rows.add(row);
    }
    return rows;
  }

  private static List<Object> row(long tick, String key, int id, long pattern) {
    return List.of(tick, key, Integer.toUnsignedLong(id), Text.of("%016x", pattern));
  }

  /** A plan, and the rows that its batches give, the last one read first. */
  private static Object plan(Store store, TickRange ticks, TickRange ids) throws IOException {
    BatchFilter filter = BatchFilter.ALL.ticks(ticks.first(), ticks.last());
    if (!ids.equals(TickRange.ALL)) {
      filter = filter.rids(ids.first(), ids.last());
    }
    LogPlan plan = store.plan(filter);
    List<Object> segments = new ArrayList<>();
    for (PlannedSegment s : plan.segments()) {
      segments.add(List.of(s.path(), position(s.start()), position(s.end())));
    }
    List<Object> batches = new ArrayList<>();
    List<Object> rows = new ArrayList<>();
    try (PlanReader reader = PlanReader.open(store.storage(), plan)) {
      for (int i = plan.batches().size() - 1; i >= 0; i--) {
        PlannedBatch b = plan.batches().get(i);
        batches.add(batch(b));
        PlanReader.Rows read = reader.read(b);
        for (int row = read.from(); row < read.to(); row++) {
          rows.add(row(read.batch(), row, reader.keys()));
        }
      }
    }
    Object base = plan.base().map(b -> List.of(b.snapshot(), position(b.position()))).orElse(null);
    return Arrays.asList(
        plan.store().hex(),
        plan.keys().from(0).stream().map(Key::name).toList(),
        position(plan.start()),
        position(plan.end()),
        base,
        segments,
        batches,
        List.of(plan.bytes(), plan.rows()),
        rows);
  }

  private static List<Object> position(LogPosition p) {
    return List.of(p.tick(), p.seq(), Text.of("%016x", p.chain()));
  }

  private static List<Object> batch(PlannedBatch b) {
    return List.of(
        b.segment(),
        b.index(),
        b.offset(),
        b.lengthBytes(),
        b.firstSeq(),
        b.rows(),
        b.tickMin(),
        b.tickMax(),
        Integer.toUnsignedLong(b.ridMin()),
        Integer.toUnsignedLong(b.ridMax()),
        Integer.toUnsignedLong(b.previousCrc()),
        Integer.toUnsignedLong(b.crc()));
  }

  private static List<Object> row(TripleBatch batch, int row, KeyTable keys) {
    String key = keys.from(0).get(batch.key(row)).name();
    List<Object> all = new ArrayList<>(row(batch.tick(row), key, batch.rid(row), batch.val(row)));
    all.add(batch.word(row));
    all.add(batch.firstSeq() + row);
    return all;
  }

  private static Object between(Store store, long a, long b) throws IOException {
    List<Object> rows = new ArrayList<>();
    for (NetChange c : store.between(a, b).toList()) {
      rows.add(Arrays.asList(c.key(), entity(c.entity()), value(c.before()), value(c.after())));
    }
    return rows;
  }

  private static Object diff(Store store, Path path) throws IOException {
    try (Store other = Store.open(path)) {
      StoreDiff.Report found = store.diff(other);
      List<Object> rows = new ArrayList<>();
      for (StoreDiff.Difference d : found.differences()) {
        long id = Integer.toUnsignedLong(d.id());
        rows.add(Arrays.asList(d.key(), id, value(d.left()), value(d.right())));
      }
      return Arrays.asList(
          found.outcome().name().toLowerCase(Locale.ROOT),
          found.firstCompared(),
          tick(found.lastEqual()),
          tick(found.tick()),
          rows,
          found.differenceCount());
    }
  }

  private static Object stats(Store store, String key, TickRange ticks, int bins)
      throws IOException {
    KeyStatistics.Options options =
        KeyStatistics.Options.of(key).between(ticks.first(), ticks.last()).withBins(bins);
    Map<String, Object> byTick = new LinkedHashMap<>();
    store.statsByTick(options, (tick, summary) -> byTick.put("" + tick, summary(summary)));
    return List.of(summary(store.stats(options)), byTick);
  }

  private static Object summary(Summary s) {
    return List.of(
        s.count(),
        s.nans(),
        Double.isFinite(s.mean()) ? rounded(s.mean()) : value(s.mean()),
        value(s.min()),
        value(s.max()),
        s.distinct(),
        s.quartiles().stream().map(ReadingMain::value).toList(),
        s.histogram());
  }

  /** Floats bit by bit, integers as digits. */
  private static Object value(Object value) {
    if (value instanceof Double || value instanceof Float) {
      double number = ((Number) value).doubleValue();
      return Double.isNaN(number) ? "nan" : Text.of("%016x", Double.doubleToRawLongBits(number));
    }
    return value instanceof Long || value instanceof BigInteger ? value.toString() : value;
  }

  /** As Python rounds: Java's own format of a double rounds its shortest digits once more. */
  private static String rounded(double mean) {
    return mean == 0
        ? Text.of("%.12e", mean)
        : Text.of("%.12e", new BigDecimal(mean).round(new MathContext(13, RoundingMode.HALF_EVEN)))
            .replaceFirst("e([+-])(\\d)$", "e$10$2"); // two digits of exponent at least
  }
}
