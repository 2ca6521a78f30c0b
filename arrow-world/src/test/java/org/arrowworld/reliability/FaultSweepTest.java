// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.errors.WriterPoisonedException;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.Durability;
import org.arrowworld.log.LogOptions;
import org.arrowworld.maintenance.StoreCompaction;
import org.arrowworld.storage.FaultPlan;
import org.arrowworld.storage.FaultPlan.Fault;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.storage.MemoryStorage.CrashKind;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.testing.Programme;
import org.arrowworld.timeline.Timeline;
import org.arrowworld.timeline.Verifier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * RELIABILITY contracts 3 and 7: every operation fails, once or for good, is cut short, or is the
 * last one before a crash; while ticks are written, a store is resumed, compacted, and read.
 */
class FaultSweepTest {
  private static final int TICKS = 9;

  private static final LogOptions OPTIONS =
      LogOptions.DEFAULT.withContainers(2, 12).withSegmentBytes(6000);

  private final BufferAllocator memory = new RootAllocator();
  private long acknowledged;
  private long begun;

  @AfterEach
  void no_byte_is_leaked() {
    assertThat(memory.getAllocatedMemory()).isZero();
    memory.close();
  }

  private static FaultPlan plan(long operation, Fault fault, String how) {
    return how.equals("once") ? FaultPlan.once(operation, fault) : FaultPlan.from(operation, fault);
  }

  /** Ticks, a snapshot, rolls and a seal; notes what was acknowledged. */
  private void write(MemoryStorage storage, LogOptions options) throws IOException {
    StoreInfo info = StoreInfo.create(CrashScenario.SCHEMA, "tick", Map.of());
    try (LiveWorld live =
        LiveWorld.create(
            storage, info, WorldOptions.DEFAULT.withLog(options).withAllocator(memory))) {
      try {
        for (int tick = 0; tick < TICKS; tick++) {
          begun = tick;
          live.tick(CrashScenario::step);
          if (options.durability().mode() == Durability.Mode.NONE) {
            live.sync();
          } else {
            acknowledged = tick;
          }
          if (tick == 4) {
            live.snapshot();
          }
        }
        live.seal();
        acknowledged = begun;
      } catch (WriterPoisonedException e) {
        assertThat(e).hasMessageContaining("simulated");
        assertThat(e.acknowledgedTick()).isBetween(acknowledged, begun);
        // For good: no retry, whether or not the storage works again.
        assertThatThrownBy(() -> live.tick(CrashScenario::step))
            .isInstanceOf(WriterPoisonedException.class)
            .hasMessageContaining("reopen the store");
        assertThatThrownBy(live::seal).isInstanceOf(WriterPoisonedException.class);
        throw e;
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "commit,FAIL,once", "commit,FAIL,from", "commit,SHORT,once", "commit,CRASH,once",
    "none,FAIL,once", "none,SHORT,once", "none,SHORT,from", "none,CRASH,once"
  })
  void a_fault_at_any_operation_poisons_the_writer_and_loses_nothing_acknowledged(
      String durability, Fault fault, String how) throws IOException {
    LogOptions options = OPTIONS.withDurability(Durability.parse(durability));
    int failures = 0;
    for (long operation = 0; ; operation += Programme.STRIDE) {
      MemoryStorage storage = new MemoryStorage();
      storage.plan(plan(operation, fault, how));
      acknowledged = -1;
      begun = -1;
      boolean whole = false;
      try {
        write(storage, options);
        whole = true;
      } catch (IOException e) {
        failures++;
        assertThat(e).hasMessageContaining("simulated");
      }
      if (whole && storage.operations() <= operation) {
        Programme.report("FaultSweepTest %s %s %s: %d", durability, fault, how, failures);
        assertThat(failures * Programme.STRIDE).isGreaterThan(60);
        return;
      }
      try {
        for (CrashKind kind : CrashKind.values()) {
          long least = durability.equals("none") && kind == CrashKind.POWER ? -1 : acknowledged;
          judge(storage.afterCrash(kind), least, options);
        }
        long least = durability.equals("none") ? -1 : acknowledged;
        judge(storage.afterPowerLoss(operation), least, options);
      } catch (IOException | RuntimeException | AssertionError e) {
        throw new AssertionError("operation " + operation, e);
      }
    }
  }

  private void judge(MemoryStorage left, long least, LogOptions options) throws IOException {
    if (StoreInfo.exists(left)) {
      StoreChecks.sound(left, least, begun, memory);
      StoreChecks.goesOn(left, options, memory);
    } else {
      assertThat(least).isEqualTo(-1);
    }
  }

  /** What a dying process left: unfinished files, a torn tail, a segment sealed twice. */
  private MemoryStorage torn(long seed) throws Exception {
    CrashScenario life = CrashScenario.run(seed, memory);
    MemoryStorage state = new MemoryStorage();
    Map<Integer, org.arrowworld.storage.WritableFile> open = new java.util.HashMap<>();
    int steps = life.storage().size();
    int upTo = steps - new SplittableRandom(seed).nextInt(1, steps / 2);
    for (TracingStorage.Step step : life.storage().steps().subList(0, upTo)) {
      step.run(state, open);
    }
    return state.afterCrash(CrashKind.PROCESS);
  }

  @ParameterizedTest
  @CsvSource({"FAIL,once", "FAIL,from", "SHORT,once", "CRASH,once"})
  void a_second_fault_during_recovery_changes_nothing(Fault fault, String how) throws Exception {
    int failures = 0;
    for (long seed = 1; seed <= 6; seed++) {
      MemoryStorage torn = torn(seed);
      long last;
      try (Timeline timeline = Timeline.open(torn)) {
        last = StoreChecks.lastTick(timeline);
      }
      for (long operation = 0; ; operation++) {
        MemoryStorage storage = torn.afterCrash(CrashKind.PROCESS);
        storage.plan(plan(operation, fault, how));
        boolean whole = false;
        try {
          LiveWorld.resume(storage, WorldOptions.DEFAULT.withLog(OPTIONS).withAllocator(memory))
              .close();
          whole = true;
        } catch (IOException e) {
          failures++;
          assertThat(e).hasMessageContaining("simulated");
        }
        if (whole && storage.operations() <= operation) {
          break;
        }
        for (CrashKind kind : CrashKind.values()) {
          MemoryStorage left = storage.afterCrash(kind);
          StoreChecks.sound(left, last, last, memory);
          StoreChecks.goesOn(left, OPTIONS, memory);
        }
      }
    }
    assertThat(failures).isGreaterThan(10);
  }

  @ParameterizedTest
  @CsvSource({"FAIL,once", "SHORT,once", "CRASH,once"})
  void a_fault_during_compaction_loses_nothing_kept(Fault fault, String how) throws Exception {
    MemoryStorage whole = new MemoryStorage();
    write(whole, OPTIONS);
    for (long operation = 0; ; operation++) {
      MemoryStorage storage = whole.afterCrash(CrashKind.PROCESS);
      storage.plan(plan(operation, fault, how));
      boolean finished = false;
      try {
        StoreCompaction.keep(storage, 3, memory);
        finished = true;
      } catch (IOException e) {
        assertThat(e).hasMessageContaining("simulated");
      }
      if (finished && storage.operations() <= operation) {
        assertThat(operation).isGreaterThan(20);
        return;
      }
      MemoryStorage left = storage.afterPowerLoss(operation);
      StoreChecks.sound(left, TICKS - 1, TICKS - 1, memory);
      StoreCompaction.keep(left, 3, memory);
      StoreChecks.goesOn(left, OPTIONS, memory);
    }
  }

  @Test
  void a_failed_read_is_an_io_error_and_leaves_nothing_open() throws IOException {
    MemoryStorage whole = new MemoryStorage();
    write(whole, OPTIONS);
    interface Reading {
      void run(FaultyReads storage) throws IOException;
    }
    Reading at =
        storage -> {
          try (Timeline timeline = Timeline.open(storage)) {
            timeline.log().verifyChain();
            timeline.at(TICKS - 1, memory).close();
            timeline.at(2, memory).close();
          }
        };
    Reading verify = storage -> Verifier.verify(storage, Verifier.Depth.STANDARD, 1, memory);
    Reading resume =
        storage ->
            LiveWorld.resume(storage, WorldOptions.DEFAULT.withLog(OPTIONS).withAllocator(memory))
                .close();
    for (Reading reading : java.util.List.of(at, verify, resume)) {
      int failures = 0;
      for (long read = 0; ; read++) {
        FaultyReads storage = new FaultyReads(whole.afterCrash(CrashKind.PROCESS), read);
        try {
          reading.run(storage);
        } catch (IOException e) {
          failures++;
          assertThat(e).hasMessageContaining("simulated EIO");
        }
        assertThat(storage.openFiles()).as("open files after read %d", read).isZero();
        if (!storage.failed()) {
          break;
        }
      }
      assertThat(failures).isGreaterThan(20);
    }
  }
}
