// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.field;

import static org.arrowworld.field.FieldTesting.EACH;
import static org.arrowworld.field.FieldTesting.PHI;
import static org.arrowworld.field.FieldTesting.check;
import static org.arrowworld.field.FieldTesting.snapshot;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.arrowworld.field.FieldRunOptions.Durability;
import org.arrowworld.field.FieldRunOptions.Existing;
import org.arrowworld.internal.Text;
import org.arrowworld.storage.FaultPlan;
import org.arrowworld.storage.FaultPlan.Fault;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.storage.MemoryStorage.CrashKind;
import org.junit.jupiter.api.Test;

/**
 * Whatever operation a run dies at, the directory opens with the snapshots that were flushed, and
 * every value of them is right (F-5, F-7, F-8).
 */
class FieldCrashTest {
  private static final int SNAPSHOTS = 12;

  /** What the writer had been told was flushed when it died. */
  private static final class Progress {
    private long flushed = -1;
  }

  private static void run(MemoryStorage memory, FieldRunOptions options, Progress progress)
      throws IOException {
    try (FieldSnapshotWriter writer = FieldSnapshotWriter.create(memory, "run", PHI, options)) {
      progress.flushed = 0;
      for (int i = 0; i < SNAPSHOTS; i++) {
        writer.append(i * 0.5, snapshot(i));
        progress.flushed = writer.flushedCount();
      }
    }
    progress.flushed = SNAPSHOTS;
  }

  private static void sweep(FieldRunOptions options, CrashKind... kinds) throws IOException {
    int swept = 0;
    boolean finished = false;
    for (int at = 0; !finished; at++) {
      for (Fault fault : new Fault[] {Fault.FAIL, Fault.SHORT, Fault.CRASH}) {
        MemoryStorage memory = new MemoryStorage();
        memory.plan(FaultPlan.once(at, fault));
        Progress progress = new Progress();
        boolean died = false;
        try {
          run(memory, options, progress);
        } catch (IOException e) {
          died = true;
        }
        finished = !died;
        for (CrashKind kind : kinds) {
          MemoryStorage left = memory.afterCrash(kind);
          String as = Text.of("%s at %d, %s", fault, at, kind);
          if (progress.flushed >= 0) {
            assertThat(check(left, "run")).as(as).isBetween(progress.flushed, (long) SNAPSHOTS);
          } else if (left.exists("run")) {
            assertThat(check(left, "run")).as(as).isZero();
          }
          swept++;
        }
      }
    }
    assertThat(swept).isGreaterThan(100);
  }

  @Test
  void Forced_runs_survive_a_crash_and_a_power_loss_at_every_operation() throws IOException {
    sweep(EACH, CrashKind.values());
  }

  @Test
  void The_directory_of_runs_that_the_first_run_makes_survives_a_power_loss() throws IOException {
    MemoryStorage memory = new MemoryStorage();
    try (FieldSnapshotWriter writer = FieldSnapshotWriter.create(memory, "fields/run", PHI, EACH)) {
      writer.append(0, snapshot(0));
    }
    assertThat(check(memory.afterCrash(CrashKind.POWER), "fields/run")).isEqualTo(1);
  }

  @Test
  void Forced_runs_flushed_now_and_then_survive_at_every_operation() throws IOException {
    sweep(EACH.flushEvery(5), CrashKind.values());
  }

  @Test
  void Runs_with_a_count_known_up_front_survive_at_every_operation() throws IOException {
    sweep(EACH.expecting(SNAPSHOTS), CrashKind.values());
  }

  @Test
  void Runs_that_are_not_forced_survive_the_end_of_the_process_at_every_operation()
      throws IOException {
    sweep(EACH.with(Durability.WRITTEN), CrashKind.PROCESS);
  }

  /** Spec F-6. */
  @Test
  void A_flush_forces_data_then_headers_then_publishes_metadata() throws IOException {
    MemoryStorage memory = new MemoryStorage();
    try (FieldSnapshotWriter writer =
        FieldSnapshotWriter.create(memory, "run", PHI, EACH.flushEvery(100))) {
      writer.append(0, snapshot(0));
      List<String> trace = new ArrayList<>();
      memory.plan(
          (index, operation, path) -> {
            trace.add(operation + " " + path.substring("run".length()));
            return Fault.NONE;
          });
      writer.flush();
      assertThat(trace)
          .containsExactly(
              "WRITE /phi.npy",
              "WRITE /v_phi.npy",
              "WRITE /times.npy",
              "FORCE /phi.npy",
              "FORCE /v_phi.npy",
              "FORCE /times.npy",
              "WRITE /phi.npy",
              "WRITE /v_phi.npy",
              "WRITE /times.npy",
              "FORCE /phi.npy",
              "FORCE /v_phi.npy",
              "FORCE /times.npy",
              "CREATE /metadata.json.tmp",
              "WRITE /metadata.json.tmp",
              "FORCE /metadata.json.tmp",
              "RENAME /metadata.json.tmp",
              "FORCE_DIRECTORY ");
    }
  }

  @Test
  void A_replaced_run_is_there_until_the_new_one_has_flushed_a_snapshot() throws IOException {
    boolean finished = false;
    for (int at = 0; !finished; at++) {
      MemoryStorage memory = new MemoryStorage();
      run(memory, EACH, new Progress());
      memory.plan(FaultPlan.once(at, Fault.CRASH));
      finished = true;
      try {
        run(memory, EACH.with(Existing.REPLACE), new Progress());
      } catch (IOException e) {
        finished = false;
      }
      for (CrashKind kind : CrashKind.values()) {
        MemoryStorage left = memory.afterCrash(kind);
        long snapshots = left.exists("run/metadata.json") ? check(left, "run") : 0;
        if (snapshots == 0) {
          snapshots = check(left, "run.replaced.tmp");
        }
        assertThat(snapshots).as("crash at %d, %s", at, kind).isPositive();
      }
    }
  }
}
