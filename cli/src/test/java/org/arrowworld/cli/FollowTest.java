// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.LogOptions;
import org.arrowworld.maintenance.StoreFork;
import org.arrowworld.maintenance.StoreTruncation;
import org.arrowworld.simlog.SimLog;
import org.arrowworld.storage.DiskStorage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code aw log --follow} on stores whose history is cut or goes on meanwhile. */
class FollowTest {
  @TempDir Path folder;

  private interface Step {
    void run() throws IOException;
  }

  /** Runs a step at the first pause; the log is looked at twice more. */
  private static Console.Pause pause(Step step) {
    int[] rounds = new int[1];
    return () -> {
      try {
        if (rounds[0] == 0) {
          step.run();
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return rounds[0]++ < 3;
    };
  }

  private static void play(DiskStorage store, int ticks) throws IOException {
    try (BufferAllocator memory = new RootAllocator();
        LiveWorld live = LiveWorld.resume(store, WorldOptions.DEFAULT.withAllocator(memory))) {
      for (int i = 0; i < ticks; i++) {
        float x = 100 + i;
        live.tick(t -> t.table("ship").setSlot(0, "x", x));
      }
    }
  }

  @Test
  void a_log_that_is_truncated_while_it_is_followed_ends_the_command_with_an_error()
      throws IOException {
    Path path = Stores.sealed(folder.resolve("s"));
    DiskStorage store = new DiskStorage(path);
    Console.Pause truncating =
        pause(
            () -> {
              StoreTruncation.after(store, 2);
              play(store, 9);
            });
    Aw log = Aw.run(truncating, "log", path, "--follow", "--where", "ship.x > 7");
    assertThat(log.exit()).isEqualTo(1);
    assertThat(log.lines()).containsExactly("4\t0\tship.x\t8.0");
    assertThat(log.err())
        .startsWith("aw: Cannot read log/")
        .contains("the log no longer holds what was followed up to tick 4, seq ")
        .endsWith("it was truncated, compacted or replaced meanwhile, open it again\n");
  }

  @Test
  void a_fork_is_followed_from_its_first_tick_on() throws IOException {
    Path path = folder.resolve("fork");
    DiskStorage fork = new DiskStorage(path);
    try (BufferAllocator memory = new RootAllocator()) {
      StoreFork.at(new DiskStorage(Stores.sealed(folder.resolve("s"))), 2, fork, memory);
    }
    Aw log = Aw.run(pause(() -> play(fork, 2)), "log", path, "--follow", "--where", "ship.x > 7");
    assertThat(log.err()).isEmpty();
    assertThat(log.exit()).isZero();
    assertThat(log.lines()).containsExactly("3\t1\tship.x\t100.0", "4\t1\tship.x\t101.0");
  }

  private static void record(DiskStorage store, int from, int to) throws IOException {
    try (SimLog log = SimLog.open(store, LogOptions.DEFAULT)) {
      for (int i = from; i < to; i++) {
        log.log(i, "value", i);
        log.commit();
      }
    }
  }

  @Test
  void a_condition_on_a_field_of_several_types_takes_values_of_its_own_type_alone()
      throws IOException {
    Path path = folder.resolve("mixed");
    try (SimLog log = SimLog.open(new DiskStorage(path), LogOptions.DEFAULT)) {
      List<Object> values = List.of("1", "true", 1.0, true, "b", 2L);
      for (int i = 0; i < values.size(); i++) {
        log.log((double) i, "n", values.get(i));
      }
      log.commit();
    }
    Map<String, List<Integer>> cases = new LinkedHashMap<>();
    cases.put("n >= 1", List.of(2, 5));
    cases.put("n < 5", List.of(2, 5));
    cases.put("n != 1", List.of(5));
    cases.put("n == 1", List.of(2));
    cases.put("n == '1'", List.of(0));
    cases.put("n == 'true'", List.of(1));
    cases.put("n == true", List.of(1, 3));
    cases.put("n != b", List.of(0, 1));
    cases.forEach(
        (condition, records) ->
            assertThat(Aw.run("log", path, "--where", condition).lines())
                .as(condition)
                .hasSameSizeAs(records)
                .zipSatisfy(records, (line, i) -> assertThat(line).startsWith(i + "\t")));
  }

  @Test
  void records_that_are_truncated_while_they_are_followed_end_the_command_with_an_error()
      throws IOException {
    Path path = folder.resolve("records");
    DiskStorage store = new DiskStorage(path);
    record(store, 0, 5);
    Console.Pause truncating =
        pause(
            () -> {
              StoreTruncation.after(store, 2);
              record(store, 10, 19);
            });
    Aw log = Aw.run(truncating, "log", path, "--follow", "--where", "value > 2");
    assertThat(log.lines()).hasSize(2);
    assertThat(log.exit()).isEqualTo(1);
    assertThat(log.err()).contains("the log no longer holds what was followed up to tick 4, seq ");
    Aw going =
        Aw.run(pause(() -> record(store, 20, 22)), "log", path, "--follow", "--where", "value > 2");
    assertThat(going.exit()).isZero();
    assertThat(going.lines()).hasSize(9 + 2);
  }
}
