// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.LogOptions;
import org.arrowworld.log.LogPosition;
import org.arrowworld.maintenance.StoreFork;
import org.arrowworld.maintenance.StoreTruncation;
import org.arrowworld.reliability.SmallStores.Reading;
import org.arrowworld.snapshot.Snapshot;
import org.arrowworld.snapshot.SnapshotWriter;
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
import org.junit.jupiter.params.provider.CsvSource;

/** A truncation leaves the old or the new store, whatever interrupts it (spec L-21). */
class TruncationTest {
  private static final int TICKS = 30;
  private static final int KEPT = 13;

  private final BufferAllocator memory = new RootAllocator();

  @AfterEach
  void no_byte_is_leaked() {
    assertThat(memory.getAllocatedMemory()).isZero();
    memory.close();
  }

  /** Several segments, the last one live; snapshots before and after the cut. */
  private MemoryStorage store() throws IOException {
    MemoryStorage storage = new MemoryStorage();
    LogOptions options = LogOptions.DEFAULT.withSegmentBytes(6000);
    StoreInfo info = StoreInfo.create(SmallStores.SCHEMA, "tick", Map.of());
    try (LiveWorld live =
        LiveWorld.create(
            storage, info, WorldOptions.DEFAULT.withLog(options).withAllocator(memory))) {
      for (int tick = 0; tick < TICKS; tick++) {
        step(live, tick);
        if (tick % 8 == 5) {
          live.snapshot();
        }
      }
    }
    return storage;
  }

  private static void step(LiveWorld live, int tick) throws IOException {
    live.tick(
        t -> {
          if (t.table("c").before().rows() > 4) {
            t.table("c").removeSlot(tick % 4, "old");
          }
          t.table("c").insert().set("x", (float) tick).set("k", "word " + tick % 11);
        });
  }

  private Map<Long, String> hashes(MemoryStorage storage) throws IOException {
    return ((Reading.Valid) SmallStores.read(storage, memory)).hashes();
  }

  private void sound(MemoryStorage storage) throws IOException {
    Verifier.Report report = Verifier.verify(storage, Verifier.Depth.DEEP, 3, memory);
    assertThat(report.findings()).isEmpty();
  }

  @Test
  void what_follows_the_tick_is_gone_and_the_run_goes_on_from_there_as_it_did() throws IOException {
    MemoryStorage storage = store();
    Map<Long, String> before = hashes(storage);
    StoreTruncation.Report report = StoreTruncation.after(storage, KEPT);
    assertThat(report.last().tick()).isEqualTo(KEPT);
    assertThat(report.ticksEndedAt()).isEqualTo(TICKS - 1);
    assertThat(report.rowsRemoved()).isPositive();
    assertThat(storage.exists("fence.json")).isFalse();
    assertThat(storage.list("snapshots")).hasSize(2);
    sound(storage);
    Map<Long, String> after = hashes(storage);
    assertThat(after).hasSize(KEPT + 1);
    after.forEach((tick, hash) -> assertThat(hash).isEqualTo(before.get(tick)));
    try (LiveWorld live = LiveWorld.resume(storage, WorldOptions.DEFAULT.withAllocator(memory))) {
      for (int tick = KEPT + 1; tick < TICKS; tick++) {
        step(live, tick);
      }
    }
    sound(storage);
    assertThat(hashes(storage)).isEqualTo(before);
  }

  @Test
  void a_tick_that_leaves_all_or_nothing_is_refused() throws IOException {
    MemoryStorage storage = store();
    Map<Long, String> before = hashes(storage);
    assertThatThrownBy(() -> StoreTruncation.after(storage, TICKS - 1))
        .isInstanceOf(InvalidUseException.class)
        .hasMessage(
            "Cannot truncate after tick 29: the store has ticks 0 to 29, and at least one must go and one stay");
    assertThatThrownBy(() -> StoreTruncation.after(storage, -1))
        .isInstanceOf(InvalidUseException.class);
    assertThat(hashes(storage)).isEqualTo(before);
  }

  @Test
  void a_crash_at_any_operation_leaves_the_old_or_the_new_state() throws IOException {
    Map<Long, String> before = hashes(store());
    int oldStates = 0;
    int newStates = 0;
    for (long operation = 0; ; operation++) {
      MemoryStorage storage = store();
      storage.plan(FaultPlan.once(operation, Fault.CRASH));
      try {
        StoreTruncation.after(storage, KEPT);
        break;
      } catch (IOException e) {
        assertThat(e).hasStackTraceContaining("simulated");
      }
      for (CrashKind kind : CrashKind.values()) {
        MemoryStorage after = storage.afterCrash(kind);
        Map<Long, String> left = hashes(after);
        boolean isNew = left.size() == KEPT + 1;
        assertThat(left).as("%s at %d", kind, operation).hasSize(isNew ? KEPT + 1 : TICKS);
        left.forEach((tick, hash) -> assertThat(hash).isEqualTo(before.get(tick)));
        oldStates += isNew ? 0 : 1;
        newStates += isNew ? 1 : 0;
        LiveWorld.resume(after, WorldOptions.DEFAULT.withAllocator(memory)).close();
        assertThat(after.exists("fence.json")).isFalse();
        assertThat(hashes(after)).as("%s at %d, reopened", kind, operation).isEqualTo(left);
        sound(after);
      }
    }
    assertThat(oldStates).isGreaterThan(5);
    assertThat(newStates).isGreaterThan(20);
  }

  @Test
  void a_failed_operation_can_be_followed_by_another_try() throws IOException {
    Map<Long, String> before = hashes(store());
    for (long operation = 0; ; operation++) {
      MemoryStorage storage = store();
      storage.plan(FaultPlan.once(operation, Fault.FAIL));
      boolean failed = false;
      try {
        StoreTruncation.after(storage, KEPT);
      } catch (IOException e) {
        failed = true;
      }
      storage.plan(FaultPlan.none());
      if (hashes(storage).size() == TICKS) {
        StoreTruncation.after(storage, KEPT);
      }
      LiveWorld.resume(storage, WorldOptions.DEFAULT.withAllocator(memory)).close();
      Map<Long, String> left = hashes(storage);
      assertThat(left).as("operation %d", operation).hasSize(KEPT + 1);
      left.forEach((tick, hash) -> assertThat(hash).isEqualTo(before.get(tick)));
      if (!failed) {
        return;
      }
    }
  }

  @Test
  void a_forks_beginning_can_be_all_that_stays() throws IOException {
    MemoryStorage fork = new MemoryStorage();
    StoreFork.at(store(), KEPT, fork, memory);
    try (LiveWorld live = LiveWorld.resume(fork, WorldOptions.DEFAULT.withAllocator(memory))) {
      step(live, KEPT + 1);
      step(live, KEPT + 2);
    }
    StoreTruncation.after(fork, KEPT);
    assertThat(fork.list("log")).containsExactly("live");
    assertThat(fork.list("log/live")).isEmpty();
    try (LiveWorld live = LiveWorld.resume(fork, WorldOptions.DEFAULT.withAllocator(memory))) {
      assertThat(live.lastTick()).isEqualTo(KEPT);
      step(live, KEPT + 1);
    }
    sound(fork);
  }

  @Test
  void a_fork_goes_on_as_its_origin_did_with_the_same_digest_chain() throws IOException {
    MemoryStorage origin = store();
    MemoryStorage fork = new MemoryStorage();
    StoreFork.Report report = StoreFork.at(origin, KEPT, fork, memory);
    StoreInfo info = StoreInfo.read(fork);
    assertThat(info.id()).isEqualTo(report.store()).isNotEqualTo(StoreInfo.read(origin).id());
    StoreInfo.Parent parent = info.parent().orElseThrow();
    assertThat(parent.store()).isEqualTo(StoreInfo.read(origin).id());
    assertThat(parent.position()).isEqualTo(report.position());
    try (LiveWorld live = LiveWorld.resume(fork, WorldOptions.DEFAULT.withAllocator(memory))) {
      for (int tick = KEPT + 1; tick < TICKS; tick++) {
        step(live, tick);
      }
      live.seal();
    }
    try (Timeline a = Timeline.open(origin);
        Timeline b = Timeline.open(fork)) {
      assertThat(b.firstTick()).isEqualTo(KEPT);
      assertThat(b.end()).isEqualTo(a.end());
    }
    sound(fork);
  }

  @Test
  void a_log_that_does_not_belong_to_the_snapshot_is_refused_by_name() throws IOException {
    MemoryStorage origin = store();
    MemoryStorage fork = new MemoryStorage();
    StoreFork.at(origin, KEPT, fork, memory);
    String segment = origin.list("log").get(1);
    fork.put("log/" + segment, origin.bytes("log/" + segment));
    assertThatThrownBy(() -> Timeline.open(fork))
        .hasMessageContaining(
            Text.of(
                "it belongs to store %s, not %s",
                StoreInfo.read(origin).id().hex(), StoreInfo.read(fork).id().hex()));
  }

  @Test
  void a_snapshot_of_another_history_of_the_same_store_is_refused_by_name() throws IOException {
    MemoryStorage one = store();
    MemoryStorage two = one.afterCrash(CrashKind.PROCESS);
    StoreTruncation.after(two, KEPT);
    try (LiveWorld live = LiveWorld.resume(two, WorldOptions.DEFAULT.withAllocator(memory))) {
      for (int tick = KEPT + 1; tick < TICKS; tick++) {
        step(live, tick + 1);
      }
    }
    String stray = "snapshots/00000000000000000021.v1";
    for (String name : one.list(stray)) {
      two.put(stray + "/" + name, one.bytes(stray + "/" + name));
    }
    try (Timeline timeline = Timeline.open(two)) {
      timeline.at(25, memory).close();
      assertThat(timeline.warnings())
          .anyMatch(w -> w.contains("the snapshot of tick 21 stands at seq"));
    }
    assertThat(Verifier.verify(two, Verifier.Depth.STANDARD, 1, memory).isSound()).isFalse();
  }

  /** Spec L-24: a base whose rows are missing, or whose chain the log does not continue. */
  @ParameterizedTest
  @CsvSource({"-1, 0", "0, 1"})
  void a_base_that_the_log_does_not_follow_is_not_replayed_from(int seqShift, int chainShift)
      throws IOException {
    MemoryStorage fork = new MemoryStorage();
    StoreFork.Report base = StoreFork.at(store(), KEPT, fork, memory);
    try (LiveWorld live = LiveWorld.resume(fork, WorldOptions.DEFAULT.withAllocator(memory))) {
      step(live, KEPT + 1);
      live.seal();
    }
    LogPosition sound = base.position();
    LogPosition other =
        new LogPosition(sound.tick(), sound.seq() + seqShift, sound.chain() + chainShift);
    try (Timeline timeline = Timeline.open(fork);
        MutableWorld world = timeline.at(KEPT, memory)) {
      Snapshot.delete(fork, Snapshot.list(fork).get(0));
      SnapshotWriter.write(
          fork, base.store(), world, other, SnapshotWriter.Role.BASE, timeline.info().properties());
    }
    try (Timeline timeline = Timeline.open(fork)) {
      assertThatThrownBy(() -> timeline.at(KEPT + 1, memory))
          .isInstanceOf(DamagedFileException.class)
          .hasMessageContaining("no base snapshot at or before tick 14");
      assertThat(timeline.warnings())
          .anyMatch(w -> w.contains(Text.of("stands at seq %d", other.seq())));
    }
  }
}
