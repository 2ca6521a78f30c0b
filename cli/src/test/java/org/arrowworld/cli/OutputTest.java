// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.testing.ChildJvm;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A command whose output was not written says so and fails; but a reader may go away. */
class OutputTest {
  private static final int ROWS = 20_000;
  private static final String NOT_WHOLE =
      "aw: Cannot write to standard output: no space left on device; what was printed is not whole";

  @TempDir Path folder;
  private Path store;

  /** Takes some bytes and then fails once. */
  private static final class Full extends OutputStream {
    private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
    private final int space;
    private final String reason;
    private boolean failed;

    Full(int space, String reason) {
      this.space = space;
      this.reason = reason;
    }

    @Override
    public void write(int b) throws IOException {
      if (!failed && taken.size() == space) {
        failed = true;
        throw new IOException(reason);
      }
      taken.write(b);
    }
  }

  @BeforeEach
  void play() throws IOException {
    store = folder.resolve("store");
    try (BufferAllocator memory = new RootAllocator();
        LiveWorld live =
            LiveWorld.create(store, Stores.SCHEMA, WorldOptions.DEFAULT.withAllocator(memory))) {
      live.tick(
          t -> {
            for (int row = 0; row < ROWS; row++) {
              t.table("fleet").insert().set("n", row);
            }
          });
    }
  }

  private List<String> rows(String line) {
    return List.of(line.replace("STORE", store.toString()).split(" "));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "log STORE",
        "log STORE --json",
        "log STORE --follow",
        "history STORE --table fleet --id 7",
        "stats STORE --key fleet.n",
        "stats STORE --key fleet.n --by tick",
        "info STORE",
        "hash STORE --tick 0",
        "at STORE --tick 0 --table fleet",
        "verify STORE --json",
        "info --help",
      })
  void what_is_not_written_fails_the_command_and_nothing_follows_it(String line) {
    Full full = new Full(5, "No space left on device");
    Aw aw = Aw.run(full, () -> true, rows(line).toArray());
    assertThat(aw.err()).isEqualToIgnoringNewLines(NOT_WHOLE);
    assertThat(aw.exit()).isEqualTo(Exit.FAILURE);
    assertThat(full.taken.size()).isEqualTo(5);
  }

  @Test
  void a_failure_within_a_long_output_stops_it() {
    int space = Aw.run("log", store).out().length() / 3;
    Full full = new Full(space, "Input/output error");
    Aw aw = Aw.run(full, () -> true, "log", store);
    assertThat(aw.err()).contains("Cannot write to standard output: input/output error");
    assertThat(aw.exit()).isEqualTo(Exit.FAILURE);
    assertThat(full.taken.size()).isEqualTo(space);
  }

  @Test
  void a_failed_command_keeps_its_exit_code_if_its_output_is_lost_too() {
    Aw aw = Aw.run(new Full(0, "No space left on device"), () -> false, "log", store, "--nope");
    assertThat(aw.exit()).isEqualTo(Exit.USAGE);
  }

  @Test
  void a_reader_that_goes_away_ends_the_command_quietly() {
    Aw aw = Aw.run(new Full(1000, "Broken pipe"), () -> true, "log", store, "--follow");
    assertThat(aw.err()).isEmpty();
    assertThat(aw.exit()).isZero();
  }

  private Process start(ProcessBuilder.Redirect out, Path err) throws IOException {
    return ChildJvm.builder(Main.class, List.of("-Xmx256m"), rows("log STORE"))
        .redirectOutput(out)
        .redirectError(err.toFile())
        .start();
  }

  @Test
  void a_full_device_fails_the_process() throws Exception {
    Path device = Path.of("/dev/full");
    assumeThat(Files.exists(device))
        .withFailMessage("skipped: this system has no /dev/full")
        .isTrue();
    Path err = folder.resolve("err");
    Process aw = start(ProcessBuilder.Redirect.to(device.toFile()), err);
    assertThat(aw.waitFor()).isEqualTo(Exit.FAILURE);
    assertThat(Files.readString(err, StandardCharsets.UTF_8)).contains(NOT_WHOLE);
  }

  @Test
  void a_pipe_without_a_reader_ends_the_process_quietly() throws Exception {
    Path err = folder.resolve("err");
    Process aw = start(ProcessBuilder.Redirect.PIPE, err);
    aw.getInputStream().close();
    assertThat(aw.waitFor()).isZero();
    assertThat(Files.readString(err, StandardCharsets.UTF_8)).isEmpty();
  }
}
