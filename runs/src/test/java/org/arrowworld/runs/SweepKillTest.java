// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.runs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.arrowworld.runs.SmallSimulation.FAST;
import static org.arrowworld.runs.SmallSimulation.SCHEMA;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.arrowworld.LiveWorld;
import org.arrowworld.Store;
import org.arrowworld.internal.Text;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.testing.ChildJvm;
import org.arrowworld.testing.Programme;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A sweep whose process is killed (SIGKILL) again and again ends as one that was not: each run
 * equal, none made twice, a failing one told and retried. {@code -Daw.runs=200 -Daw.kills=50} for
 * all of it, {@code -Daw.seed=S} repeats a run's timing as far as timing can be repeated.
 */
class SweepKillTest {
  private static final int RUNS = Integer.getInteger("aw.runs", 24);
  private static final int KILLS = Integer.getInteger("aw.kills", 4);
  private static final long SEED = Long.getLong("aw.seed", System.nanoTime());
  private static final int LAST = 40;
  private static final long FAILING = 5;

  private static volatile boolean isChild;

  @TempDir private Path folder;

  private static SweepPlan plan() {
    return SweepPlan.grid().vary("rate", 0.25).vary("seed", SweepPlan.range(1, RUNS));
  }

  /**
   * Says each tick on stdout, writes down that it was called, and fails for one seed until it is
   * mended.
   */
  private static void simulate(SweepRun run) throws IOException {
    Path folder = run.directory().getParent();
    Path calls = Files.createDirectories(folder.resolveSibling("calls")).resolve(run.name());
    boolean ended = Files.exists(folder.resolve("outcomes").resolve(run.name() + ".json"));
    String line = ended ? "after its end\n" : "begun\n";
    Files.writeString(calls, line, UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    WorldOptions options =
        run.parameters().longValue("seed") % 2 == 0 ? FAST : WorldOptions.DEFAULT;
    try (LiveWorld world = run.open(SCHEMA, options)) {
      while (world.lastTick() < LAST) {
        if (world.lastTick() == 9 // also of a run that goes on there
            && run.parameters().longValue("seed") == FAILING
            && !Files.exists(folder.resolveSibling("mended"))) {
          throw new IllegalStateException("seed " + FAILING + " is not mended");
        }
        SmallSimulation.tick(world, run.parameters());
        if (isChild) {
          System.out.print('.');
          System.out.flush();
        }
      }
    }
  }

  /** The sweep, in a process of its own. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) throws IOException {
      isChild = true;
      SweepOptions options = SweepOptions.DEFAULT.withJobs(3);
      new Sweep(Path.of(args[0]), plan(), SweepKillTest::simulate, options).run();
      System.out.print('!');
      System.out.flush();
    }
  }

  @Test
  void aSweepThatIsKilledAgainAndAgainEndsAsOneThatWasNot() throws Exception {
    System.out.println(Text.of("SweepKillTest: -Daw.seed=%d", SEED));
    Random random = new Random(SEED);
    Path killed = folder.resolve("killed").resolve("runs");
    int ticks = (RUNS * LAST) / (KILLS + 1);
    for (int kill = 0; kill < KILLS; kill++) {
      runAndKill(killed, 1 + random.nextInt(2 * ticks));
      for (Run run : Runs.open(killed).list()) {
        assertThat(run.state()).isNotEqualTo(RunState.DAMAGED);
      }
    }
    assertThat(runAndKill(killed, Integer.MAX_VALUE)).isTrue();
    Runs runs = Runs.open(killed);
    assertThat(runs.where("state == failed").list())
        .extracting(run -> run.parameters().longValue("seed"))
        .containsExactly(FAILING);
    assertThat(runs.where("state == failed").list().get(0).message())
        .hasValue("IllegalStateException: seed 5 is not mended");
    assertThat(runs.where("state == done").list()).hasSize(RUNS - 1);
    Files.createFile(folder.resolve("killed").resolve("mended"));
    SweepOptions retry = SweepOptions.DEFAULT.with(SweepOptions.Failed.RETRY);
    SweepReport report = new Sweep(killed, plan(), SweepKillTest::simulate, retry).run();
    assertThat(report.started()).isEqualTo(1);
    assertThat(report.isDone()).isTrue();
    List<Run> alone = undisturbed();
    for (int i = 0; i < RUNS; i++) {
      assertEqual(alone.get(i), report.runs().get(i));
      Path calls = folder.resolve("killed").resolve("calls").resolve(report.runs().get(i).name());
      assertThat(Files.readString(calls, UTF_8)).doesNotContain("after its end");
    }
    Programme.report(
        "SweepKillTest: %d runs, %d kills, each run as an undisturbed one, none made twice, -Daw.seed=%d",
        RUNS, KILLS, SEED);
  }

  private List<Run> undisturbed() throws IOException {
    Path alone = Files.createDirectories(folder.resolve("alone"));
    Files.createFile(alone.resolve("mended"));
    return new Sweep(alone.resolve("runs"), plan(), SweepKillTest::simulate).run().runs();
  }

  private static void assertEqual(Run one, Run other) throws IOException {
    assertThat(other.parameters()).isEqualTo(one.parameters());
    try (Store a = one.open();
        Store b = other.open()) {
      assertThat(b.end()).isEqualTo(a.end()); // tick, seq and digest chain: every row, once
      assertThat(b.hashWorld(LAST)).isEqualTo(a.hashWorld(LAST));
    }
  }

  /** Runs the sweep until so many ticks were committed; whether it ended before. */
  private static boolean runAndKill(Path folder, int ticks) throws Exception {
    List<String> options = List.of("-Xmx256m", "-Daw.runs=" + RUNS);
    Process child = ChildJvm.start(Child.class, options, List.of(folder.toString()));
    List<Integer> seen = new ArrayList<>();
    try (InputStream out = child.getInputStream()) {
      int said = out.read();
      while (said == '.' && seen.size() < ticks) {
        seen.add(said);
        said = out.read();
      }
      child.destroyForcibly().waitFor();
      return said == '!';
    }
  }
}
