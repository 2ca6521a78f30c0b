// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.ecosystem;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import org.arrowworld.schema.Key;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.timeline.Timeline;
import org.junit.jupiter.api.Test;

class SystemsTest {

  @Test
  void systems_run_in_the_documented_order() {
    assertThat(Ecosystem.systems(Preset.TINY).stream().map(TickSystem::name))
        .containsExactly(
            "foodSpawn",
            "motion",
            "nextEvent",
            "applyEat",
            "applyReproduce",
            "applyStarve",
            "inspect");
  }

  @Test
  void what_a_system_reads_of_the_plan_was_written_by_an_earlier_one() {
    Set<String> written = new HashSet<>();
    for (TickSystem system : Ecosystem.systems(Preset.TINY)) {
      for (String read : system.reads()) {
        if (read.startsWith("plan.")) {
          assertThat(written).as(system.name()).contains(read);
        }
      }
      written.addAll(system.writes());
    }
  }

  @Test
  void the_keys_of_a_run_are_the_inputs_and_what_systems_say_they_write() throws IOException {
    Set<String> declared = new TreeSet<>(Set.of("tick.commit", "in.food_rate"));
    for (TickSystem system : Ecosystem.systems(Preset.TINY)) {
      system.writes().stream().filter(w -> !w.startsWith("plan.")).forEach(declared::add);
    }
    MemoryStorage storage = new MemoryStorage();
    try (EcosystemRun run = EcosystemRun.create(storage, RunOptions.DEFAULT)) {
      run.run(30, Progress.NONE);
    }
    Set<String> logged = new TreeSet<>();
    try (Timeline timeline = Timeline.open(storage)) {
      timeline
          .log()
          .scan(
              1,
              30,
              (batch, from, to) -> {
                for (int row = from; row < to; row++) {
                  Key key = timeline.log().keys().key(batch.key(row));
                  logged.add(key.name());
                }
              });
    }
    assertThat(logged).isEqualTo(declared);
  }
}
