// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.io.IOException;
import java.util.Arrays;
import org.arrowworld.field.FieldMetadata;
import org.arrowworld.field.FieldSnapshots;
import org.arrowworld.storage.Storage;

/** What a directory of gridded fields holds. */
final class FieldReport {
  private FieldReport() {}

  /** Whether a directory has what a field run must have. */
  static boolean isRun(Storage storage) throws IOException {
    return storage.exists("metadata.json") && storage.exists("times.npy");
  }

  static Report of(Storage storage) throws IOException {
    try (FieldSnapshots run = FieldSnapshots.open(storage, "")) {
      FieldMetadata metadata = run.metadata();
      double[] times = run.times();
      int[] grid = metadata.gridShape();
      Report report =
          new Report()
              .add("kind", "field run")
              .add("snapshots", run.count())
              .add("grid", Arrays.stream(grid).boxed().toList(), Arrays.toString(grid))
              .add("type", metadata.type().descr())
              .add("fields", metadata.fields(), String.join(", ", metadata.fields()))
              .add("velocities", metadata.velocities(), String.join(", ", metadata.velocities()));
      if (times.length > 0) {
        report.add("first_time", times[0]).add("last_time", times[times.length - 1]);
      }
      report.json("notes", run.notes());
      run.notes().forEach(note -> report.line("note", note));
      return report;
    }
  }
}
