// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.field;

import static org.arrowworld.field.FieldTesting.EACH;
import static org.arrowworld.field.FieldTesting.PHI;
import static org.arrowworld.field.FieldTesting.check;
import static org.arrowworld.field.FieldTesting.grid;
import static org.arrowworld.field.FieldTesting.snapshot;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.StoreLockedException;
import org.arrowworld.field.FieldRunOptions.Existing;
import org.arrowworld.npy.NpyFiles;
import org.arrowworld.npy.NpyType;
import org.arrowworld.npy.TrailingBytes;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.FaultPlan;
import org.arrowworld.storage.ForwardingStorage;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.storage.Storage;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FieldSnapshotWriterTest {
  private final MemoryStorage memory = new MemoryStorage();

  private static FieldSnapshotWriter create(Storage storage, FieldRunOptions options)
      throws IOException {
    return FieldSnapshotWriter.create(storage, "run", PHI, options);
  }

  private static void append(FieldSnapshotWriter writer, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      writer.append(writer.count() * 0.5, snapshot(writer.count()));
    }
  }

  /** Lets another writer begin the same run and write to it, once the directory was looked at. */
  private static final class Rival extends ForwardingStorage {
    private final Storage storage;
    private FieldSnapshotWriter other;

    Rival(Storage storage) {
      super(storage);
      this.storage = storage;
    }

    @Override
    public List<String> list(String path) throws IOException {
      List<String> found = super.list(path);
      if (path.equals("run") && other == null) {
        assertThatThrownBy(() -> other = FieldSnapshotWriter.create(storage, "run", PHI, EACH))
            .isInstanceOf(StoreLockedException.class)
            .hasMessageContaining("run");
      }
      return found;
    }
  }

  /** Spec F-11. */
  @Test
  void Of_two_that_begin_one_run_the_second_is_refused_and_nothing_is_lost() throws IOException {
    try (FieldSnapshotWriter writer = create(new Rival(memory), EACH)) {
      append(writer, 3);
    }
    assertThat(check(memory, "run")).isEqualTo(3);
    assertThat(memory.list("")).containsExactly("run");
  }

  @Test
  void What_has_the_unfinished_name_and_is_not_ours_is_left_alone() throws IOException {
    memory.put("run.tmp/letter", new byte[] {7});
    assertThatThrownBy(() -> create(memory, EACH))
        .isInstanceOf(InvalidUseException.class)
        .hasMessageContaining("run.tmp stands where it is made");
    assertThat(memory.bytes("run.tmp/letter")).containsExactly(7);
  }

  /** Spec F-3. */
  @Test
  void A_run_is_readable_at_every_moment_with_what_was_flushed() throws IOException {
    try (FieldSnapshotWriter writer = create(memory, EACH.flushEvery(3))) {
      assertThat(check(memory, "run")).isZero();
      for (int i = 0; i < 120; i++) {
        append(writer, 1);
        assertThat(writer.flushedCount()).isEqualTo((i + 1) / 3 * 3L);
        assertThat(check(memory, "run")).isEqualTo(writer.flushedCount());
        assertThat(NpyFiles.read(memory, "run/v_phi.npy", TrailingBytes.TOLERATE).shape())
            .containsExactly(writer.flushedCount(), 2, 3);
      }
      append(writer, 2);
    }
    assertThat(check(memory, "run")).isEqualTo(122);
  }

  @Test
  void The_disk_keeps_a_run_as_memory_does(@TempDir Path folder) throws IOException {
    DiskStorage disk = new DiskStorage(folder);
    for (Storage storage : List.of(disk, memory)) {
      try (FieldSnapshotWriter writer = create(storage, EACH)) {
        append(writer, 11);
      }
    }
    assertThat(check(disk, "run")).isEqualTo(11);
    for (String name : memory.list("run")) {
      if (!name.equals("LOCK")) {
        assertThat(folder.resolve("run").resolve(name))
            .hasBinaryContent(memory.bytes("run/" + name));
      }
    }
    assertThat(disk.list("run"))
        .containsExactly("LOCK", "metadata.json", "phi.npy", "times.npy", "v_phi.npy");
  }

  @Test
  void Metadata_come_back_as_they_were_described() throws IOException {
    create(memory, EACH).close();
    try (FieldSnapshots run = FieldSnapshots.open(memory, "run")) {
      FieldMetadata read = run.metadata();
      assertThat(read.members()).isEqualTo(PHI.members());
      assertThat(read.fields()).containsExactly("phi");
      assertThat(read.velocities()).containsExactly("phi");
      assertThat(read.gridShape()).containsExactly(2, 3);
      assertThat(read.gridSpacing()).containsExactly(0.5, 0.25);
      assertThat(read.gridBounds()).containsExactly(List.of(0.0, 1.0), List.of(0.0, 0.75));
      assertThat(read.periodic()).containsExactly(true, false);
      assertThat(read.parameters()).isEqualTo(Map.of("a", -2.0, "c", 1.5));
      assertThat(read.boundaryTypes()).containsExactly("periodic", "neumann");
      assertThat(read.dt()).hasValue(0.01);
      assertThat(read.specPath()).hasValue("wave.json");
      assertThat(read.environment()).isEqualTo(Map.of("solver", "a test"));
      assertThat(read.type()).isEqualTo(NpyType.F64);
      assertThat(read.snapshots()).hasValue(0);
    }
  }

  @Test
  void Runs_of_one_to_four_axes_and_of_floats_are_written() throws IOException {
    int[][] shapes = {{5}, {2, 3}, {2, 3, 4}, {2, 1, 3, 2}};
    for (int[] shape : shapes) {
      int points = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
      float[] values = new float[points];
      double[] wide = new double[points];
      for (int i = 0; i < points; i++) {
        wide[i] = i / 3.0;
        values[i] = (float) wide[i];
      }
      String run = "run" + shape.length;
      FieldMetadata metadata = FieldMetadata.grid(shape).fields("u", "w").type(NpyType.F32).build();
      try (FieldSnapshotWriter writer = FieldSnapshotWriter.create(memory, run, metadata, EACH)) {
        writer.append(
            0,
            FieldSnapshot.of(
                Map.of("u", FieldArray.of(values, shape), "w", FieldArray.narrowing(wide, shape))));
      }
      try (FieldSnapshots read = FieldSnapshots.open(memory, run)) {
        assertThat(read.field("u", 0).shape())
            .isEqualTo(Arrays.stream(shape).asLongStream().toArray());
        assertThat(read.field("u", 0).bytes()).isEqualTo(read.field("w", 0).bytes());
        assertThat(read.field("u", 0).doubleAt(points - 1L)).isEqualTo(values[points - 1]);
      }
    }
  }

  @Test
  void A_grid_larger_than_the_buffer_is_written_whole() throws IOException {
    int points = 300_000;
    double[] values = new double[points];
    Arrays.setAll(values, i -> i * 0.5);
    FieldMetadata metadata = FieldMetadata.grid(points).fields("u").build();
    try (FieldSnapshotWriter writer = FieldSnapshotWriter.create(memory, "run", metadata, EACH)) {
      writer.append(0, FieldSnapshot.of(Map.of("u", FieldArray.of(values, points))));
    }
    try (FieldSnapshots read = FieldSnapshots.open(memory, "run")) {
      assertThat(read.field("u", 0).toDoubles()).isEqualTo(values);
    }
  }

  @Test
  void A_snapshot_that_does_not_fit_is_refused_by_name_and_changes_nothing() throws IOException {
    FieldSnapshotWriter writer = create(memory, EACH.expecting(2));
    append(writer, 1);
    byte[] phi = memory.bytes("run/phi.npy");
    FieldArray good = grid(1, 0);
    Map<String, FieldArray> one = Map.of("phi", good);
    refused(
        () -> writer.append(Double.NaN, snapshot(1)),
        "Cannot append snapshot 1 to run: the time is NaN, it must be finite");
    refused(
        () -> writer.append(-0.1, snapshot(1)),
        "Cannot append snapshot 1 to run: the time -0.1 is before the last one, 0.0");
    refused(
        () -> writer.append(1, FieldSnapshot.of(one)),
        "Cannot append snapshot 1 to run: velocity phi is missing");
    refused(
        () -> writer.append(1, new FieldSnapshot(Map.of("chi", good), one)),
        "Cannot append snapshot 1 to run: field phi is missing");
    refused(
        () -> writer.append(1, new FieldSnapshot(Map.of("phi", good, "chi", good), one)),
        "Cannot append snapshot 1 to run: field chi is not part of the run");
    refused(
        () ->
            writer.append(
                1, new FieldSnapshot(one, Map.of("phi", FieldArray.of(new double[6], 3, 2)))),
        "Cannot append snapshot 1 to run: velocity phi has shape [3, 2], the grid has [2, 3]");
    refused(
        () ->
            writer.append(
                1, new FieldSnapshot(Map.of("phi", FieldArray.of(new float[6], 2, 3)), one)),
        "Cannot append snapshot 1 to run: field phi is <f4, the run is <f8");
    assertThat(memory.bytes("run/phi.npy")).isEqualTo(phi);
    append(writer, 1);
    refused(
        () -> writer.append(1, snapshot(2)),
        "Cannot append snapshot 2 to run: the run expects 2 in all");
    writer.close();
    refused(() -> writer.append(1, snapshot(2)), "Cannot append a snapshot: the run run is closed");
    writer.close();

    assertThat(check(memory, "run")).isEqualTo(2);
    refused(
        () -> FieldArray.of(new double[5], 2, 3), "Cannot use 5 values as a field of shape [2, 3]");
  }

  /** Spec F-9. */
  @Test
  void An_existing_directory_is_refused_unless_it_is_to_be_replaced() throws IOException {
    try (FieldSnapshotWriter writer = create(memory, EACH)) {
      append(writer, 4);
    }
    refused(
        () -> create(memory, EACH),
        "Cannot write a field run to run: the directory is not empty (LOCK); choose another one,"
            + " or replace the run");
    assertThat(check(memory, "run")).isEqualTo(4);
    try (FieldSnapshotWriter writer = create(memory, EACH.with(Existing.REPLACE))) {
      assertThat(check(memory, "run.replaced.tmp")).isEqualTo(4);
      append(writer, 2);
      assertThat(memory.list("")).containsExactly("run");
    }
    assertThat(check(memory, "run")).isEqualTo(2);
    assertThat(check(memory, "run")).isEqualTo(2);
  }

  /** Spec F-9. */
  @Test
  void Replacing_a_run_keeps_what_is_not_of_it() throws IOException {
    try (FieldSnapshotWriter writer = create(memory, EACH)) {
      append(writer, 4);
    }
    for (String name :
        List.of("run/notes.txt", "run/weights.npy", "run/weights.npy.tmp", "run/sub/u.npy")) {
      memory.put(name, new byte[1]);
      String inRun = name.substring(4).startsWith("sub") ? "sub" : name.substring(4);
      refused(
          () -> create(memory, EACH.with(Existing.REPLACE)),
          "Cannot replace run: it holds "
              + inRun
              + ", which is not part of the run; move it elsewhere");
      assertThat(memory.bytes(name)).hasSize(1);
      memory.delete(name);
    }
    memory.delete("run/sub");
    memory.put("run.replaced.tmp/times.npy", new byte[1]);
    assertThatThrownBy(() -> create(memory, EACH.with(Existing.REPLACE)))
        .isInstanceOf(InvalidUseException.class)
        .hasMessageContaining("Cannot replace run.replaced.tmp: it is not a field run");
    assertThat(memory.bytes("run.replaced.tmp/times.npy")).hasSize(1);
    assertThat(check(memory, "run")).isEqualTo(4);
  }

  @Test
  void A_replacement_that_showed_nothing_does_not_cost_the_run_it_set_aside() throws IOException {
    try (FieldSnapshotWriter writer = create(memory, EACH)) {
      append(writer, 4);
    }
    create(memory, EACH.with(Existing.REPLACE)).close();
    create(memory, EACH.with(Existing.REPLACE)).close();
    assertThat(check(memory, "run.replaced.tmp")).isEqualTo(4);
    assertThat(check(memory, "run")).isZero();
  }

  @Test
  void A_run_in_progress_cannot_be_replaced() throws IOException {
    try (FieldSnapshotWriter writer = create(memory, EACH)) {
      append(writer, 1);
      assertThatThrownBy(() -> create(memory, EACH.with(Existing.REPLACE)))
          .isInstanceOf(StoreLockedException.class)
          .hasMessageContaining("held by a field run's writer");
      append(writer, 1);
    }
    assertThat(check(memory, "run")).isEqualTo(2);
  }

  @Test
  void A_run_shorter_than_announced_warns_and_has_its_true_count() throws IOException {
    List<String> warnings = new ArrayList<>();
    try (FieldSnapshotWriter writer =
        create(memory, EACH.expecting(10).warningsTo(warnings::add))) {
      append(writer, 3);
    }
    assertThat(warnings).containsExactly("run ends with 3 snapshots, 10 were announced");
    assertThat(check(memory, "run")).isEqualTo(3);
    assertThat(memory.bytes("run/phi.npy")).hasSize(128 + 10 * 48);
    assertThat(NpyFiles.read(memory, "run/phi.npy", TrailingBytes.TOLERATE).shape())
        .containsExactly(3, 2, 3);
  }

  @Test
  void After_a_failed_write_the_run_keeps_its_flushed_snapshots_and_ends() throws IOException {
    FieldSnapshotWriter writer = create(memory, EACH);
    append(writer, 2);
    memory.plan(FaultPlan.once(1, FaultPlan.Fault.SHORT));
    assertThatThrownBy(() -> append(writer, 1)).isInstanceOf(IOException.class);
    refused(
        () -> append(writer, 1),
        "Cannot append a snapshot: the run run ended at snapshot 2, a write failed");
    writer.close();
    assertThat(check(memory, "run")).isEqualTo(2);
  }

  @Test
  void Descriptions_that_make_no_sense_are_refused() {
    refused(() -> FieldMetadata.grid(2).build(), "fields is missing or empty");
    refused(
        () -> FieldMetadata.grid(1, 2, 3, 4, 5).fields("u").build(),
        "grid_shape has 5 axes, 1 to 4 are allowed");
    refused(
        () -> FieldMetadata.grid(0).fields("u").build(),
        "grid_shape is [0], expected positive numbers");
    refused(
        () -> FieldMetadata.grid(2).fields("u").gridSpacing(1, 2).build(),
        "grid_spacing has 2 values for 1 axes");
    refused(
        () -> FieldMetadata.grid(2).fields("u").velocities("w").build(),
        "velocity w belongs to no field");
    refused(
        () -> FieldMetadata.grid(2).fields("u", "v_u").velocities("u").build(),
        "two arrays would share the file v_u.npy");
    refused(
        () -> FieldMetadata.grid(2).fields("times").build(),
        "two arrays would share the file times.npy");
    refused(
        () -> FieldMetadata.grid(2).fields("u", "U").build(),
        "file names that differ in case only: U.npy");
    refused(
        () -> FieldMetadata.grid(2).fields("../u").build(),
        "the field name '../u' is refused: names are at most 100 characters without / and \\");
    refused(
        () -> FieldMetadata.grid(2).fields("a b").build(),
        "the field name 'a b' is refused: names are 1 to 100 of A-Z a-z 0-9 _ # -, the first no"
            + " digit");
    refused(
        () -> FieldMetadata.grid(2).fields("u").type(NpyType.I32).build(),
        "dtype is \"<i4\", expected \"float32\" or \"float64\"");
    refused(
        () -> FieldMetadata.grid(2).fields("u").dt(Double.NaN).build(),
        "dt is NaN, which JSON cannot hold");
    refused(
        () -> FieldMetadata.grid(2).fields("u").member("dtype", "1").build(),
        "member dtype has a meaning of its own");
    refused(
        () -> FieldMetadata.grid(2).fields("u").member("mine", "{").build(),
        "member mine is not a JSON value");
  }

  private static void refused(ThrowingCallable call, String message) {
    String described = "Cannot describe a run: ";
    assertThatThrownBy(call)
        .isInstanceOf(InvalidUseException.class)
        .hasMessage(message.startsWith("Cannot") ? message : described + message);
  }
}
