// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.errors.StoreLockedException;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.testing.ChildJvm;
import org.arrowworld.testing.Programme;
import org.arrowworld.timeline.Timeline;
import org.arrowworld.timeline.Verifier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * RELIABILITY contract 6: two processes open one store for writing at the same moment, again and
 * again; exactly one gets it. {@code -Daw.races=N} sets how often. Readers, interrupts and lock
 * traps beside.
 */
class WriterRaceTest {
  private static final int RACES = Integer.getInteger("aw.races", 40);

  @TempDir Path directory;

  /** A process that tries to write when told, and holds the store until told to let go. */
  static final class Racer {
    private Racer() {}

    public static void main(String[] args) throws IOException {
      DiskStorage storage = new DiskStorage(Path.of(args[0]));
      BufferedReader in =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      try (BufferAllocator memory = new RootAllocator()) {
        while (in.readLine() != null) {
          try (LiveWorld live =
              LiveWorld.resume(storage, WorldOptions.DEFAULT.withAllocator(memory))) {
            live.tick(CrashScenario::step);
            System.out.println("won " + live.lastTick());
            in.readLine();
          } catch (StoreLockedException e) {
            System.out.println("lost " + e.getMessage());
            in.readLine();
          }
          System.out.println("free");
        }
      }
    }
  }

  private record Child(Process process, BufferedReader out, BufferedWriter in) {
    void tell() throws IOException {
      in.write("\n");
      in.flush();
    }
  }

  private static Child start(Path store) throws IOException {
    Process process = ChildJvm.start(Racer.class, List.of("-Xmx128m"), List.of(store.toString()));
    return new Child(process, process.inputReader(), process.outputWriter());
  }

  private void create() throws IOException {
    StoreInfo info = StoreInfo.create(CrashScenario.SCHEMA, "tick", java.util.Map.of());
    try (BufferAllocator memory = new RootAllocator();
        LiveWorld live =
            LiveWorld.create(
                new DiskStorage(directory), info, WorldOptions.DEFAULT.withAllocator(memory))) {
      live.tick(CrashScenario::step);
    }
  }

  @Test
  void of_two_processes_exactly_one_writes_and_the_other_is_told_who() throws Exception {
    create();
    List<Child> children = List.of(start(directory), start(directory));
    int[] wins = new int[2];
    try {
      for (int race = 0; race < RACES; race++) {
        children.get(race % 2).tell();
        children.get(1 - race % 2).tell();
        List<String> said = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
          said.add(children.get(i).out().readLine());
          wins[i] += said.get(i).startsWith("won") ? 1 : 0;
        }
        assertThat(said).as("race %d", race).filteredOn(s -> s.startsWith("won ")).hasSize(1);
        String lost = said.get(0).startsWith("lost") ? said.get(0) : said.get(1);
        assertThat(lost).contains("it is held by process ").contains("or open read-only");
        readWhileHeld(race + 1);
        for (Child child : children) {
          child.tell();
        }
        for (Child child : children) {
          assertThat(child.out().readLine()).isEqualTo("free");
        }
      }
    } finally {
      children.forEach(child -> child.process().destroyForcibly());
    }
    Programme.report("WriterRaceTest: %d races, won %d and %d", RACES, wins[0], wins[1]);
    try (BufferAllocator memory = new RootAllocator()) {
      DiskStorage storage = new DiskStorage(directory);
      assertThat(Verifier.verify(storage, Verifier.Depth.STANDARD, 1, memory).findings()).isEmpty();
    }
  }

  /** Readers need no lock, and reading must not release the writer's. */
  private void readWhileHeld(long tick) throws IOException {
    try (Timeline timeline = Timeline.open(new DiskStorage(directory))) {
      assertThat(timeline.lastTick()).isEqualTo(tick);
    }
  }

  @Test
  void an_interrupted_writer_loses_neither_its_log_nor_its_lock() throws Exception {
    create();
    DiskStorage storage = new DiskStorage(directory);
    try (BufferAllocator memory = new RootAllocator();
        LiveWorld live = LiveWorld.resume(storage, WorldOptions.DEFAULT.withAllocator(memory))) {
      for (int i = 0; i < 20; i++) {
        Thread.currentThread().interrupt();
        live.tick(CrashScenario::step);
      }
      assertThat(Thread.interrupted()).as("the interrupt is kept").isTrue();
      assertThat(live.acknowledged().tick()).isEqualTo(20);
    }
    try (BufferAllocator memory = new RootAllocator()) {
      assertThat(Verifier.verify(storage, Verifier.Depth.STANDARD, 1, memory).validToTick())
          .isEqualTo(20);
    }
  }
}
