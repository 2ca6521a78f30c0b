// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.field;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.arrowworld.storage.Storage;

/**
 * A small run of one field with a velocity on a grid of 2 x 3, whose values tell where they are.
 */
final class FieldTesting {
  static final FieldMetadata PHI =
      FieldMetadata.grid(2, 3)
          .fields("phi")
          .velocities("phi")
          .gridSpacing(0.5, 0.25)
          .gridBounds(new double[] {0, 1}, new double[] {0, 0.75})
          .periodic(List.of(true, false))
          .parameters(Map.of("c", 1.5, "a", -2.0))
          .boundaryTypes("periodic", "neumann")
          .dt(0.01)
          .specPath("wave.json")
          .environment(Map.of("solver", "a test"))
          .build();

  static final FieldRunOptions EACH =
      new FieldRunOptions(
          FieldRunOptions.Existing.REFUSE,
          FieldRunOptions.Durability.FORCED,
          1,
          OptionalLong.empty(),
          warning -> {
            throw new AssertionError(warning);
          });

  private FieldTesting() {}

  /** The value of field 0 or velocity 1 at a snapshot and a point in C order; never zero. */
  static double value(long snapshot, int array, int point) {
    return 1 + snapshot * 100 + array * 10L + point + 0.125;
  }

  static FieldSnapshot snapshot(long index) {
    return new FieldSnapshot(Map.of("phi", grid(index, 0)), Map.of("phi", grid(index, 1)));
  }

  static FieldArray grid(long index, int array) {
    return FieldArray.of(expected(index, array), 2, 3);
  }

  static double[] expected(long index, int array) {
    double[] values = new double[6];
    for (int i = 0; i < values.length; i++) {
      values[i] = value(index, array, i);
    }
    return values;
  }

  /** Checks every value of a run; returns its count. */
  static long check(Storage storage, String directory) throws IOException {
    try (FieldSnapshots run = FieldSnapshots.open(storage, directory)) {
      List<String> wrong = new ArrayList<>();
      for (int i = 0; i < run.count(); i++) {
        if (run.times()[i] != i * 0.5
            || !java.util.Arrays.equals(run.field("phi", i).toDoubles(), expected(i, 0))
            || !java.util.Arrays.equals(run.velocity("phi", i).toDoubles(), expected(i, 1))) {
          wrong.add("snapshot " + i);
        }
      }
      if (!wrong.isEmpty()) {
        throw new AssertionError(wrong);
      }
      return run.count();
    }
  }
}
