// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.ecosystem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.UnsupportedVersionException;
import org.arrowworld.hash.Hashes;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.Durability;
import org.arrowworld.log.LogPosition;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.table.World;
import org.arrowworld.table.WorldView;
import org.arrowworld.timeline.Timeline;
import org.arrowworld.timeline.Verifier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EcosystemRunTest {
  private static final RunOptions TINY = RunOptions.DEFAULT.withSeed(7);

  private final BufferAllocator memory = new RootAllocator();
  private final MemoryStorage storage = new MemoryStorage();

  @TempDir private Path directory;

  @AfterEach
  void no_byte_is_leaked() {
    assertThat(memory.getAllocatedMemory()).isZero();
    memory.close();
  }

  private static RunResult create(Storage storage, RunOptions options, long ticks)
      throws IOException {
    try (EcosystemRun run = EcosystemRun.create(storage, options)) {
      return run.run(ticks, Progress.NONE);
    }
  }

  private static LogPosition end(Storage storage) throws IOException {
    try (Timeline timeline = Timeline.open(storage)) {
      return timeline.log().end();
    }
  }

  /** The same on every machine and release; a change of the systems must raise the rules. */
  @Test
  void a_seed_gives_the_same_world_everywhere() throws IOException {
    RunResult result = create(storage, RunOptions.DEFAULT, 100);
    assertThat(result.hashWorld()).isEqualTo("a3ad2146480ecd79cb45e3d18b67df98");
  }

  @Test
  void two_runs_of_a_seed_are_equal_and_of_two_seeds_are_not() throws IOException {
    MemoryStorage again = new MemoryStorage();
    MemoryStorage other = new MemoryStorage();
    RunResult first = create(storage, TINY, 60);
    RunResult second = create(again, TINY.withDurability(Durability.NONE), 60);
    RunResult third = create(other, TINY.withSeed(8), 60);
    assertThat(second.hashWorld()).isEqualTo(first.hashWorld());
    assertThat(end(again)).isEqualTo(end(storage));
    assertThat(third.hashWorld()).isNotEqualTo(first.hashWorld());
  }

  @Test
  void a_resumed_run_is_one_that_never_paused() throws IOException {
    MemoryStorage paused = new MemoryStorage();
    RunResult whole = create(storage, TINY, 120);
    create(paused, TINY.withSnapshotEveryTicks(25), 31);
    resume(paused, 0);
    resume(paused, 19);
    RunResult last = resume(paused, 70);
    assertThat(last.lastTick()).isEqualTo(120);
    assertThat(last.hashWorld()).isEqualTo(whole.hashWorld());
    assertThat(last.preset()).isEqualTo("tiny");
    assertThat(last.seed()).isEqualTo(7);
    assertThat(end(paused)).isEqualTo(end(storage));
    assertThat(resumeHash(paused)).isEqualTo(resumeHash(storage));
  }

  private static RunResult resume(Storage storage, long ticks) throws IOException {
    try (EcosystemRun run = EcosystemRun.resume(storage, RunOptions.DEFAULT)) {
      return run.run(ticks, Progress.NONE);
    }
  }

  private String resumeHash(Storage of) throws IOException {
    try (Timeline timeline = Timeline.open(of);
        World world = timeline.at(timeline.lastTick(), memory)) {
      return Hashes.resume(world);
    }
  }

  @Test
  void replay_from_the_log_is_the_live_run_at_every_tick() throws IOException {
    Map<Long, String> hashes = new HashMap<>();
    try (EcosystemRun run = EcosystemRun.create(storage, TINY.withSnapshotEveryTicks(40))) {
      run.run(100, (done, of, population) -> hashes.put(done, Hashes.resume(run.live().world())));
    }
    try (Timeline timeline = Timeline.open(storage)) {
      for (long tick : new long[] {1, 2, 39, 40, 41, 77, 100}) {
        try (World near = timeline.at(tick, memory);
            World fromBase = timeline.at(tick, Timeline.Start.BASE, memory)) {
          assertThat(Hashes.resume(near)).isEqualTo(hashes.get(tick));
          assertThat(Hashes.resume(fromBase)).isEqualTo(hashes.get(tick));
        }
      }
    }
    Verifier.Report report = Verifier.verify(storage, Verifier.Depth.DEEP, 3, memory);
    assertThat(report.findings()).isEmpty();
    assertThat(report.notes()).isEmpty();
    assertThat(report.snapshots()).isEqualTo(2);
  }

  @Test
  void recorded_inputs_alone_run_the_simulation_again() throws IOException {
    FoodRatePolicy moody =
        (tick, before) ->
            tick % 3 == 0
                ? List.of()
                : List.of(
                    new FoodRate((int) (tick % 4), before.table("creature").rows() % 97 / 3.0));
    String hash = simulate(storage, moody, 80);
    MemoryStorage again = new MemoryStorage();
    try (Timeline timeline = Timeline.open(storage)) {
      Recording recording = Recording.of(timeline.log());
      assertThat(recording.lastTick()).isEqualTo(80);
      assertThat(simulate(again, recording, 80)).isEqualTo(hash);
      assertThatThrownBy(() -> simulate(new MemoryStorage(), recording, 81))
          .hasMessage("Cannot run tick 81 from a recording: it ends at tick 80");
    }
    assertThat(end(again)).isEqualTo(end(storage));
    assertThat(simulate(new MemoryStorage(), FoodRatePolicy.constant(), 80)).isNotEqualTo(hash);
  }

  private String simulate(Storage into, FoodRatePolicy policy, int ticks) throws IOException {
    Ecosystem ecosystem = new Ecosystem(Preset.TINY, 3, policy);
    StoreInfo info = StoreInfo.create(EcosystemSchema.VERSION_1, "tick", Map.of());
    try (LiveWorld live =
        LiveWorld.create(into, info, WorldOptions.DEFAULT.withAllocator(memory))) {
      live.tick(0, ecosystem::initialWorld);
      for (int i = 0; i < ticks; i++) {
        live.tick(ecosystem::step);
      }
      return Hashes.resume(live.world());
    }
  }

  @Test
  void a_food_rate_for_no_spawner_is_refused() {
    assertThatThrownBy(() -> simulate(storage, (t, w) -> List.of(new FoodRate(4, 1)), 1))
        .isInstanceOf(InvalidUseException.class)
        .hasMessage(
            "Cannot take food rate 1.0 for food_spawner 4: expected 0 or more, for one of 4 spawners");
  }

  @Test
  void a_stopped_run_commits_its_tick_and_seals() throws IOException {
    RunResult result;
    try (EcosystemRun run = EcosystemRun.create(storage, TINY)) {
      result =
          run.run(
              1_000,
              (done, of, population) -> {
                if (done == 12) {
                  run.stop();
                }
              });
    }
    assertThat(result.stopped()).isTrue();
    assertThat(result.ticks()).isEqualTo(12);
    assertThat(end(storage).tick()).isEqualTo(12);
    assertThat(storage.list("log/live")).isEmpty();
  }

  @Test
  void the_result_adds_up() throws IOException {
    RunResult result = create(storage, TINY, 50);
    PopulationSummary population = result.population();
    assertThat(population.start()).isEqualTo(1_000);
    assertThat(population.end())
        .isEqualTo(population.start() + population.born() - population.died());
    assertThat(result.triples()).isEqualTo(result.logTriples()).isEqualTo(end(storage).seq());
    long[] eaten = {0, 0, 0};
    for (long tick = 1; tick <= 50; tick++) {
      for (EcosystemTesting.Row row : EcosystemTesting.rows(storage, tick)) {
        eaten[0] += row.key().equals("creature.ate") ? 1 : 0;
        eaten[1] += row.key().equals("creature.born") ? 1 : 0;
        eaten[2] += row.key().equals("creature.died") ? 1 : 0;
      }
    }
    assertThat(eaten).containsExactly(population.eaten(), population.born(), population.died());
    try (Timeline timeline = Timeline.open(storage);
        World world = timeline.at(50, memory)) {
      assertThat(Hashes.world(world.tables())).isEqualTo(result.hashWorld());
      assertThat(world.table("creature").rows()).isEqualTo(population.end());
      assertThat(world.table("population").rows()).isEqualTo(51);
      assertThat(PopulationRow.last(world).food()).isEqualTo(world.table("food").rows());
      assertHungryAreTheHungry(world);
    }
  }

  private static void assertHungryAreTheHungry(WorldView world) {
    var creatures = world.table("creature");
    for (int slot = 0; slot < creatures.rows(); slot++) {
      boolean isHungry = creatures.f32("energy").get(slot) < Preset.TINY.hungerEnergy();
      assertThat(world.table("hungry").slotOf(creatures.id(slot)) >= 0).isEqualTo(isHungry);
    }
  }

  @Test
  void a_store_of_another_program_is_not_resumed() throws IOException {
    StoreInfo info = StoreInfo.create(EcosystemSchema.VERSION_1, "tick", Map.of("seed", "1"));
    LiveWorld.create(storage, info, WorldOptions.DEFAULT.withAllocator(memory)).close();
    assertThatThrownBy(() -> EcosystemRun.resume(storage, TINY))
        .isInstanceOf(InvalidUseException.class)
        .hasMessageStartingWith("Cannot resume this store: it was not made by the ecosystem");
  }

  @Test
  void a_store_of_other_rules_or_without_a_seed_is_not_resumed() throws IOException {
    create(storage, TINY, 0);
    StoreInfo info = StoreInfo.read(storage);
    MemoryStorage newer = with(info, "rules", "2");
    assertThatThrownBy(() -> EcosystemRun.resume(newer, TINY))
        .isInstanceOf(UnsupportedVersionException.class)
        .hasMessageContaining("ecosystem rules version 2");
    MemoryStorage seedless = with(info, "seed", "many");
    assertThatThrownBy(() -> EcosystemRun.resume(seedless, TINY))
        .isInstanceOf(InvalidUseException.class)
        .hasMessage("Cannot resume this store: its property 'seed' is many, expected a number");
  }

  private static MemoryStorage with(StoreInfo info, String property, String value)
      throws IOException {
    Map<String, String> properties = new HashMap<>(info.properties());
    properties.put(property, value);
    MemoryStorage changed = new MemoryStorage();
    StoreInfo.create(info.schema(), info.tickUnit(), properties).write(changed);
    return changed;
  }

  @Test
  void a_store_that_never_got_its_first_tick_begins_with_it() throws IOException {
    create(storage, TINY, 5);
    MemoryStorage empty = new MemoryStorage();
    StoreInfo.read(storage).write(empty);
    resume(empty, 5);
    assertThat(end(empty)).isEqualTo(end(storage));
  }

  @Test
  void a_run_runs_once_and_counts_ticks_from_nought() throws IOException {
    try (EcosystemRun run = EcosystemRun.create(storage, TINY)) {
      assertThatThrownBy(() -> run.run(-1, Progress.NONE))
          .hasMessage("Cannot run -1 ticks: expected 0 or more");
      assertThat(run.run(0, Progress.NONE).lastTick()).isZero();
      assertThatThrownBy(() -> run.run(1, Progress.NONE))
          .hasMessage("Cannot run twice: resume the store instead");
    }
  }

  @Test
  void tiny_is_healthy_for_a_thousand_ticks() throws IOException {
    RunOptions options = RunOptions.DEFAULT.withDurability(Durability.NONE);
    try (EcosystemRun run = EcosystemRun.create(directory.resolve("tiny"), options)) {
      assertHealthy(run, 1_000);
    }
  }

  /** 1,000 ticks of it are 54 million triples (1.4 GB): too much for every build. */
  @Test
  void small_is_healthy_for_its_first_hundred_ticks() throws IOException {
    RunOptions options =
        RunOptions.DEFAULT.withPreset(Preset.SMALL).withDurability(Durability.NONE);
    try (EcosystemRun run = EcosystemRun.create(directory.resolve("small"), options)) {
      assertHealthy(run, 100);
    }
  }

  private static void assertHealthy(EcosystemRun run, long ticks) throws IOException {
    int[] quiet = {0, 0, 0, 0};
    RunResult result =
        run.run(
            ticks,
            (done, of, population) -> {
              quiet[0] = population.births() > 0 ? 0 : quiet[0] + 1;
              quiet[1] = population.deaths() > 0 ? 0 : quiet[1] + 1;
              quiet[2] = population.eaten() > 0 ? 0 : quiet[2] + 1;
              quiet[3] = Math.max(quiet[3], Math.max(quiet[0], Math.max(quiet[1], quiet[2])));
            });
    PopulationSummary population = result.population();
    assertThat(population.min()).isGreaterThan((int) (0.3 * population.start()));
    assertThat(population.max()).isLessThan(3 * population.start());
    assertThat(quiet[3]).as("ticks in a row without births, deaths or meals").isLessThan(10);
  }
}
