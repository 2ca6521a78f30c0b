// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.Log;
import org.arrowworld.log.LogOptions;
import org.arrowworld.log.LogPosition;
import org.arrowworld.maintenance.StoreCompaction;
import org.arrowworld.maintenance.StoreRecovery;
import org.arrowworld.reliability.SmallStores.Reading;
import org.arrowworld.snapshot.Snapshot;
import org.arrowworld.snapshot.SnapshotWriter;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.BufferCompression;
import org.arrowworld.storage.FaultPlan;
import org.arrowworld.storage.FaultPlan.Fault;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.storage.MemoryStorage.CrashKind;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.timeline.Timeline;
import org.arrowworld.timeline.Verifier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compaction keeps the world and its chain (spec L-25, L-26, N-7), whatever interrupts it. */
class CompactionTest {
  private static final int TICKS = 40;
  private static final int BASED_TICKS = 14;
  private static final String FIRST_SEGMENT = "log/00000000000000000000.arrow";

  private final BufferAllocator memory = new RootAllocator();

  @AfterEach
  void no_byte_is_leaked() {
    assertThat(memory.getAllocatedMemory()).isZero();
    memory.close();
  }

  private MemoryStorage manySegments() throws IOException {
    MemoryStorage storage = new MemoryStorage();
    LogOptions options = LogOptions.DEFAULT.withSegmentBytes(4000);
    StoreInfo info = StoreInfo.create(SmallStores.SCHEMA, "tick", Map.of());
    try (LiveWorld live =
        LiveWorld.create(
            storage, info, WorldOptions.DEFAULT.withLog(options).withAllocator(memory))) {
      for (int tick = 0; tick < TICKS; tick++) {
        float x = tick;
        live.tick(t -> t.table("c").insert().set("x", x).set("k", "word " + x));
        if (tick == 10) {
          live.snapshot();
        }
      }
      live.seal();
    }
    return storage;
  }

  private Map<Long, String> hashes(MemoryStorage storage) throws IOException {
    return ((Reading.Valid) SmallStores.read(storage, memory)).hashes();
  }

  /** The ticks of a recovery that loses nothing. */
  private Map<Long, String> recovered(MemoryStorage storage) throws IOException {
    MemoryStorage target = new MemoryStorage();
    StoreRecovery.Report report = StoreRecovery.run(storage, target, memory);
    assertThat(report.losses()).isEmpty();
    assertThat(report.verification().isSound()).isTrue();
    return hashes(target);
  }

  private void sound(MemoryStorage storage) throws IOException {
    Verifier.Report report = Verifier.verify(storage, Verifier.Depth.DEEP, 3, memory);
    assertThat(report.findings()).isEmpty();
  }

  @Test
  void a_live_segment_stays_away_when_its_sealed_twin_is_dropped() throws IOException {
    String livePath = "log/live/00000000000000000000.arrows";
    MemoryStorage storage = SmallStores.create(SmallStores.Form.LIVE, memory);
    byte[] live = storage.bytes(livePath);
    try (LiveWorld world = LiveWorld.resume(storage, WorldOptions.DEFAULT.withAllocator(memory))) {
      for (int i = 0; i < 3; i++) {
        world.tick(t -> t.table("c").insert().set("x", 1f).set("k", "w"));
      }
      world.seal();
    }
    storage.put(livePath, live); // as whoever sealed it leaves it if killed before deleting it
    StoreCompaction.Report report = StoreCompaction.keep(storage, 1, memory);
    assertThat(report.dropped().toString()).contains(FIRST_SEGMENT);
    MemoryStorage left = storage.afterCrash(CrashKind.POWER);
    assertThat(left.exists(livePath)).isFalse();
    sound(left);
    assertThat(hashes(left)).isEqualTo(hashes(storage)).isNotEmpty();
  }

  @Test
  void merging_keeps_every_tick_and_the_chain() throws IOException {
    MemoryStorage storage = manySegments();
    Map<Long, String> before = hashes(storage);
    long chain;
    try (Log log = StoreInfo.read(storage).openLog(storage)) {
      assertThat(log.segments().size()).isGreaterThan(4);
      chain = log.end().chain();
    }
    StoreCompaction.Report report = StoreCompaction.merge(storage);
    assertThat(report.merged()).hasSize(1);
    assertThat(report.bytesAfter()).isLessThan(report.bytesBefore());
    try (Log log = StoreInfo.read(storage).openLog(storage)) {
      assertThat(log.segments()).hasSize(1);
      assertThat(log.end().chain()).isEqualTo(chain);
    }
    sound(storage);
    assertThat(hashes(storage)).isEqualTo(before);
  }

  @Test
  void segments_are_compressed_and_decompressed_on_request_and_stay_as_they_are_without()
      throws IOException {
    MemoryStorage storage = manySegments();
    Map<Long, String> before = hashes(storage);
    StoreCompaction.merge(storage);
    long plain = storage.bytes(FIRST_SEGMENT).length;
    StoreCompaction.Report packed =
        StoreCompaction.merge(storage, Optional.of(BufferCompression.zstd(3)));
    assertThat(packed.merged()).containsExactly(FIRST_SEGMENT + " from 1 segment");
    long small = storage.bytes(FIRST_SEGMENT).length;
    assertThat(small).isLessThan(plain);
    sound(storage);
    assertThat(hashes(storage)).isEqualTo(before);
    assertThat(StoreCompaction.merge(storage).merged()).isEmpty();
    StoreCompaction.merge(storage, Optional.of(BufferCompression.NONE));
    assertThat(storage.bytes(FIRST_SEGMENT)).hasSize((int) plain);
    sound(storage);
  }

  @Test
  void keeping_the_last_ticks_writes_a_base_and_says_what_is_gone() throws IOException {
    MemoryStorage storage = manySegments();
    Map<Long, String> before = hashes(storage);
    StoreCompaction.Report report = StoreCompaction.keep(storage, 12, Optional.empty(), memory);
    assertThat(report.base()).hasValue(TICKS - 1 - 12);
    assertThat(report.dropped()).isNotEmpty().anyMatch(d -> d.startsWith("snapshots/"));
    try (Timeline timeline = Timeline.open(storage)) {
      assertThat(timeline.firstTick()).isEqualTo(TICKS - 1 - 12);
      assertThat(timeline.log().start().seq()).isPositive();
    }
    sound(storage);
    Map<Long, String> after = hashes(storage);
    assertThat(after).hasSize(13);
    after.forEach((tick, hash) -> assertThat(hash).isEqualTo(before.get(tick)));
    assertThat(recovered(storage)).isEqualTo(after);
    try (LiveWorld live = LiveWorld.resume(storage, WorldOptions.DEFAULT.withAllocator(memory))) {
      live.tick(t -> t.table("c").removeSlot(0));
      live.seal();
    }
    sound(storage);
  }

  @Test
  void a_crash_at_any_operation_of_compaction_leaves_every_kept_tick() throws IOException {
    Map<Long, String> before = hashes(manySegments());
    Map<Long, String> kept = new TreeMap<>(before).tailMap(TICKS - 1L - 12);
    for (long operation = 0; ; operation++) {
      MemoryStorage storage = manySegments();
      storage.plan(FaultPlan.once(operation, Fault.CRASH));
      boolean finished = false;
      try {
        StoreCompaction.keep(storage, 12, Optional.empty(), memory);
        finished = true;
      } catch (IOException e) {
        assertThat(e).hasMessageContaining("simulated");
      }
      if (finished) {
        assertThat(operation).isGreaterThan(20);
        return;
      }
      for (CrashKind kind : CrashKind.values()) {
        MemoryStorage after = storage.afterCrash(kind);
        Map<Long, String> left = hashes(after);
        for (long tick = TICKS - 1 - 12; tick < TICKS; tick++) {
          assertThat(left.get(tick)).as("%s at %d", kind, operation).isEqualTo(before.get(tick));
        }
        assertThat(recovered(after)).as("%s at %d", kind, operation).containsAllEntriesOf(kept);
        StoreCompaction.keep(after, 12, Optional.empty(), memory);
        sound(after);
      }
    }
  }

  /** The older base goes last: snapshots behind it are proven from it. */
  @Test
  void a_crash_at_any_operation_of_a_second_compaction_leaves_a_sound_store() throws IOException {
    MemoryStorage compacted = manySegments();
    StoreCompaction.keep(compacted, TICKS - 5, memory);
    assertThat(Snapshot.list(compacted))
        .extracting(Snapshot.Location::tick)
        .containsExactly(4L, 10L);
    int crashes = 0;
    for (long operation = 0; ; operation++) {
      MemoryStorage storage = compacted.afterCrash(CrashKind.PROCESS);
      storage.plan(FaultPlan.once(operation, Fault.CRASH));
      try {
        StoreCompaction.keep(storage, 12, memory);
        assertThat(crashes).isGreaterThan(10);
        return;
      } catch (IOException e) {
        crashes++;
      }
      sound(storage.afterCrash(CrashKind.PROCESS));
      sound(storage.afterCrash(CrashKind.POWER));
    }
  }

  /** A cache of the tick that becomes the base is never absent. */
  @Test
  void a_snapshot_becomes_a_base_without_ever_being_away() throws IOException {
    for (long operation = 0; ; operation++) {
      MemoryStorage storage = manySegments();
      storage.plan(FaultPlan.once(operation, Fault.CRASH));
      boolean finished = false;
      try {
        StoreCompaction.keep(storage, TICKS - 1 - 10, memory);
        finished = true;
      } catch (IOException e) {
        assertThat(e).hasMessageContaining("simulated");
      }
      for (CrashKind kind : CrashKind.values()) {
        MemoryStorage left = storage.afterCrash(kind);
        assertThat(Snapshot.list(left)).extracting(Snapshot.Location::tick).contains(10L);
        sound(left);
      }
      if (finished) {
        return;
      }
    }
  }

  /** A store that begins with a state at seq 0, as an import makes it, and ticks after it. */
  private MemoryStorage based(long segmentBytes) throws IOException {
    MemoryStorage origin = SmallStores.create(SmallStores.Form.SEALED, memory);
    MemoryStorage storage = new MemoryStorage();
    StoreInfo info = StoreInfo.create(SmallStores.SCHEMA, "tick", Map.of());
    try (Timeline timeline = Timeline.open(origin);
        MutableWorld world = timeline.at(timeline.lastTick(), memory)) {
      info.write(storage);
      LogPosition position = new LogPosition(world.tick(), 0, 0);
      SnapshotWriter.write(storage, info.id(), world, position, SnapshotWriter.Role.BASE, Map.of());
    }
    LogOptions options = LogOptions.DEFAULT.withSegmentBytes(segmentBytes);
    WorldOptions world = WorldOptions.DEFAULT.withLog(options).withAllocator(memory);
    try (LiveWorld live = LiveWorld.resume(storage, world)) {
      for (int i = 0; i < BASED_TICKS; i++) {
        float x = i;
        live.tick(
            t -> {
              t.table("c").set(0, "x", x);
              t.table("c").insert().set("x", x).set("k", "new " + x);
            });
      }
      live.seal();
    }
    return storage;
  }

  /** The base at the beginning goes only with the segments that are replayed from it (L-26). */
  @Test
  void the_base_that_the_log_begins_at_stays_while_its_segment_does() throws IOException {
    MemoryStorage storage = based(1 << 20);
    Map<Long, String> before = hashes(storage);
    for (int keep : new int[] {9, 5, 3, 3}) {
      StoreCompaction.Report report = StoreCompaction.keep(storage, keep, memory);
      assertThat(report.dropped()).noneMatch(d -> d.contains("00000000000000000004.v1"));
      sound(storage);
      assertThat(hashes(storage)).isEqualTo(before);
      assertThat(recovered(storage)).isEqualTo(before);
    }
    assertThat(Snapshot.list(storage))
        .extracting(Snapshot.Location::tick)
        .containsExactly(4L, 4L + BASED_TICKS - 3);
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 0})
  void a_crash_at_any_operation_of_compacting_what_begins_with_a_base_leaves_every_kept_tick(
      int keep) throws IOException {
    Map<Long, String> before = hashes(based(3000));
    for (long operation = 0; ; operation++) {
      MemoryStorage storage = based(3000);
      storage.plan(FaultPlan.once(operation, Fault.CRASH));
      boolean finished = false;
      try {
        StoreCompaction.keep(storage, keep, memory);
        finished = true;
      } catch (IOException e) {
        assertThat(e).hasMessageContaining("simulated");
      }
      for (CrashKind kind : CrashKind.values()) {
        MemoryStorage after = storage.afterCrash(kind);
        sound(after);
        Map<Long, String> left = hashes(after);
        assertThat(left).as("%s at %d", kind, operation).containsKey(4L + BASED_TICKS - keep);
        assertThat(before).as("%s at %d", kind, operation).containsAllEntriesOf(left);
        assertThat(recovered(after)).as("%s at %d", kind, operation).isEqualTo(left);
        int fewer = Math.max(0, keep - 1);
        StoreCompaction.keep(after, fewer, memory);
        sound(after);
        assertThat(Snapshot.list(after))
            .extracting(Snapshot.Location::tick)
            .contains(4L + BASED_TICKS - fewer);
      }
      if (finished) {
        assertThat(operation).isGreaterThan(20);
        return;
      }
    }
  }

  /** Where the log is lost, a later snapshot is more than the base it went on from (L-29). */
  @Test
  void of_a_store_without_its_log_the_latest_snapshot_is_saved_and_the_loss_is_told()
      throws IOException {
    MemoryStorage storage = based(3000);
    try (LiveWorld live = LiveWorld.resume(storage, WorldOptions.DEFAULT.withAllocator(memory))) {
      live.snapshot();
    }
    Map<Long, String> before = hashes(storage);
    long rows;
    try (Timeline timeline = Timeline.open(storage)) {
      rows = timeline.end().seq();
    }
    AtomicFiles.discard(storage, "log");
    MemoryStorage target = new MemoryStorage();
    StoreRecovery.Report report = StoreRecovery.run(storage, target, memory);
    assertThat(report.saved().tick()).isEqualTo(4L + BASED_TICKS);
    assertThat(report.rowsLost()).isEqualTo(rows);
    assertThat(report.losses().toString()).contains("begins with the snapshot of tick");
    assertThat(before).containsAllEntriesOf(hashes(target));

    String last = "snapshots/00000000000000000018.v1";
    AtomicFiles.discard(storage, last + "/manifest.json");
    report = StoreRecovery.run(storage, new MemoryStorage(), memory);
    assertThat(report.saved().tick()).isEqualTo(4);
    assertThat(report.losses())
        .contains(last + " cannot be read and stands at tick 18, what is saved ends at tick 4");
  }
}
