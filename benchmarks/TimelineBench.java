// SPDX-License-Identifier: Apache-2.0
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.Store;
import org.arrowworld.hash.Hashes;
import org.arrowworld.internal.store.MutableCodebook;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.internal.world.TripleApplier;
import org.arrowworld.log.Durability;
import org.arrowworld.log.LogOptions;
import org.arrowworld.log.LogPosition;
import org.arrowworld.log.LogWriter;
import org.arrowworld.log.Triples;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.Values;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.snapshot.SnapshotWriter;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.timeline.HistoryQuery;
import org.arrowworld.timeline.Projection;
import org.arrowworld.timeline.Timeline;

/**
 * The timeline's side of {@code timeline.py}: makes histories and measures queries on them, one
 * JSON object per line. {@code make DIR TRIPLES ENTITIES SNAPSHOT_TICK|-1 [ODD_TICK]}, {@code state
 * DIR RUNS}, {@code replay TRIPLES ENTITIES RUNS}, {@code history DIR RUNS}, {@code distance DIR
 * RUNS}.
 *
 * <p>A history: tick 0 gives birth to all entities, each later tick sets a value of 100,000 random
 * entities, 25,000 in each of four columns, in no order of ids. In the odd tick the last bit of one
 * row's energy is another one.
 */
final class TimelineBench {
  private static final int PER_COLUMN = 25_000;
  private static final int TICK = 4 * PER_COLUMN;

  /** Different rows in memory: more than caches hold. */
  private static final int POOL = 40 * TICK;

  private static final List<String> COLUMNS = List.of("x", "y", "energy", "heat");

  private static final WorldSchema SCHEMA =
      WorldSchema.of(
          TableSchema.row("c")
              .column("x", ColumnType.F32)
              .column("y", ColumnType.F32)
              .column("energy", ColumnType.F64)
              .column("heat", ColumnType.U16)
              .build());

  private TimelineBench() {}

  public static void main(String[] args) throws IOException {
    switch (args[0]) {
      case "make" ->
          make(
              Path.of(args[1]),
              Long.parseLong(args[2]),
              Integer.parseInt(args[3]),
              Long.parseLong(args[4]),
              args.length > 5 ? Long.parseLong(args[5]) : -1);
      case "state" -> state(Path.of(args[1]), Integer.parseInt(args[2]));
      case "replay" ->
          replay(Integer.parseInt(args[1]), Integer.parseInt(args[2]), Integer.parseInt(args[3]));
      case "history" -> history(Path.of(args[1]), Integer.parseInt(args[2]));
      case "distance" -> distance(Path.of(args[1]), Integer.parseInt(args[2]));
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  private static void print(String name, Object... members) {
    StringBuilder line = new StringBuilder("{\"what\":\"" + name + "\"");
    for (int i = 0; i < members.length; i += 2) {
      Object value = members[i + 1];
      String text =
          value instanceof Double d
              ? String.format(Locale.ROOT, "%.6f", d)
              : value instanceof Number ? value.toString() : "\"" + value + "\"";
      line.append(",\"").append(members[i]).append("\":").append(text);
    }
    System.out.println(line.append('}'));
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  private static long pattern(String column, SplittableRandom random) {
    return switch (column) {
      case "energy" -> Values.ofF64(random.nextDouble());
      case "heat" -> Values.ofInteger(random.nextInt(65_536));
      default -> Values.ofF32((float) random.nextDouble());
    };
  }

  private static void make(
      Path directory, long triples, int entities, long snapshotTick, long oddTick)
      throws IOException {
    DiskStorage storage = new DiskStorage(directory);
    storage.createDirectories("");
    StoreInfo info = StoreInfo.create(SCHEMA, "tick", Map.of());
    info.write(storage);
    KeyTable keys = new KeyTable(SCHEMA.keys());
    SplittableRandom random = new SplittableRandom(7);
    LogWriter.Start start = new LogWriter.Start(info.id(), 1, info.strings(), LogPosition.START);
    LogOptions options = LogOptions.DEFAULT.withDurability(Durability.NONE);
    int[] ids = new int[Math.max(entities, PER_COLUMN)];
    long[] values = new long[ids.length];
    long rows = entities;
    long tick = 0;
    try (LogWriter writer = LogWriter.open(storage, start, keys, new MutableCodebook(), options)) {
      for (int i = 0; i < entities; i++) {
        ids[i] = i;
        values[i] = Values.ofInteger(0);
      }
      writer.beginTick(0);
      writer.appendColumn(keys.key("c.born").code(), ids, values, entities);
      writer.commit();
      for (tick = 1; rows < triples; tick++) {
        writer.beginTick(tick);
        for (String column : COLUMNS) {
          for (int i = 0; i < PER_COLUMN; i++) {
            ids[i] = random.nextInt(entities);
            values[i] = pattern(column, random);
          }
          if (tick == oddTick && column.equals("energy")) {
            values[PER_COLUMN / 2] ^= 1;
            print("odd", "tick", tick, "table", "c", "column", column, "id", ids[PER_COLUMN / 2]);
          }
          writer.appendColumn(keys.key("c." + column).code(), ids, values, PER_COLUMN);
          rows += PER_COLUMN;
        }
        writer.commit();
      }
      writer.seal();
    }
    if (snapshotTick >= 0) {
      try (BufferAllocator memory = new RootAllocator();
          Timeline timeline = Timeline.open(storage);
          MutableWorld world = timeline.at(snapshotTick, memory)) {
        SnapshotWriter.write(
            storage,
            info.id(),
            world,
            timeline.positionOf(snapshotTick),
            SnapshotWriter.Role.CACHE,
            Map.of());
      }
    }
    print("made", "triples", rows, "entities", entities, "ticks", tick);
  }

  /** State at the last tick, opening included; the first run pays for the JVM's warm-up. */
  private static void state(Path directory, int runs) throws IOException {
    DiskStorage storage = new DiskStorage(directory);
    for (int run = 0; run <= runs; run++) {
      for (Projection wanted : List.of(Projection.ALL, Projection.of("c.energy"))) {
        String what = wanted == Projection.ALL ? "state" : "state of one column";
        long start = System.nanoTime();
        try (BufferAllocator memory = new RootAllocator();
            Timeline timeline = Timeline.open(storage);
            MutableWorld world = timeline.at(timeline.lastTick(), wanted, memory)) {
          double time = seconds(start);
          print(
              run == 0 ? what + ", first" : what,
              "seconds",
              time,
              "triples",
              timeline.end().seq(),
              "rows",
              world.table("c").rows(),
              "energy",
              Hashes.columns(world.table("c"), List.of("energy")),
              "x",
              wanted == Projection.ALL
                  ? Hashes.columns(world.table("c"), List.of("x"))
                  : "not asked for");
        }
      }
    }
  }

  /** Rows that are in memory, each another, through the id-to-slot map, tick by tick. */
  private static void replay(int triples, int entities, int runs) throws IOException {
    KeyTable keys = new KeyTable(SCHEMA.keys());
    SplittableRandom random = new SplittableRandom(9);
    Triples births = new Triples(entities);
    for (int i = 0; i < entities; i++) {
      births.add(0, i, keys.key("c.born").code(), Values.ofInteger(0));
    }
    Triples rows = new Triples(POOL);
    Triples mixed = new Triples(POOL);
    for (int i = 0; i < POOL; i++) {
      String column = COLUMNS.get(i / PER_COLUMN % COLUMNS.size());
      rows.add(
          1, random.nextInt(entities), keys.key("c." + column).code(), pattern(column, random));
      String any = COLUMNS.get(random.nextInt(COLUMNS.size()));
      mixed.add(1, random.nextInt(entities), keys.key("c." + any).code(), pattern(any, random));
    }
    try (BufferAllocator memory = new RootAllocator();
        MutableWorld world = new MutableWorld(SCHEMA, new MutableCodebook(), memory)) {
      TripleApplier applier = new TripleApplier(world, keys);
      applier.apply(births, 0, births.size(), null);
      for (int run = 0; run < runs + 2; run++) {
        for (Triples pool : List.of(rows, mixed)) {
          long start = System.nanoTime();
          for (int done = 0; done + TICK <= triples; done += TICK) {
            applier.apply(pool, done % POOL, done % POOL + TICK, null);
          }
          double time = seconds(start);
          if (run >= 2) {
            String what = pool == rows ? "replay, column by column" : "replay, keys mixed";
            print(what, "seconds", time, "triples", triples, "rate", triples / time);
          }
        }
      }
    }
  }

  /** One entity's history: cold means a store opened for it, warm one that is open. */
  private static void history(Path directory, int runs) throws IOException {
    for (int run = 0; run < runs; run++) {
      int id = 1000 * (run + 1) + 17;
      long[] count = new long[1];
      long start = System.nanoTime();
      try (Store store = Store.open(directory)) {
        store.history("c", id).forEach(c -> count[0]++);
        print("history, cold", "seconds", seconds(start), "id", id, "rows", count[0]);
        count[0] = 0;
        start = System.nanoTime();
        store.history("c", id).forEach(c -> count[0]++);
        print("history, warm", "seconds", seconds(start), "id", id, "rows", count[0]);
        count[0] = 0;
        start = System.nanoTime();
        long last = store.lastTick();
        HistoryQuery recent = HistoryQuery.of("c", id).between(Math.max(0, last - 20), last);
        store.history(recent).forEach(c -> count[0]++);
        print("history of 20 ticks, warm", "seconds", seconds(start), "id", id, "rows", count[0]);
      }
    }
  }

  /** State at ticks ever farther behind the snapshot at tick 1. */
  private static void distance(Path directory, int runs) throws IOException {
    try (BufferAllocator memory = new RootAllocator();
        Timeline timeline = Timeline.open(new DiskStorage(directory))) {
      long last = timeline.lastTick();
      timeline.at(last, memory).close();
      for (int step = 0; step <= 8; step++) {
        long tick = 1 + (last - 1) * step / 8;
        for (int run = 0; run < runs; run++) {
          long start = System.nanoTime();
          timeline.at(tick, memory).close();
          print("distance", "ticks", tick - 1, "seconds", seconds(start));
        }
      }
    }
  }
}
