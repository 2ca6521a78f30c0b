// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.hash.Hashes;
import org.arrowworld.internal.store.MutableCodebook;
import org.arrowworld.internal.world.MutableTable;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.Durability;
import org.arrowworld.log.LogOptions;
import org.arrowworld.maintenance.StoreFork;
import org.arrowworld.maintenance.StoreTruncation;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.KeyEncoding;
import org.arrowworld.schema.KeyKind;
import org.arrowworld.schema.Values;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.FaultPlan;
import org.arrowworld.storage.FaultPlan.Fault;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.storage.MemoryStorage.CrashKind;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.testing.AnyWorld;
import org.arrowworld.testing.Programme;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Random worlds, mutations, snapshot placements, policies, segment sizes and crashes: the state at
 * any tick is the live world's of that tick, bit for bit, allocators included. {@code -Daw.cases=N}
 * sets the number of cases, {@code -Daw.seed=S} repeats the case of a seed.
 */
class TimelinePropertyTest {
  private static final int CASES = Integer.getInteger("aw.cases", 150);
  private static final long FIRST_SEED = Long.getLong("aw.seed", 20_260);

  private final BufferAllocator memory = new RootAllocator();
  private int crashes;
  private int gaps;
  private int projections;
  private int kept;
  private int cuts;

  @AfterEach
  void no_byte_is_leaked() {
    assertThat(memory.getAllocatedMemory()).isZero();
    memory.close();
  }

  @Test
  void the_state_at_every_tick_is_the_live_worlds() throws IOException {
    int cases = System.getProperty("aw.seed") == null ? CASES : 1;
    for (long seed = FIRST_SEED; seed < FIRST_SEED + cases; seed++) {
      try {
        check(seed);
      } catch (Throwable e) {
        throw new AssertionError("repeat with -Daw.seed=" + seed, e);
      }
    }
    Programme.report(
        "TimelinePropertyTest: %d cases from seed %d: %d crashes, %d ticks without commit asked, %d projections",
        cases, FIRST_SEED, crashes, gaps, projections);
    if (cases >= 150) {
      assertThat(crashes).isGreaterThan(20);
      assertThat(gaps).isGreaterThan(100);
      assertThat(kept).isGreaterThan(500);
      assertThat(cuts).isGreaterThan(20);
    }
  }

  private void check(long seed) throws IOException {
    Random random = new Random(seed);
    AnyWorld any = new AnyWorld(random);
    WorldSchema schema = any.schema();
    LogOptions options =
        LogOptions.DEFAULT
            .withDurability(random.nextBoolean() ? Durability.COMMIT : Durability.NONE)
            .withContainers(2, 20 + random.nextInt(400))
            .withSegmentBytes(2000 + random.nextInt(60_000));
    MemoryStorage storage = new MemoryStorage();
    NavigableMap<Long, String> hashes = new TreeMap<>();
    StoreInfo info = StoreInfo.create(schema, "tick", Map.of());
    LiveWorld live =
        LiveWorld.create(
            storage, info, WorldOptions.DEFAULT.withLog(options).withAllocator(memory));
    int sessions = 1 + random.nextInt(3);
    for (int session = 0; session < sessions; session++) {
      boolean power = random.nextBoolean() && options.durability().mode() == Durability.Mode.COMMIT;
      boolean crashed = run(live, any, random, storage, hashes);
      crashes += crashed ? 1 : 0;
      if (crashed) {
        storage = storage.afterCrash(power ? CrashKind.POWER : CrashKind.PROCESS);
      }
      if (!StoreInfo.exists(storage)) {
        return; // the power failed before the first forced name
      }
      storage.plan(FaultPlan.none());
      if (crashed) {
        noteUnacknowledged(storage, hashes);
      }
      if (session + 1 < sessions) {
        live =
            LiveWorld.resume(storage, WorldOptions.DEFAULT.withLog(options).withAllocator(memory));
        hashes = new TreeMap<>(hashes.headMap(live.lastTick(), true));
        if (live.lastTick() >= 0) {
          assertThat(Hashes.resume(live.world())).isEqualTo(hashes.get(live.lastTick()));
        }
      }
    }
    compare(storage, hashes, random);
    compareCut(storage, hashes, random);
  }

  /** A tick whose force failed may be in the log, though no live world ever had it. */
  private void noteUnacknowledged(MemoryStorage storage, NavigableMap<Long, String> hashes)
      throws IOException {
    long known = hashes.isEmpty() ? -1 : hashes.lastKey();
    try (Timeline timeline = Timeline.open(storage)) {
      if (timeline.log().end().tick() > known) {
        try (MutableWorld world = rowByRow(timeline)) {
          hashes.put(timeline.lastTick(), Hashes.resume(world));
        }
      }
    }
  }

  /** The same of what begins here: a fork, and what a truncation leaves. */
  private void compareCut(MemoryStorage storage, NavigableMap<Long, String> hashes, Random random)
      throws IOException {
    long last;
    try (Timeline timeline = Timeline.open(storage)) {
      last = timeline.end().tick();
    }
    if (hashes.isEmpty() || last <= hashes.firstKey() || random.nextInt(3) != 0) {
      return;
    }
    long tick = hashes.firstKey() + random.nextInt((int) (last - hashes.firstKey()));
    long committed = hashes.floorKey(tick);
    MemoryStorage fork = new MemoryStorage();
    StoreFork.at(storage, tick, fork, memory);
    compare(fork, new TreeMap<>(hashes.subMap(committed, true, committed, true)), random);
    StoreTruncation.after(storage, committed);
    compare(storage, new TreeMap<>(hashes.headMap(committed, true)), random);
    cuts++;
  }

  /** Runs some ticks; returns whether a crash ended them. The world is closed in any case. */
  private static boolean run(
      LiveWorld live, AnyWorld any, Random random, MemoryStorage storage, Map<Long, String> hashes)
      throws IOException {
    if (random.nextInt(3) == 0) {
      storage.plan(FaultPlan.once(random.nextInt(120), Fault.CRASH));
    }
    try (live) {
      ticks(live, any, random, hashes);
      return false;
    } catch (IOException e) {
      assertThat(e).hasStackTraceContaining("simulated");
      return true;
    }
  }

  private static void ticks(LiveWorld live, AnyWorld any, Random random, Map<Long, String> hashes)
      throws IOException {
    long tick = live.lastTick();
    for (int i = 3 + random.nextInt(20); i > 0; i--) {
      tick += 1 + random.nextInt(random.nextInt(4) == 0 ? 5 : 1);
      try {
        live.tick(tick, any::tick);
      } finally {
        if (live.lastTick() == tick) { // also where just its acknowledgement failed
          hashes.put(tick, Hashes.resume(live.world()));
        }
      }
      if (random.nextInt(6) == 0) {
        live.snapshot();
      }
    }
    if (random.nextBoolean()) {
      live.seal();
    }
  }

  private void compare(MemoryStorage storage, NavigableMap<Long, String> hashes, Random random)
      throws IOException {
    try (Timeline timeline = Timeline.open(storage)) {
      if (timeline.log().end().tick() < 0) {
        return;
      }
      for (long tick = timeline.firstTick(); tick <= timeline.lastTick(); tick++) {
        long committed = hashes.floorKey(tick);
        gaps += committed < tick ? 1 : 0;
        try (MutableWorld world = timeline.at(tick, memory)) {
          assertThat(world.tick()).isEqualTo(committed);
          assertThat(Hashes.resume(world)).as("tick %d", tick).isEqualTo(hashes.get(committed));
          if (random.nextInt(4) == 0) {
            compareProjection(timeline, tick, world, random);
          }
        }
      }
      compareCursor(timeline, hashes, random);
      assertThat(timeline.warnings()).isEmpty();
      try (MutableWorld world = rowByRow(timeline)) {
        assertThat(Hashes.resume(world)).isEqualTo(hashes.get(timeline.lastTick()));
      }
    }
  }

  /** A cursor shows the same at every tick: forwards, backwards, at random, and on from there. */
  private void compareCursor(Timeline timeline, NavigableMap<Long, String> hashes, Random random)
      throws IOException {
    long first = timeline.firstTick();
    long last = timeline.lastTick();
    try (Cursor cursor = timeline.cursor(Projection.ALL, memory)) {
      cursor.keyframes().spacing(1 + random.nextInt(random.nextInt(3) == 0 ? 2000 : 60));
      cursor.keepWorlds(random.nextInt(4) == 0 ? random.nextInt(20_000) : 64 << 20);
      for (long tick = first; tick <= last; tick = after(hashes, tick)) {
        assertThat(cursor.next()).isTrue();
        compareCursor(cursor, tick, hashes);
      }
      assertThat(cursor.next()).isFalse();
      compareCursor(cursor, last, hashes);
      for (long tick = last; tick >= first; tick--) {
        cursor.seek(tick);
        compareCursor(cursor, tick, hashes);
      }
      for (int i = 0; i < 20; i++) {
        long tick = first + Math.floorMod(random.nextLong(), last - first + 1);
        cursor.seek(tick);
        compareCursor(cursor, tick, hashes);
        for (int steps = random.nextInt(4); steps > 0 && cursor.next(); steps--) {
          tick = after(hashes, tick);
          compareCursor(cursor, tick, hashes);
        }
      }
      kept += cursor.keyframes().size();
      cursor.keepWorlds(0);
      assertThat(cursor.keyframes().size()).isZero();
      cursor.seek(first);
      compareCursor(cursor, first, hashes);
    }
  }

  private static long after(NavigableMap<Long, String> hashes, long tick) {
    Long next = hashes.higherKey(tick);
    return next == null ? Long.MAX_VALUE : next;
  }

  private static void compareCursor(Cursor cursor, long tick, NavigableMap<Long, String> hashes) {
    long committed = hashes.floorKey(tick);
    assertThat(cursor.world().tick()).isEqualTo(committed);
    assertThat(Hashes.resume(cursor.world()))
        .as("cursor at tick %d", tick)
        .isEqualTo(hashes.get(committed));
  }

  /** Some columns, loaded alone, are what they are in the whole world. */
  private void compareProjection(Timeline timeline, long tick, MutableWorld whole, Random random)
      throws IOException {
    List<String> names = new ArrayList<>();
    for (MutableTable table : whole.tables()) {
      for (Column column : table.columns()) {
        if (random.nextInt(4) == 0) {
          names.add(table.name() + "." + column.name());
        }
      }
    }
    if (names.isEmpty()) {
      return;
    }
    projections++;
    try (MutableWorld part = timeline.at(tick, Projection.of(names), memory)) {
      for (MutableTable table : part.tables()) {
        List<String> columns = table.columns().stream().map(Column::name).toList();
        assertThat(Hashes.columns(table, columns))
            .as("%s of %s", columns, table.name())
            .isEqualTo(Hashes.columns(whole.table(table.name()), columns));
        assertThat(table.freeDepth()).isEqualTo(whole.table(table.name()).freeDepth());
      }
      for (String name : names) {
        int dot = name.indexOf('.');
        part.table(name.substring(0, dot)).column(name.substring(dot + 1)); // it is there
      }
      assertThat(part.codebook().size()).isEqualTo(whole.codebook().size());
    }
  }

  /** The last tick, replayed from the beginning by the plainest loop there is. */
  private MutableWorld rowByRow(Timeline timeline) throws IOException {
    MutableWorld world = new MutableWorld(timeline.info().schema(), new MutableCodebook(), memory);
    timeline
        .log()
        .scan(
            0,
            Long.MAX_VALUE,
            (batch, from, to) -> {
              for (int row = from; row < to; row++) {
                Key key = timeline.log().keys().key(batch.key(row));
                if (key.encoding() == KeyEncoding.CODE) {
                  world.codebook().intern(batch.word(row));
                }
                String[] name = key.name().split("\\.", 2);
                int value = (int) Values.toInteger(batch.val(row));
                if (key.kind() == KeyKind.BORN) {
                  world.table(name[0]).born(batch.rid(row), value);
                } else if (key.kind() == KeyKind.DIED) {
                  world.table(name[0]).died(batch.rid(row));
                } else if (key.kind() == KeyKind.VALUE) {
                  MutableTable table = world.table(name[0]);
                  table.column(name[1]).set(table.slotOf(batch.rid(row)), batch.val(row));
                } else if (key.kind() == KeyKind.COMMIT) {
                  world.settle(batch.tick(row));
                }
              }
            });
    return world;
  }
}
