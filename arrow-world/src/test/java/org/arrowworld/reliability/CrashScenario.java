// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.reliability;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.Durability;
import org.arrowworld.log.LogOptions;
import org.arrowworld.maintenance.StoreCompaction;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.Lineage;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.tick.Born;
import org.arrowworld.tick.Tick;
import org.arrowworld.tick.TickTable;
import org.arrowworld.timeline.Timeline;

/**
 * A seeded life of a small store: sessions of ticks with snapshots, segment rolls, seals,
 * compaction and resumes. The world after tick t depends on t alone, whatever happened to the
 * store, so that any crash can be judged.
 */
final class CrashScenario {
  /** Scenarios have fewer ticks than this. */
  static final int MAX_TICKS = 60;

  static final WorldSchema SCHEMA =
      WorldSchema.of(
          TableSchema.row("c")
              .column("x", ColumnType.F32)
              .column("v", ColumnType.I64)
              .column("k", ColumnType.STRING)
              .lineage(Lineage.CAUSE)
              .build(),
          TableSchema.component("tired", "c")
              .column("since", ColumnType.I64)
              .column("why", ColumnType.STRING)
              .build());

  private static List<String> expected;

  /**
   * What was promised when.
   *
   * @param atStep steps made when it was promised
   * @param tick last acknowledged tick
   */
  record Promise(int atStep, long tick) {}

  private final SplittableRandom random;
  private final TracingStorage storage = new TracingStorage(new MemoryStorage());
  private final BufferAllocator memory;
  private final LogOptions options;
  private final List<Promise> acknowledged = new ArrayList<>();
  private final List<Promise> begun = new ArrayList<>();
  private final List<Promise> snapshots = new ArrayList<>();
  private final List<Promise> given = new ArrayList<>();

  private CrashScenario(long seed, BufferAllocator memory) {
    this.memory = memory;
    this.random = new SplittableRandom(seed);
    this.options = options(random);
  }

  private static LogOptions options(SplittableRandom random) {
    Durability durability =
        switch (random.nextInt(3)) {
          case 0 -> Durability.COMMIT;
          case 1 -> Durability.NONE;
          default -> Durability.interval(3_600_000); // forced when the scenario says so
        };
    // An interval's rows are handed over tick by tick: so the clock plays no part.
    int rows = durability.mode() == Durability.Mode.INTERVAL ? 4000 : random.nextInt(2) * 4000 + 5;
    long segmentBytes = random.nextBoolean() ? 1 << 20 : 2000 + random.nextInt(9000);
    return LogOptions.DEFAULT
        .withDurability(durability)
        .withContainers(2 + random.nextInt(2), rows)
        .withSegmentBytes(segmentBytes);
  }

  /** Lives a seed's life. */
  static CrashScenario run(long seed, BufferAllocator memory) throws Exception {
    CrashScenario scenario = new CrashScenario(seed, memory);
    int sessions = 1 + scenario.random.nextInt(4);
    for (int session = 0; session < sessions; session++) {
      scenario.session(session == 0);
      if (scenario.random.nextInt(3) == 0) {
        scenario.compact();
      }
    }
    return scenario;
  }

  private void session(boolean first) throws Exception {
    storage.holdSealers();
    LiveWorld live =
        first
            ? LiveWorld.create(
                storage,
                StoreInfo.create(SCHEMA, "tick", Map.of()),
                WorldOptions.DEFAULT.withLog(options).withAllocator(memory))
            : LiveWorld.resume(
                storage, WorldOptions.DEFAULT.withLog(options).withAllocator(memory));
    try {
      if (first) {
        acknowledge(-1);
      }
      int ticks = 1 + random.nextInt(MAX_TICKS / 4 - 1);
      for (int i = 0; i < ticks; i++) {
        tick(live);
      }
      if (random.nextInt(3) == 0) {
        storage.freeSealers();
        live.seal();
        acknowledge(live.lastTick());
      }
    } finally {
      storage.freeSealers();
      live.close();
    }
    if (options.durability().mode() != Durability.Mode.NONE) {
      acknowledge(live.lastTick());
    }
  }

  private void tick(LiveWorld live) throws Exception {
    long tick = live.lastTick() + 1;
    begun.add(new Promise(storage.size(), tick));
    live.tick(CrashScenario::step);
    switch (options.durability().mode()) {
      case COMMIT -> acknowledge(tick);
      case NONE -> live.sync();
      case INTERVAL -> {
        awaitFlushed(tick);
        if (random.nextInt(4) == 0) {
          live.sync();
          acknowledge(tick);
        }
      }
    }
    if (random.nextInt(5) == 0) {
      live.snapshot();
      acknowledge(tick);
      snapshots.add(new Promise(storage.size(), tick));
    }
    if (random.nextInt(3) == 0) {
      storage.runSealers();
    }
  }

  /** Waits until the flush thread wrote a tick and has nothing more to do. */
  private void awaitFlushed(long tick) throws IOException {
    Thread[] threads = new Thread[Thread.activeCount() * 2 + 16];
    int count = Thread.enumerate(threads);
    while (true) {
      try (Timeline timeline = Timeline.open(storage)) {
        if (timeline.log().end().tick() == tick) {
          break;
        }
      }
      Thread.onSpinWait();
    }
    for (int i = 0; i < count; i++) {
      while (threads[i].getName().equals("arrow-world-flush")
          && threads[i].isAlive()
          && threads[i].getState() != Thread.State.TIMED_WAITING) {
        Thread.onSpinWait();
      }
    }
  }

  private void compact() throws IOException {
    if (random.nextBoolean()) {
      StoreCompaction.merge(storage);
      return;
    }
    long last = begun.get(begun.size() - 1).tick();
    long keep = 2L + random.nextInt(10);
    given.add(new Promise(storage.size(), last - keep));
    StoreCompaction.keep(storage, keep, Optional.empty(), memory);
  }

  private void acknowledge(long tick) {
    acknowledged.add(new Promise(storage.size(), tick));
  }

  /** One tick; about 20 rows. */
  static void step(Tick t) {
    TickTable c = t.table("c");
    int rows = c.before().rows();
    long tick = t.tick();
    if (rows > 6) {
      c.removeSlot((int) (tick % rows), "old");
    }
    for (int row = 0; row < rows; row++) {
      if (rows <= 6 || row != (int) (tick % rows)) {
        c.setSlot(row, "v", tick * 31 + row);
      }
    }
    for (int i = 0; i <= tick % 3; i++) {
      Born born = c.insert().set("x", tick + i / 8f).set("k", "word " + (tick * 7 + i) % 11);
      if (i == 1) {
        t.table("tired").insert(born).set("since", tick).set("why", "work " + tick % 5);
      }
    }
    if (t.table("tired").before().rows() > 0) {
      t.table("tired").setSlot(0, "since", -tick);
    }
  }

  /** What a reader must see after a tick. */
  static synchronized String expected(long tick) throws IOException {
    if (expected == null) {
      List<String> states = new ArrayList<>();
      StoreInfo info = StoreInfo.create(SCHEMA, "tick", Map.of());
      LogOptions options = LogOptions.DEFAULT.withDurability(Durability.NONE);
      try (BufferAllocator own = new RootAllocator();
          LiveWorld live =
              LiveWorld.create(
                  new MemoryStorage(),
                  info,
                  WorldOptions.DEFAULT.withLog(options).withAllocator(own))) {
        for (int i = 0; i < MAX_TICKS + 10; i++) {
          live.tick(CrashScenario::step);
          states.add(SmallStores.describe(live.world()));
        }
      }
      expected = states;
    }
    return expected.get((int) tick);
  }

  TracingStorage storage() {
    return storage;
  }

  LogOptions options() {
    return options;
  }

  /** The last tick promised to survive a power loss after so many steps, -1 if none. */
  long acknowledgedAt(int steps) {
    return latest(acknowledged, steps, -1);
  }

  /** Whether creating the store had returned. */
  boolean createdAt(int steps) {
    return acknowledged.get(0).atStep() <= steps;
  }

  /** The last tick that was begun. */
  long begunAt(int steps) {
    return latest(begun, steps, -1);
  }

  /** Ticks before this one may have been given up. */
  long keptFromAt(int steps) {
    long from = 0;
    for (Promise p : given) {
      from = p.atStep() <= steps ? Math.max(from, p.tick()) : from;
    }
    return from;
  }

  /** Ticks whose snapshots had been published and not given up. */
  List<Long> snapshotsAt(int steps) {
    long from = keptFromAt(steps);
    return snapshots.stream()
        .filter(p -> p.atStep() <= steps && p.tick() >= from)
        .map(Promise::tick)
        .distinct()
        .toList();
  }

  private static long latest(List<Promise> promises, int steps, long none) {
    long tick = none;
    for (Promise p : promises) {
      tick = p.atStep() <= steps ? Math.max(tick, p.tick()) : tick;
    }
    return tick;
  }
}
