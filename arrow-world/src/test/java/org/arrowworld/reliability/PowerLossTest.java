// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.internal.Text;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.LogRecovery;
import org.arrowworld.maintenance.StoreCompaction;
import org.arrowworld.reliability.TracingStorage.Step;
import org.arrowworld.reliability.TracingStorage.WriteStep;
import org.arrowworld.snapshot.Snapshot;
import org.arrowworld.storage.FaultPlan;
import org.arrowworld.storage.FaultPlan.Fault;
import org.arrowworld.storage.FaultPlan.Operation;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.storage.MemoryStorage.CrashKind;
import org.arrowworld.storage.WritableFile;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.testing.Programme;
import org.arrowworld.timeline.Timeline;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * RELIABILITY contracts 1 and 2: the power fails, or the process dies, after every operation of
 * seeded lives of a store; in some cases again while the store is recovered. {@code
 * -Daw.powercuts=N} sets how many power cuts; {@code -Daw.seed=S} repeats a run.
 */
class PowerLossTest {
  private static final long CUTS = Long.getLong("aw.powercuts", 1000);
  private static final long SEED = Long.getLong("aw.seed", System.nanoTime());

  private final BufferAllocator memory = new RootAllocator();
  private long twice;

  @AfterEach
  void no_byte_is_leaked() {
    assertThat(memory.getAllocatedMemory()).isZero();
    memory.close();
  }

  @Test
  void the_same_seed_gives_the_same_trace() throws Exception {
    for (long seed = 0; seed < 5; seed++) {
      List<String> once = CrashScenario.run(seed, memory).storage().descriptions();
      assertThat(CrashScenario.run(seed, memory).storage().descriptions()).isEqualTo(once);
    }
  }

  /** Spec L-27. */
  @Test
  void every_acknowledged_tick_survives_a_power_cut_anywhere() throws Exception {
    Programme.report("PowerLossTest: %d power cuts, -Daw.seed=%d", CUTS, SEED);
    long cuts = 0;
    long lives = 0;
    for (long seed = SEED; cuts < CUTS; seed++) {
      cuts += cutEverywhere(seed, CUTS - cuts);
      lives++;
    }
    Programme.report("PowerLossTest: %d lives, %d power cuts, %d twice", lives, cuts, twice);
  }

  /** Cuts the power after each operation of a life; returns how often. */
  private long cutEverywhere(long seed, long most) throws Exception {
    CrashScenario life = CrashScenario.run(seed, memory);
    MemoryStorage state = new MemoryStorage();
    Map<Integer, WritableFile> open = new HashMap<>();
    List<Step> steps = life.storage().steps();
    SplittableRandom random = new SplittableRandom(seed);
    int step = 0;
    for (; step <= steps.size() && step < most; step++) {
      long lossSeed = random.nextLong();
      try {
        MemoryStorage left = state.afterPowerLoss(lossSeed);
        if (lossSeed % 4 == 0 && StoreInfo.exists(left)) {
          left = cutAgain(left, life, random);
          twice++;
        }
        check(left, life, step, random);
      } catch (IOException | RuntimeException | AssertionError e) {
        String what = describe(life, step);
        throw new AssertionError(
            Text.of(
                "-Daw.seed=%d: power cut after step %d (%s), %s",
                seed, step, what, life.options().durability()),
            e);
      }
      if (step < steps.size()) {
        steps.get(step).run(state, open);
      }
    }
    return step;
  }

  @Test
  void a_power_cut_after_a_process_was_killed_takes_nothing_acknowledged() throws Exception {
    Programme.report("PowerLossTest: killed, then power cuts, -Daw.seed=%d", SEED);
    for (long seed = SEED; seed < SEED + Math.max(2, CUTS / 200); seed++) {
      CrashScenario life = CrashScenario.run(seed, memory);
      SplittableRandom random = new SplittableRandom(seed);
      for (int i = 0; i < 5; i++) {
        int step = random.nextInt(life.storage().size() + 1);
        try {
          MemoryStorage left = killedThenCut(life, step, random);
          if (StoreInfo.exists(left)) {
            StoreChecks.sound(left, life.acknowledgedAt(step), life.begunAt(step), memory);
          } else {
            assertThat(life.createdAt(step)).as("the store had been created").isFalse();
          }
        } catch (IOException | RuntimeException | AssertionError e) {
          String what = describe(life, step);
          throw new AssertionError(
              Text.of(
                  "-Daw.seed=%d: killed after step %d (%s), then a power cut", seed, step, what),
              e);
        }
      }
    }
  }

  /**
   * Kills a life's process, which leaves unforced names and bytes in the system's memory, goes on
   * with its store in another process and cuts the power within that.
   */
  private MemoryStorage killedThenCut(CrashScenario life, int step, SplittableRandom random)
      throws Exception {
    List<Step> before = life.storage().steps().subList(0, step);
    TracingStorage next = new TracingStorage(after(before));
    if (!StoreInfo.exists(next)) {
      return after(before).afterPowerLoss(random.nextLong());
    }
    next.freeSealers();
    if (random.nextBoolean()) {
      LiveWorld.resume(next, WorldOptions.DEFAULT.withLog(life.options()).withAllocator(memory))
          .close();
    }
    long last;
    try (Timeline timeline = Timeline.open(next)) {
      last = StoreChecks.lastTick(timeline);
    }
    if (last < 0) {
      LiveWorld.resume(next, WorldOptions.DEFAULT.withLog(life.options()).withAllocator(memory))
          .close(); // there is nothing to keep yet
    } else {
      StoreCompaction.keep(next, random.nextInt(10), memory);
    }
    MemoryStorage left = after(before);
    run(next.steps().subList(0, random.nextInt(next.size() + 1)), left);
    return left.afterPowerLoss(random.nextLong());
  }

  private static MemoryStorage after(List<Step> steps) throws IOException {
    MemoryStorage storage = new MemoryStorage();
    run(steps, storage);
    return storage;
  }

  private static void run(List<Step> steps, MemoryStorage storage) throws IOException {
    Map<Integer, WritableFile> open = new HashMap<>();
    for (Step step : steps) {
      step.run(storage, open);
    }
  }

  @Test
  void a_sealed_segment_whose_name_is_not_forced_yet_is_not_all_that_is_left() throws IOException {
    boolean finished = false;
    for (int operation = 0; !finished; operation++) {
      MemoryStorage storage = SmallStores.create(SmallStores.Form.LIVE, memory);
      storage.plan(failAfterSealing());
      assertThatThrownBy(() -> LogRecovery.prepare(storage)).hasMessageContaining("DIRECTORY log");
      storage.plan(FaultPlan.once(operation, Fault.CRASH));
      try {
        LogRecovery.prepare(storage);
        finished = true;
      } catch (IOException e) {
        assertThat(e).hasMessageContaining("simulated CRASH");
      }
      for (long seed = 0; seed < 20; seed++) {
        assertThat(SmallStores.read(storage.afterPowerLoss(seed), memory))
            .as("power cut at operation %d, seed %d", operation, seed)
            .isInstanceOfSatisfying(
                SmallStores.Reading.Valid.class,
                valid -> assertThat(valid.lastTick()).isEqualTo(SmallStores.TICKS - 1));
      }
    }
  }

  /** Lets a segment be sealed and renamed into place, but its name not be forced. */
  private static FaultPlan failAfterSealing() {
    boolean[] sealed = new boolean[1];
    return (index, operation, path) -> {
      boolean fails = sealed[0];
      sealed[0] |= operation == Operation.RENAME && path.endsWith(".arrow.tmp");
      return fails ? Fault.FAIL : Fault.NONE;
    };
  }

  @Test
  void everything_written_survives_a_killed_process() throws Exception {
    Programme.report("PowerLossTest: killed processes, -Daw.seed=%d", SEED);
    for (long seed = SEED; seed < SEED + Math.max(1, CUTS / 3000); seed++) {
      CrashScenario life = CrashScenario.run(seed, memory);
      MemoryStorage state = new MemoryStorage();
      Map<Integer, WritableFile> open = new HashMap<>();
      List<Step> steps = life.storage().steps();
      SplittableRandom random = new SplittableRandom(seed);
      for (int step = 0; step < steps.size(); step++) {
        try {
          if (steps.get(step) instanceof WriteStep write) {
            write.half().run(state, open); // the whole write follows over it
          }
          MemoryStorage left = state.afterCrash(CrashKind.PROCESS);
          check(left, life, step, random);
        } catch (IOException | RuntimeException | AssertionError e) {
          String what = describe(life, step);
          throw new AssertionError(
              Text.of("-Daw.seed=%d: killed within step %d (%s)", seed, step, what), e);
        }
        steps.get(step).run(state, open);
      }
    }
  }

  private static String describe(CrashScenario life, int step) {
    return step == 0 ? "none" : life.storage().descriptions().get(step - 1);
  }

  /** Resumes what a power cut left, and cuts the power again within that. */
  private MemoryStorage cutAgain(MemoryStorage left, CrashScenario life, SplittableRandom random)
      throws Exception {
    TracingStorage recovery = new TracingStorage(left.afterCrash(CrashKind.PROCESS));
    recovery.freeSealers();
    LiveWorld.resume(recovery, WorldOptions.DEFAULT.withLog(life.options()).withAllocator(memory))
        .close();
    Map<Integer, WritableFile> open = new HashMap<>();
    int upTo = random.nextInt(recovery.size() + 1);
    MemoryStorage again = left.afterCrash(CrashKind.PROCESS);
    for (Step step : recovery.steps().subList(0, upTo)) {
      step.run(again, open);
    }
    return again.afterPowerLoss(random.nextLong());
  }

  /** Contract 2, and that the store can be resumed. */
  private void check(MemoryStorage left, CrashScenario life, int steps, SplittableRandom random)
      throws IOException {
    if (!StoreInfo.exists(left)) {
      assertThat(life.createdAt(steps)).as("the store had been created").isFalse();
      return;
    }
    StoreChecks.sound(left, life.acknowledgedAt(steps), life.begunAt(steps), memory);
    try (Timeline timeline = Timeline.open(left)) {
      for (long snapshot : life.snapshotsAt(steps)) {
        assertThat(timeline.snapshots().stream().map(Snapshot.Location::tick))
            .as("published snapshots")
            .contains(snapshot);
      }
      long last = StoreChecks.lastTick(timeline);
      if (last >= 0) {
        long from = Math.min(last, life.keptFromAt(steps));
        assertThat(timeline.firstTick()).as("first tick").isLessThanOrEqualTo(Math.max(0, from));
        StoreChecks.state(timeline, from + random.nextLong(last - from + 1), memory);
      }
    }
    if (random.nextInt(3) == 0) {
      StoreChecks.goesOn(left, life.options(), memory);
    }
  }
}
