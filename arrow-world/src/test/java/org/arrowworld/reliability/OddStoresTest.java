// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.StoreNotFoundException;
import org.arrowworld.errors.UnsupportedVersionException;
import org.arrowworld.internal.Text;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.LogOptions;
import org.arrowworld.maintenance.StoreRecovery;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.storage.MemoryStorage.CrashKind;
import org.arrowworld.storage.ReadableFile;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.table.World;
import org.arrowworld.testing.OddStores;
import org.arrowworld.testing.Programme;
import org.arrowworld.timeline.Timeline;
import org.arrowworld.timeline.Verifier;
import org.junit.jupiter.api.Test;

/**
 * RELIABILITY, the edges: verify speaks for all readers, and recovery is total. {@code
 * -Daw.cases=N} sets how many stores; {@code -Daw.seed=S} repeats a run.
 */
class OddStoresTest {
  private static final int CASES = Integer.getInteger("aw.cases", 300);
  private static final long SEED = Long.getLong("aw.seed", System.nanoTime());
  private static final LogOptions SMALL = LogOptions.DEFAULT.withContainers(2, 1000);

  /** What a reader made of a store: its states by tick, or why it refused. */
  private record Reading(Map<Long, String> states, Optional<String> refusal) {
    long lastTick() {
      return states.keySet().stream().reduce(-1L, Math::max);
    }
  }

  private int sound;
  private int complete;
  private int partial;
  private int hopeless;

  @Test
  void verify_names_what_readers_refuse_and_recover_makes_a_sound_store_of_anything()
      throws Exception {
    Programme.report("OddStoresTest: %d stores, -Daw.seed=%d", CASES, SEED);
    List<String> exceptions = new ArrayList<>();
    for (int from = 0; from < CASES; from += 100) {
      run(SEED + from, Math.min(100, CASES - from), exceptions);
    }
    Programme.report(
        "OddStoresTest: %d verified as sound, %d recovered whole, %d in part, %d hold nothing",
        sound, complete, partial, hopeless);
    assertThat(exceptions).as("%d exceptions", exceptions.size()).isEmpty();
  }

  private void run(long seed, int count, List<String> exceptions) throws Exception {
    try (BufferAllocator memory = new RootAllocator()) {
      List<MemoryStorage> stores = OddStores.sound(6, seed, memory);
      for (int i = 0; i < 3; i++) { // and what a crash in the middle of anything leaves
        stores.add(crashed(seed + i, memory));
      }
      OddStores odd = new OddStores(stores, new SplittableRandom(seed));
      for (int i = 0; i < count; i++) {
        OddStores.Odd next = odd.next();
        try {
          check(next, memory);
        } catch (IOException | RuntimeException | AssertionError e) {
          StackTraceElement[] at = e.getStackTrace();
          exceptions.add(
              Text.of(
                  "-Daw.seed=%d, store %d, %s: %s (%s)",
                  seed, i, next.what(), e, at.length == 0 ? "" : at[0]));
        }
        assertThat(memory.getAllocatedMemory()).as("leaked by %s", next.what()).isZero();
      }
    }
  }

  private static MemoryStorage crashed(long seed, BufferAllocator memory) throws Exception {
    CrashScenario life = CrashScenario.run(seed, memory);
    SplittableRandom random = new SplittableRandom(seed);
    MemoryStorage state = new MemoryStorage();
    Map<Integer, org.arrowworld.storage.WritableFile> open = new LinkedHashMap<>();
    List<TracingStorage.Step> steps = life.storage().steps();
    int last = 12 + random.nextInt(Math.max(1, steps.size() - 12));
    for (int step = 0; step < Math.min(last, steps.size()); step++) {
      steps.get(step).run(state, open);
    }
    return random.nextBoolean()
        ? state.afterCrash(CrashKind.PROCESS)
        : state.afterPowerLoss(random.nextLong());
  }

  private void check(OddStores.Odd odd, BufferAllocator memory) throws IOException {
    MemoryStorage source = odd.storage();
    Optional<Verifier.Report> verdict = verify(source, memory);
    boolean isSound = verdict.isPresent() && verdict.get().isSound();
    Reading reading = read(source, memory);
    if (isSound) {
      sound++;
      assertThat(reading.refusal()).as("verify passed it, a reader refuses").isEmpty();
      resume(source.afterCrash(CrashKind.PROCESS), memory);
    }
    MemoryStorage target = new MemoryStorage();
    StoreRecovery.Report report;
    try {
      report = StoreRecovery.run(source, target, memory);
    } catch (DamagedFileException e) {
      assertThat(e).hasMessageContaining("nothing of a store can be read in it");
      assertThat(reading.states()).isEmpty();
      hopeless++;
      return;
    } catch (UnsupportedVersionException e) {
      assertThat(isSound).isFalse();
      hopeless++;
      return;
    }
    report.requireSound(target);
    Reading saved = read(target, memory);
    assertThat(saved.refusal()).as("a reader refuses what was recovered").isEmpty();
    resume(target.afterCrash(CrashKind.PROCESS), memory);
    try (Timeline timeline = Timeline.open(target)) {
      assertThat(report.saved().seq()).isEqualTo(timeline.end().seq());
      assertThat(report.saved().chain()).isEqualTo(timeline.end().chain());
    }
    assertThat(report.rowsLost()).isNotNegative();
    if (report.isComplete()) {
      complete++;
      assertThat(report.rowsLost()).as("rows lost by a complete recovery").isZero();
    } else {
      partial++;
    }
    compare(odd, isSound, reading, saved, report, memory);
  }

  /** What was saved against what readers see in the damaged store, and in the sound one. */
  private void compare(
      OddStores.Odd odd,
      boolean isSound,
      Reading reading,
      Reading saved,
      StoreRecovery.Report report,
      BufferAllocator memory)
      throws IOException {
    if (isSound) {
      assertThat(report.losses()).as("losses of a sound store").isEmpty();
      assertThat(saved.states()).isEqualTo(reading.states());
    } else if (reading.refusal().isEmpty() && !odd.isForged()) {
      assertThat(saved.lastTick()).isGreaterThanOrEqualTo(reading.lastTick());
    }
    if (odd.isForged()) {
      return; // nobody can tell what was written
    }
    Reading whole = read(odd.whole(), memory);
    for (Map.Entry<Long, String> state : saved.states().entrySet()) {
      boolean withoutTables = report.losses().stream().anyMatch(l -> l.contains("without tables"));
      if (!withoutTables) {
        assertThat(state.getValue())
            .as("state after tick %d", state.getKey())
            .isEqualTo(whole.states().get(state.getKey()));
      }
    }
    try (Timeline timeline = Timeline.open(odd.whole())) {
      long end = timeline.end().seq();
      assertThat(report.rowsLost())
          .as("rows lost, of those that were written, committed or not: %s", report)
          .isBetween(0L, Math.max(end, mostRows(odd.whole())));
      assertThat(report.saved().seq()).as("rows saved").isLessThanOrEqualTo(end);
    }
  }

  /** As many rows as the bytes of a store's segments can hold: tick, rid, key and val of each. */
  private static long mostRows(MemoryStorage storage) throws IOException {
    long bytes = 0;
    for (String folder : List.of("log", "log/live")) {
      for (String name : storage.list(folder)) {
        if (name.endsWith(".arrow") || name.endsWith(".arrows")) {
          try (ReadableFile file = storage.openRead(folder + "/" + name)) {
            bytes += file.size();
          }
        }
      }
    }
    return bytes / 21;
  }

  private static Optional<Verifier.Report> verify(MemoryStorage storage, BufferAllocator memory)
      throws IOException {
    try {
      return Optional.of(Verifier.verify(storage, Verifier.Depth.STANDARD, 1, memory));
    } catch (UnsupportedVersionException | StoreNotFoundException e) {
      return Optional.empty();
    }
  }

  private static void resume(MemoryStorage storage, BufferAllocator memory) throws IOException {
    if (StoreInfo.read(storage).schema().tables().isEmpty()) {
      return; // no world: a log of records, or of rows without tables
    }
    LiveWorld.resume(storage, WorldOptions.DEFAULT.withLog(SMALL).withAllocator(memory)).close();
  }

  /** Reads everything: the chain, and each tick from a snapshot and from the base. */
  private static Reading read(MemoryStorage storage, BufferAllocator memory) throws IOException {
    Map<Long, String> states = new LinkedHashMap<>();
    try (Timeline timeline = Timeline.open(storage)) {
      timeline.log().verifyChain();
      if (timeline.end().tick() < 0) {
        return new Reading(states, Optional.empty());
      }
      long last = timeline.lastTick();
      for (long tick = timeline.firstTick(); tick <= last; tick++) {
        String state;
        try (World world = timeline.at(tick, memory)) {
          state = SmallStores.describe(world);
        }
        try (World world = timeline.at(tick, Timeline.Start.BASE, memory)) {
          if (!SmallStores.describe(world).equals(state)) {
            return new Reading(states, Optional.of("tick " + tick + " has two states"));
          }
        }
        states.put(tick, state);
      }
      if (!timeline.warnings().isEmpty()) {
        return new Reading(states, Optional.of(timeline.warnings().get(0)));
      }
      return new Reading(states, Optional.empty());
    } catch (DamagedFileException
        | StoreNotFoundException
        | UnsupportedVersionException
        | InvalidUseException e) {
      return new Reading(states, Optional.of(e.getMessage()));
    }
  }
}
