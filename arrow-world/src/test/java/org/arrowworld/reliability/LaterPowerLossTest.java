// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.reliability;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.internal.Text;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.LogOptions;
import org.arrowworld.reliability.CrashScenario.Promise;
import org.arrowworld.reliability.TracingStorage.Step;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.storage.WritableFile;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.testing.Programme;
import org.junit.jupiter.api.Test;

/**
 * RELIABILITY contract 1 for ticks that do not wait: the power fails after every operation of lives
 * in which many ticks share a force. {@code -Daw.powercuts=N} sets how many cuts, {@code
 * -Daw.seed=S} which; how many ticks share a force is up to the threads.
 */
class LaterPowerLossTest {
  private static final long CUTS = Long.getLong("aw.powercuts", 1000);
  private static final long SEED = Long.getLong("aw.seed", System.nanoTime());

  private final List<Promise> acknowledged = new ArrayList<>();
  private final List<Promise> begun = new ArrayList<>();

  @Test
  void every_acknowledged_tick_survives_a_power_cut_anywhere() throws Exception {
    Programme.report("LaterPowerLossTest: %d power cuts, -Daw.seed=%d", CUTS, SEED);
    long cuts = 0;
    try (BufferAllocator memory = new RootAllocator()) {
      for (long seed = SEED; cuts < CUTS; seed++) {
        cuts += cutEverywhere(live(new SplittableRandom(seed), memory), seed, memory);
      }
    }
  }

  private TracingStorage live(SplittableRandom random, BufferAllocator memory) throws Exception {
    acknowledged.clear();
    begun.clear();
    TracingStorage storage = new TracingStorage(new MemoryStorage());
    storage.freeSealers();
    LogOptions log =
        LogOptions.DEFAULT
            .withContainers(2, random.nextBoolean() ? 50 : 4000)
            .withSegmentBytes(random.nextBoolean() ? 1 << 20 : 9000);
    WorldOptions options = WorldOptions.DEFAULT.withLog(log).withAllocator(memory);
    StoreInfo info = StoreInfo.create(CrashScenario.SCHEMA, "tick", Map.of());
    try (LiveWorld world = LiveWorld.create(storage, info, options)) {
      while (world.lastTick() < CrashScenario.MAX_TICKS - 2) {
        long tick = world.lastTick() + 1;
        begun.add(new Promise(storage.size(), tick));
        if (random.nextInt(8) == 0) {
          world.tick(CrashScenario::step);
          acknowledged.add(new Promise(storage.size(), tick));
        } else {
          world.tickLater(CrashScenario::step);
        }
        if (random.nextInt(12) == 0) {
          world.snapshot();
          acknowledged.add(new Promise(storage.size(), tick));
        }
        long safe = world.acknowledged().tick();
        acknowledged.add(new Promise(storage.size(), safe));
      }
    }
    acknowledged.add(new Promise(storage.size(), CrashScenario.MAX_TICKS - 2));
    return storage;
  }

  private long cutEverywhere(TracingStorage life, long seed, BufferAllocator memory)
      throws Exception {
    MemoryStorage state = new MemoryStorage();
    Map<Integer, WritableFile> open = new HashMap<>();
    List<Step> steps = life.steps();
    SplittableRandom random = new SplittableRandom(seed);
    for (int step = 0; step <= steps.size(); step++) {
      MemoryStorage left = state.afterPowerLoss(random.nextLong());
      long safe = latest(acknowledged, step);
      try {
        if (safe >= 0 || StoreInfo.exists(left)) {
          StoreChecks.sound(left, safe, latest(begun, step), memory);
        }
      } catch (IOException | RuntimeException | AssertionError e) {
        String what = step == 0 ? "nothing" : life.descriptions().get(step - 1);
        throw new AssertionError(
            Text.of("-Daw.seed=%d: power cut after step %d (%s)", seed, step, what), e);
      }
      if (step < steps.size()) {
        steps.get(step).run(state, open);
      }
    }
    return steps.size() + 1L;
  }

  private static long latest(List<Promise> promises, int steps) {
    long tick = -1;
    for (Promise p : promises) {
      tick = p.atStep() <= steps ? Math.max(tick, p.tick()) : tick;
    }
    return tick;
  }
}
