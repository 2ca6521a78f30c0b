// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.SnapshotFailedException;
import org.arrowworld.hash.Hashes;
import org.arrowworld.log.Durability;
import org.arrowworld.log.LogOptions;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.snapshot.Snapshot;
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
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RELIABILITY contract 2 and spec N-8 for snapshots that are written while the world goes on. */
class BackgroundSnapshotTest {
  private static final WorldSchema SCHEMA =
      WorldSchema.of(
          TableSchema.row("c").column("x", ColumnType.F64).column("k", ColumnType.STRING).build());
  private static final int TICKS = 6;

  private final BufferAllocator memory = new RootAllocator();
  private final MemoryStorage storage = new MemoryStorage();

  @AfterEach
  void no_byte_is_leaked() {
    assertThat(memory.getAllocatedMemory()).isZero();
    memory.close();
  }

  private LiveWorld create(String durability) throws IOException {
    StoreInfo info = StoreInfo.create(SCHEMA, "tick", Map.of("seed", "1"));
    LogOptions options =
        LogOptions.DEFAULT
            .withDurability(Durability.parse(durability))
            .withContainers(2, 40)
            .withSegmentBytes(3000);
    return LiveWorld.create(
        storage, info, WorldOptions.DEFAULT.withLog(options).withAllocator(memory));
  }

  private static void tick(LiveWorld live) throws IOException {
    long tick = live.lastTick() + 1;
    live.tick(
        t -> {
          for (int slot = 0; slot < t.table("c").before().rows(); slot++) {
            t.table("c").setSlot(slot, "x", tick + slot * 0.25);
          }
          t.table("c").insert().set("x", (double) -tick).set("k", "w" + tick);
          if (tick % 3 == 2) {
            t.table("c").removeSlot(0);
          }
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"commit", "interval:5", "none"})
  void a_snapshot_holds_the_tick_it_was_begun_at_though_the_world_went_on(String durability)
      throws IOException {
    Map<Long, String> hashes = new HashMap<>();
    try (LiveWorld live = create(durability)) {
      for (int i = 0; i < TICKS; i++) {
        tick(live);
        if (i % 2 == 1) {
          hashes.put(live.lastTick(), Hashes.resume(live.world()));
          live.snapshotLater();
        }
      }
      live.seal();
    }
    assertThat(Snapshot.list(storage)).hasSize(hashes.size());
    try (Timeline timeline = Timeline.open(storage)) {
      for (Snapshot.Location location : timeline.snapshots()) {
        try (Snapshot snapshot = Snapshot.open(storage, location, timeline.info().id())) {
          assertThat(snapshot.resumeHash()).isEqualTo(hashes.get(location.tick()));
          assertThat(snapshot.position()).isEqualTo(timeline.log().positionAt(location.tick()));
        }
      }
    }
    assertThat(findings(storage)).isEmpty();
  }

  @Test
  void ticks_go_on_while_the_snapshot_waits_for_the_disk() throws Exception {
    CountDownLatch disk = new CountDownLatch(1);
    try (LiveWorld live = create("none")) {
      tick(live);
      storage.plan(
          (index, operation, path) -> {
            if (path.startsWith("snapshots/") && operation == FaultPlan.Operation.CREATE) {
              awaitQuietly(disk);
            }
            return Fault.NONE;
          });
      String hash = Hashes.resume(live.world());
      live.snapshotLater();
      // The storage is one lock, so nothing of the log may need it: ticks stay in the container.
      for (int i = 0; i < 3; i++) {
        tick(live);
      }
      assertThat(live.snapshotBusy()).isTrue();
      assertThat(live.lastTick()).isEqualTo(3);
      disk.countDown();
      live.awaitSnapshot();
      assertThat(live.snapshotBusy()).isFalse();
      Snapshot.Location made = Snapshot.list(storage).get(0);
      try (Snapshot snapshot = Snapshot.open(storage, made, live.info().id())) {
        assertThat(snapshot.resumeHash()).isEqualTo(hash);
      }
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"FAIL", "SHORT"})
  void a_fault_at_any_operation_of_a_snapshot_is_reported_once_and_publishes_nothing_half(
      Fault fault) throws IOException {
    int failures = 0;
    for (long operation = 0; ; operation++) {
      MemoryStorage fresh = new MemoryStorage();
      StoreInfo info = StoreInfo.create(SCHEMA, "tick", Map.of());
      AtomicLong counted = new AtomicLong();
      long faulty = operation;
      try (LiveWorld live =
          LiveWorld.create(fresh, info, WorldOptions.DEFAULT.withAllocator(memory))) {
        tick(live);
        tick(live);
        live.snapshot();
        tick(live);
        fresh.plan(
            (index, kind, path) ->
                path.startsWith("snapshots") && counted.getAndIncrement() == faulty
                    ? fault
                    : Fault.NONE);
        live.snapshotLater();
        tick(live);
        try {
          live.awaitSnapshot();
        } catch (SnapshotFailedException e) {
          failures++;
          assertThat(e.tick()).isEqualTo(2);
          assertThat(e)
              .hasMessageStartingWith("Cannot write the snapshot of tick 2 in the background: ")
              .hasMessageContaining("simulated")
              .hasMessageEndingWith(
                  "nothing of it was published, and the log still holds that tick");
        }
        fresh.plan(FaultPlan.none());
        tick(live);
        live.snapshotLater();
        live.awaitSnapshot();
        live.seal();
      }
      assertThat(findings(fresh)).as("fault at %d", operation).isEmpty();
      assertThat(Snapshot.list(fresh)).hasSizeBetween(2, 3);
      assertThat(fresh.list("snapshots")).noneMatch(name -> name.endsWith(".tmp"));
      if (counted.get() <= operation) {
        assertThat(failures).isGreaterThan(20);
        return;
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"commit", "interval:1000", "none"})
  void a_crash_at_any_operation_leaves_old_or_new_and_never_a_snapshot_ahead_of_the_log(
      String durability) throws IOException {
    for (long operation = 0; ; operation++) {
      MemoryStorage fresh = new MemoryStorage();
      StoreInfo info = StoreInfo.create(SCHEMA, "tick", Map.of());
      LogOptions options =
          LogOptions.DEFAULT
              .withDurability(Durability.parse(durability))
              .withContainers(2, 40)
              .withSegmentBytes(2000);
      boolean crashed = false;
      try (LiveWorld live =
          LiveWorld.create(
              fresh, info, WorldOptions.DEFAULT.withLog(options).withAllocator(memory))) {
        fresh.plan(FaultPlan.once(operation, Fault.CRASH));
        for (int i = 0; i < TICKS; i++) {
          tick(live);
          if (i % 2 == 1) {
            live.snapshotLater();
          }
        }
        live.seal();
      } catch (IOException e) {
        crashed = true;
      }
      for (CrashKind kind : CrashKind.values()) {
        MemoryStorage after = fresh.afterCrash(kind);
        boolean outsideItsPromise = kind == CrashKind.POWER && durability.equals("none");
        if (!StoreInfo.exists(after) || outsideItsPromise) {
          continue;
        }
        try (LiveWorld live = LiveWorld.resume(after, WorldOptions.DEFAULT.withAllocator(memory))) {
          tick(live);
          live.snapshotLater();
          live.seal();
        }
        assertThat(findings(after)).as("%s, crash at %d", kind, operation).isEmpty();
        assertThat(after.list("snapshots")).noneMatch(name -> name.endsWith(".tmp"));
      }
      if (!crashed) {
        assertThat(operation).isGreaterThan(40);
        return;
      }
    }
  }

  @Test
  void a_failed_snapshot_comes_up_at_the_next_one_or_at_closing() throws IOException {
    LiveWorld live = create("commit");
    tick(live);
    storage.plan((i, kind, path) -> path.startsWith("snapshots") ? Fault.FAIL : Fault.NONE);
    live.snapshotLater();
    tick(live);
    assertThatThrownBy(live::snapshotLater)
        .isInstanceOf(SnapshotFailedException.class)
        .hasMessageContaining("Cannot write the snapshot of tick 0 in the background");
    tick(live);
    live.snapshotLater();
    assertThatThrownBy(live::close)
        .isInstanceOf(SnapshotFailedException.class)
        .hasMessageContaining("snapshot of tick 2");
    live.close();
    storage.plan(FaultPlan.none());
    try (LiveWorld again = LiveWorld.resume(storage, WorldOptions.DEFAULT.withAllocator(memory))) {
      assertThat(again.lastTick()).isEqualTo(2);
    }
  }

  @Test
  void a_world_before_its_first_tick_has_no_snapshot() throws IOException {
    try (LiveWorld live = create("commit")) {
      assertThatThrownBy(live::snapshotLater)
          .isInstanceOf(InvalidUseException.class)
          .hasMessage("Cannot write a snapshot of a world before its first tick");
    }
  }

  private java.util.List<?> findings(MemoryStorage source) throws IOException {
    return Verifier.verify(source, Verifier.Depth.STANDARD, 3, memory).findings();
  }
}
