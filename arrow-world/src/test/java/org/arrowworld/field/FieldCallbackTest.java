// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.field;

import static org.arrowworld.field.FieldTesting.EACH;
import static org.arrowworld.field.FieldTesting.PHI;
import static org.arrowworld.field.FieldTesting.snapshot;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.storage.MemoryStorage;
import org.junit.jupiter.api.Test;

class FieldCallbackTest {
  private final MemoryStorage memory = new MemoryStorage();

  @Test
  void A_solver_loop_gives_one_snapshot_per_interval_however_small_its_steps() throws IOException {
    long expected = SnapshotCount.of(3.0, 0.1);
    try (FieldSnapshotWriter writer =
        FieldSnapshotWriter.create(memory, "run", PHI, EACH.expecting(expected))) {
      FieldCallback<Integer> callback = FieldCallback.every(0.1, writer, i -> snapshot(i));
      double time = 0;
      for (int step = 0; step <= 300; step++) {
        callback.accept(time, step);
        time += 0.01; // drifts away from the decimal it stands for
      }
    }
    try (FieldSnapshots run = FieldSnapshots.open(memory, "run")) {
      assertThat(run.count()).isEqualTo(31);
      assertThat(run.times()[30]).isCloseTo(3.0, org.assertj.core.data.Offset.offset(1e-9));
      assertThat(run.field("phi", 2).toDoubles()).isEqualTo(FieldTesting.expected(20, 0));
    }
  }

  @Test
  void A_plain_callback_appends_at_every_call() throws IOException {
    try (FieldSnapshotWriter writer = FieldSnapshotWriter.create(memory, "run", PHI, EACH)) {
      FieldCallback<Integer> callback = FieldCallback.of(writer, i -> snapshot(i));
      callback.accept(0, 0);
      callback.accept(0, 1);
      assertThat(writer.count()).isEqualTo(2);
    }
  }

  @Test
  void An_interval_that_makes_no_sense_is_refused() throws IOException {
    try (FieldSnapshotWriter writer = FieldSnapshotWriter.create(memory, "run", PHI, EACH)) {
      assertThatThrownBy(() -> FieldCallback.every(0, writer, FieldTesting::snapshot))
          .isInstanceOf(InvalidUseException.class)
          .hasMessage("Cannot take snapshots every 0.0: the interval must be finite and positive");
    }
  }
}
