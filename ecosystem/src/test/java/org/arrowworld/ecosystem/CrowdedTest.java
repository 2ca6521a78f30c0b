// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.ecosystem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.hash.Hashes;
import org.arrowworld.internal.store.MutableCodebook;
import org.arrowworld.internal.tick.TickEngine;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.storage.MemoryStorage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Worlds that several threads work on. */
class CrowdedTest {

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 7})
  void the_number_of_threads_changes_nothing(int threads) throws IOException {
    assertThat(unlogged(Preset.TINY, threads, 150)).isEqualTo(unlogged(Preset.TINY, 1, 150));
  }

  @Test
  void a_million_creatures_are_the_same_on_one_thread_and_on_two() throws IOException {
    assertThat(unlogged(Preset.CROWDED, 2, 2)).isEqualTo(unlogged(Preset.CROWDED, 1, 2));
  }

  @Test
  void a_world_without_a_log_goes_the_same_way_as_one_with_a_log() throws IOException {
    MemoryStorage storage = new MemoryStorage();
    try (EcosystemRun run = EcosystemRun.create(storage, RunOptions.DEFAULT.withThreads(2))) {
      run.run(40, Progress.NONE);
      assertThat(Hashes.resume(run.live().world())).isEqualTo(unlogged(Preset.TINY, 1, 40));
    }
  }

  @Test
  void a_failure_on_one_thread_ends_the_loop() {
    try (SlotWorkers workers = new SlotWorkers(3)) {
      assertThatThrownBy(
              () ->
                  workers.run(
                      90,
                      (worker, from, to) -> {
                        if (from <= 50 && 50 < to) {
                          throw new InvalidUseException("slot 50");
                        }
                      }))
          .hasMessage("slot 50");
    }
  }

  private static String unlogged(Preset preset, int threads, int ticks) throws IOException {
    try (BufferAllocator memory = new RootAllocator();
        MutableWorld world =
            new MutableWorld(EcosystemSchema.VERSION_1, new MutableCodebook(), memory);
        Ecosystem ecosystem = new Ecosystem(preset, 1, FoodRatePolicy.seasonal(preset), threads)) {
      TickEngine engine =
          TickEngine.unlogged(world, new KeyTable(EcosystemSchema.VERSION_1.keys()));
      engine.run(0, ecosystem::initialWorld);
      for (int tick = 1; tick <= ticks; tick++) {
        engine.run(tick, ecosystem::step);
      }
      return Hashes.resume(world);
    }
  }
}
