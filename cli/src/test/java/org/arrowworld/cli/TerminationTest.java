// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.arrowworld.internal.Text;
import org.arrowworld.testing.ChildJvm;
import org.arrowworld.testing.Programme;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * RELIABILITY contract 1: SIGTERM at any time of a run ends the tick, commits and seals, or ends
 * the process before there is a store. {@code -Daw.terminations=N} sets how often.
 */
class TerminationTest {
  private static final int TERMINATIONS = Integer.getInteger("aw.terminations", 2);
  private static final long SEED = Long.getLong("aw.seed", System.nanoTime());
  private static final int SIGTERM_EXIT = 143;

  @TempDir Path folder;

  private static Process aw(Path log, Object... arguments) throws Exception {
    List<String> words = Stream.of(arguments).map(Object::toString).toList();
    return ChildJvm.builder(Main.class, List.of("-Xmx512m"), words)
        .redirectErrorStream(true)
        .redirectOutput(log.toFile())
        .start();
  }

  /** Waits for the store and then a random while, or for the end of the process. */
  private static void wait(Process run, Path store, SplittableRandom random) {
    while (run.isAlive() && !Files.exists(store.resolve("store.json"))) {
      Thread.onSpinWait();
    }
    long until = System.nanoTime() + random.nextLong(2_000_000_000);
    while (run.isAlive() && System.nanoTime() < until) {
      Thread.onSpinWait();
    }
  }

  @Test
  void a_terminated_run_is_sound_and_can_be_resumed() throws Exception {
    Programme.report("TerminationTest: %d, -Daw.seed=%d", TERMINATIONS, SEED);
    long ticks = 0;
    for (int i = 0; i < TERMINATIONS; i++) {
      SplittableRandom random = new SplittableRandom(SEED + i);
      Path store = folder.resolve("store" + i);
      Path log = folder.resolve("log" + i);
      Process run =
          aw(log, "run", "--out", store, "--preset", "tiny", "--ticks", 1_000_000, "--seed", i);
      wait(run, store, random);
      run.destroy();
      String said = Text.of("seed %d, run %d: ", SEED, i);
      assertThat(run.waitFor())
          .as("%s%s", said, Files.readString(log, StandardCharsets.UTF_8))
          .isEqualTo(SIGTERM_EXIT);
      Aw verify = Aw.run("verify", store, "--json");
      assertThat(verify.exit()).as("%s%s%s", said, verify.out(), verify.err()).isZero();
      Aw resume = Aw.run("resume", store, "--ticks", 2, "--json");
      assertThat(resume.exit()).as("%s%s", said, resume.err()).isZero();
      ticks += ((Number) resume.json().get("last_tick")).longValue();
      assertThat(Aw.run("verify", store).exit()).as(said).isZero();
    }
    Programme.report("TerminationTest: %d runs, %d ticks", TERMINATIONS, ticks);
  }
}
