// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.runs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.arrowworld.runs.SmallSimulation.FAST;
import static org.arrowworld.runs.SmallSimulation.SCHEMA;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import org.apache.arrow.vector.UInt4Vector;
import org.arrowworld.LiveWorld;
import org.arrowworld.Store;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.StoreLockedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sweeps: spec. */
class SweepTest {
  @TempDir private Path folder;

  private static final SweepPlan PLAN =
      SweepPlan.grid().vary("rate", 0.5, 1.0).vary("seed", SweepPlan.range(1, 3));

  private SweepReport sweep(SweepPlan plan, SweepFunction function) throws IOException {
    return new Sweep(folder, plan, function, SweepOptions.DEFAULT.withJobs(2)).run();
  }

  private SweepReport retry(SweepFunction function) throws IOException {
    SweepOptions options = SweepOptions.DEFAULT.withJobs(2).with(SweepOptions.Failed.RETRY);
    return new Sweep(folder, PLAN, function, options).run();
  }

  @Test
  void eachPointOfTheGridBecomesAStoreWithItsParameters() throws IOException {
    SweepReport report = sweep(PLAN, SmallSimulation.to(20));
    assertThat(report.isDone()).isTrue();
    assertThat(report.stopped()).isEmpty();
    assertThat(report.started()).isEqualTo(6);
    Run run = Runs.open(folder).run("000004");
    assertThat(run.parameters().texts())
        .containsExactly(Map.entry("rate", "1.0"), Map.entry("seed", "2"));
    assertThat(run.tick()).hasValue(20);
    try (Store store = run.open()) {
      assertThat(store.info().property("rate")).hasValue("1.0");
      assertThat(store.at(20).table("ship").f64("x").get(0)).isEqualTo(22.0);
      assertThat(store.storage().list("log/live")).isEmpty();
    }
  }

  @Test
  void aSweepThatIsDoneIsNotRunAgain() throws IOException {
    sweep(PLAN, SmallSimulation.to(3));
    SweepReport again =
        sweep(
            PLAN,
            run -> {
              throw new IllegalStateException("run " + run.name() + " is made twice");
            });
    assertThat(again.isDone()).isTrue();
    assertThat(again.started()).isZero();
  }

  @Test
  void aRunThatWasStoppedGoesOnWhereItStopped() throws IOException {
    Sweep[] sweep = new Sweep[1];
    sweep[0] =
        new Sweep(
            folder,
            PLAN,
            run -> {
              try (LiveWorld world = run.open(SCHEMA, FAST)) {
                while (world.lastTick() < 50 && !run.stopRequested()) {
                  SmallSimulation.tick(world, run.parameters());
                  if (world.lastTick() == 10) {
                    sweep[0].stop();
                  }
                }
              }
            },
            SweepOptions.DEFAULT.withJobs(1));
    SweepReport stopped = sweep[0].run();
    assertThat(stopped.count(RunState.BEGUN)).isEqualTo(1);
    assertThat(stopped.count(RunState.WAITING)).isEqualTo(5);
    assertThat(stopped.stopped()).hasValue("it was asked to stop");
    List<Long> begins = Collections.synchronizedList(new ArrayList<>());
    SweepReport report =
        sweep(
            PLAN,
            run -> {
              try (LiveWorld world = run.open(SCHEMA, FAST)) {
                begins.add(world.lastTick());
                while (world.lastTick() < 50) {
                  SmallSimulation.tick(world, run.parameters());
                }
              }
            });
    assertThat(report.isDone()).isTrue();
    assertThat(begins).containsExactlyInAnyOrder(10L, -1L, -1L, -1L, -1L, -1L);
  }

  @Test
  void aFailureIsKeptWithItsMessageAndRetriedWhenAskedFor() throws IOException {
    SweepFunction failing =
        run -> {
          if (run.parameters().longValue("seed") == 2) {
            try (LiveWorld world = run.open(SCHEMA, FAST)) {
              SmallSimulation.tick(world, run.parameters());
            }
            throw new ArithmeticException("seed 2 divides by zero");
          }
          SmallSimulation.to(5).run(run);
        };
    SweepReport report = sweep(PLAN, failing);
    assertThat(report.count(RunState.DONE)).isEqualTo(4);
    assertThat(report.count(RunState.FAILED)).isEqualTo(2);
    Run failed = Runs.open(folder).where("state == failed").list().get(0);
    assertThat(failed.message()).hasValue("ArithmeticException: seed 2 divides by zero");
    assertThat(failed.tick()).hasValue(0);
    assertThat(sweep(PLAN, SmallSimulation.to(5)).count(RunState.FAILED)).isEqualTo(2);
    SweepReport retried = retry(SmallSimulation.to(5));
    assertThat(retried.started()).isEqualTo(2);
    assertThat(retried.isDone()).isTrue();
  }

  @Test
  void anAssertionOfARunIsItsFailureAndNoParameterBecomesAnother() throws IOException {
    SweepReport report =
        sweep(
            SweepPlan.grid().vary("rate", 1).vary("seed", 1, 2, 3),
            run -> {
              if (run.name().equals("000001")) {
                throw new AssertionError("energy is negative");
              }
              if (run.name().equals("000002")) {
                run.open(SCHEMA, FAST.withProperties(Map.of("seed", "9"))).close();
              }
              SmallSimulation.to(3).run(run);
            });
    assertThat(report.runs().get(0).state()).isEqualTo(RunState.DONE);
    assertThat(report.runs().get(1).message()).hasValue("AssertionError: energy is negative");
    assertThat(report.runs().get(2).message().orElseThrow())
        .isEqualTo("Cannot open the run 000002 with seed '9': the plan says '3'");
  }

  @Test
  void aFullDiskStopsTheSweepAndIsNoFailureOfARun() throws IOException {
    SweepReport report =
        new Sweep(
                folder,
                PLAN,
                run -> {
                  if (run.name().equals("000001")) {
                    throw new IOException("write: No space left on device");
                  }
                  SmallSimulation.to(5).run(run);
                },
                SweepOptions.DEFAULT.withJobs(1))
            .run();
    assertThat(report.stopped())
        .hasValue("run 000001: IOException: write: No space left on device");
    assertThat(report.count(RunState.DONE)).isEqualTo(1);
    assertThat(report.count(RunState.WAITING)).isEqualTo(5);
    assertThat(sweep(PLAN, SmallSimulation.to(5)).isDone()).isTrue();
  }

  @Test
  void aFullDiskIsKnownWhateverTheLanguageOfTheSystem() {
    Exception german =
        new IllegalStateException(
            new IOException("Auf dem Gerät ist kein Speicherplatz mehr verfügbar"));
    assertThat(FullDisk.isReason(german, () -> 0)).isTrue();
    assertThat(FullDisk.isReason(german, () -> 1 << 30)).isFalse();
    assertThat(FullDisk.isReason(new IllegalStateException("no room"), () -> 0)).isFalse();
    assertThat(FullDisk.isReason(german, folder)).isFalse();
  }

  @Test
  void aPlanOfMoreRunsThanAreTakenIsRefusedBeforeItIsMade() {
    assertThatThrownBy(() -> SweepPlan.range(1, 10_000_000_000L))
        .isInstanceOf(InvalidUseException.class)
        .hasMessage("Cannot plan more than 1,000,000 runs: make several sweeps");
    assertThatThrownBy(() -> SweepPlan.range(Long.MIN_VALUE, Long.MAX_VALUE))
        .isInstanceOf(InvalidUseException.class);
    assertThat(SweepPlan.range(5, 4)).isEmpty();
    List<Long> many = SweepPlan.range(1, 2000);
    assertThatThrownBy(() -> SweepPlan.grid().vary("a", many).vary("b", many))
        .isInstanceOf(InvalidUseException.class);
  }

  @Test
  void aRunThatTakesMoreMemoryThanItsJobMayFails() throws IOException {
    SweepReport report =
        new Sweep(
                folder,
                PLAN,
                run -> {
                  try (UInt4Vector vector = new UInt4Vector("much", run.memory())) {
                    vector.allocateNew(run.name().equals("000003") ? 1 << 20 : 16);
                  }
                  SmallSimulation.to(5).run(run);
                },
                SweepOptions.DEFAULT.withJobs(2).withMemoryPerJob(1 << 20))
            .run();
    assertThat(report.count(RunState.DONE)).isEqualTo(5);
    assertThat(Runs.open(folder).run("000003").message().orElseThrow())
        .contains("OutOfMemoryException");
  }

  @Test
  void aPlanGrowsAndItsRunsKeepTheirNames() throws IOException {
    sweep(SweepPlan.grid().vary("rate", 1).vary("seed", 1, 2), SmallSimulation.to(3));
    SweepReport more =
        sweep(SweepPlan.grid().vary("rate", 1.0).vary("seed", 0, 2, 5), SmallSimulation.to(3));
    assertThat(more.started()).isEqualTo(2); // 1 and 1.0 are one value: R-2
    assertThat(Runs.open(folder).where("seed == 2").list())
        .extracting(Run::name)
        .containsExactly("000001");
    assertThat(Runs.open(folder).list())
        .extracting(r -> r.parameters().longValue("seed"))
        .containsExactly(1L, 2L, 0L, 5L);
  }

  @Test
  void runsWorkAtTheSameTime() throws IOException {
    CyclicBarrier both = new CyclicBarrier(2);
    SweepReport report =
        sweep(
            SweepPlan.grid().vary("rate", 1).vary("seed", 1, 2),
            run -> {
              both.await(); // goes on when both have come
              SmallSimulation.to(3).run(run);
            });
    assertThat(report.isDone()).isTrue();
  }

  @Test
  void aSecondSweepInTheFolderIsRefusedAtOnce() throws IOException {
    sweep(
        PLAN,
        run -> {
          assertThatThrownBy(() -> sweep(PLAN, SmallSimulation.to(1)))
              .isInstanceOf(StoreLockedException.class);
          SmallSimulation.to(1).run(run);
        });
    assertThat(Runs.open(folder).where("state == done").list()).hasSize(6);
  }

  @Test
  void aRunThatSomebodyElseWritesIsLeftAlone() throws IOException {
    sweep(
        PLAN,
        run -> {
          try (LiveWorld world = run.open(SCHEMA, FAST)) {
            SmallSimulation.tick(world, run.parameters());
          }
          throw new IllegalStateException("not yet");
        });
    try (LiveWorld other = LiveWorld.resume(folder.resolve("000002"))) {
      SweepReport report = retry(SmallSimulation.to(5));
      assertThat(report.count(RunState.DONE)).isEqualTo(5);
      assertThat(report.stopped()).hasValue("some runs are written by others");
      assertThat(other.lastTick()).isZero();
    }
    assertThat(sweep(PLAN, SmallSimulation.to(5)).isDone()).isTrue();
  }

  @Test
  void aFunctionThatMakesNoStoreHasFailed() throws IOException {
    SweepReport report = sweep(SweepPlan.grid().vary("seed", 1), run -> {});
    assertThat(report.runs().get(0).message().orElseThrow())
        .startsWith("its function returned and made no store in ");
  }

  @Test
  void aRunThatLeavesItsWorldOpenHasFailed() throws IOException {
    List<LiveWorld> open = new ArrayList<>();
    SweepReport report =
        sweep(
            SweepPlan.grid().vary("seed", 1).vary("rate", 1),
            run -> {
              LiveWorld world = LiveWorld.create(run.directory(), SCHEMA, FAST);
              SmallSimulation.tick(world, run.parameters());
              open.add(world);
            });
    assertThat(report.runs().get(0).message())
        .hasValue("its function returned and left the store open: close its LiveWorld");
    open.get(0).close();
  }

  @Test
  void aSweepRunsOnce() throws IOException {
    Sweep sweep = new Sweep(folder, PLAN, SmallSimulation.to(1));
    sweep.run();
    assertThatThrownBy(sweep::run)
        .isInstanceOf(InvalidUseException.class)
        .hasMessage("Cannot run a sweep twice: make another one of the same folder");
  }

  @Test
  void twoRunsOfTheSameParametersAreRefused() {
    assertThatThrownBy(() -> SweepPlan.grid().vary("seed", 1, 1.0))
        .isInstanceOf(InvalidUseException.class)
        .hasMessage(
            "Cannot plan two runs with the parameters seed=1.0: they would be the same; tell them apart by a parameter such as seed");
  }

  @Test
  void whatCannotBeAParameterIsRefused() {
    assertThatThrownBy(() -> Parameters.of(Map.of("state", 1)))
        .hasMessageStartingWith("Cannot call a parameter 'state': ");
    assertThatThrownBy(() -> Parameters.of(Map.of("a b", 1)))
        .isInstanceOf(InvalidUseException.class);
    assertThatThrownBy(() -> Parameters.of(Map.of("a", "7")))
        .hasMessage(
            "Cannot give the parameter 'a' the word '7': it reads as a number or a bool; give that");
    assertThatThrownBy(() -> Parameters.of(Map.of("a", Double.NaN)))
        .hasMessageContaining("expected a whole number, a finite number, a bool or a word");
  }

  @Test
  void aStoreIsNoFolderForASweep() throws IOException {
    sweep(PLAN, SmallSimulation.to(1));
    Path store = folder.resolve("000000");
    assertThatThrownBy(() -> new Sweep(store, PLAN, SmallSimulation.to(1)).run())
        .isInstanceOf(InvalidUseException.class)
        .hasMessageEndingWith("it is a store; choose a folder of its own");
  }

  @Test
  void thePlanIsWrittenBeforeItsRunsAndAnUnknownFormatIsRefused() throws IOException {
    sweep(
        PLAN,
        run -> {
          assertThat(Files.readString(folder.resolve("sweep.json"), UTF_8))
              .startsWith(
                  "{\"kind\":\"arrow-world sweep\",\"format\":1,\"runs\":[{\"run\":\"000000\",");
          SmallSimulation.to(1).run(run);
        });
    Path plan = folder.resolve("sweep.json");
    try (org.arrowworld.storage.Storage storage = new org.arrowworld.storage.DiskStorage(folder)) {
      org.arrowworld.internal.json.ChecksummedJson.write(
          storage, "sweep.json", Map.of("kind", "arrow-world sweep", "format", 2));
    }
    assertThat(plan).exists();
    assertThatThrownBy(() -> Runs.open(folder))
        .isInstanceOf(org.arrowworld.errors.UnsupportedVersionException.class);
  }
}
