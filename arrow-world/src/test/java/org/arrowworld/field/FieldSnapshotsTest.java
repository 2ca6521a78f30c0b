// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.field;

import static org.arrowworld.field.FieldTesting.EACH;
import static org.arrowworld.field.FieldTesting.PHI;
import static org.arrowworld.field.FieldTesting.check;
import static org.arrowworld.field.FieldTesting.snapshot;
import static org.arrowworld.field.FieldTesting.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.npy.NpyArray;
import org.arrowworld.npy.NpyFiles;
import org.arrowworld.npy.NpyType;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.testing.SharedData;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FieldSnapshotsTest {
  private final MemoryStorage memory = new MemoryStorage();

  @BeforeEach
  void writeRun() throws IOException {
    try (FieldSnapshotWriter writer = FieldSnapshotWriter.create(memory, "run", PHI, EACH)) {
      for (int i = 0; i < 11; i++) {
        writer.append(i * 0.5, snapshot(i));
      }
    }
  }

  @Test
  void Slabs_points_and_times_are_read_without_the_rest() throws IOException {
    try (FieldSnapshots run = FieldSnapshots.open(memory, "run")) {
      NpyArray plane = run.fieldSlab("phi", 7, GridBox.all(2, 3).plane(1, 2));
      assertThat(plane.shape()).containsExactly(2, 1);
      assertThat(plane.toDoubles()).containsExactly(value(7, 0, 2), value(7, 0, 5));
      NpyArray box = run.velocitySlab("phi", 3, GridBox.all(2, 3).range(1, 1, 3).plane(0, 1));
      assertThat(box.toDoubles()).containsExactly(value(3, 1, 4), value(3, 1, 5));
      assertThat(run.fieldSlab("phi", 0, GridBox.all(2, 3)).bytes())
          .isEqualTo(run.field("phi", 0).bytes());
      double[] series = new double[11];
      Arrays.setAll(series, i -> value(i, 1, 3));
      assertThat(run.velocityAtPoint("phi", 1, 0)).containsExactly(series);
      assertThat(run.indexAt(2.9)).isEqualTo(5);
      assertThat(run.indexAt(1e9)).isEqualTo(10);
      assertThat(run.times()).hasSize(11);
    }
  }

  @Test
  void Every_box_of_a_four_dimensional_grid_is_read_right() throws IOException {
    int[] shape = {2, 3, 2, 3};
    double[] values = new double[36];
    Arrays.setAll(values, i -> i);
    FieldMetadata metadata = FieldMetadata.grid(shape).fields("u").build();
    try (FieldSnapshotWriter writer = FieldSnapshotWriter.create(memory, "four", metadata, EACH)) {
      writer.append(0, FieldSnapshot.of(Map.of("u", FieldArray.of(values, shape))));
    }
    int boxes = 0;
    try (FieldSnapshots run = FieldSnapshots.open(memory, "four")) {
      for (GridBox box : boxes(GridBox.all(shape), 0, shape)) {
        assertThat(run.fieldSlab("u", 0, box).toDoubles())
            .as(box.toString())
            .containsExactly(expected(box, shape));
        boxes++;
      }
    }
    assertThat(boxes).isEqualTo(3 * 6 * 3 * 6);
  }

  private static List<GridBox> boxes(GridBox box, int axis, int... shape) {
    if (axis == shape.length) {
      return List.of(box);
    }
    List<GridBox> all = new ArrayList<>();
    for (int from = 0; from < shape[axis]; from++) {
      for (int to = from + 1; to <= shape[axis]; to++) {
        all.addAll(boxes(box.range(axis, from, to), axis + 1, shape));
      }
    }
    return all;
  }

  private static double[] expected(GridBox box, int... shape) {
    List<Double> values = new ArrayList<>();
    for (int a = 0; a < box.size(0); a++) {
      for (int b = 0; b < box.size(1); b++) {
        for (int c = 0; c < box.size(2); c++) {
          for (int d = 0; d < box.size(3); d++) {
            int index = (box.from(0) + a) * shape[1] + box.from(1) + b;
            index = (index * shape[2] + box.from(2) + c) * shape[3] + box.from(3) + d;
            values.add((double) index);
          }
        }
      }
    }
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  @Test
  void What_is_not_there_is_refused_by_name() throws IOException {
    try (FieldSnapshots run = FieldSnapshots.open(memory, "run")) {
      refused(() -> run.field("chi", 0), "Cannot read field chi of run: it has [phi]");
      refused(() -> run.field("phi", 11), "Cannot read snapshot 11 of run: it has 11");
      refused(() -> run.field("phi", -1), "Cannot read snapshot -1 of run: it has 11");
      refused(
          () -> run.fieldSlab("phi", 0, GridBox.all(2, 4)),
          "Cannot read the box [0, 0] to [2, 4] of a grid of [2, 3]");
      refused(
          () -> run.fieldAtPoint("phi", 1, 3),
          "Cannot read point [1, 3] of a grid of [2, 3] over 11 snapshots");
      refused(
          () -> run.indexAt(-1), "Cannot find a snapshot at time -1.0 of run: the first is at 0.0");
      refused(
          () -> GridBox.all(2).range(0, 1, 1), "Cannot take [1, 1) on axis 0 of a box of 1 axes");
    }
  }

  /** Spec F-4. */
  @Test
  void A_header_cut_off_in_mid_write_is_made_up_for_by_the_metadata_and_noted() throws IOException {
    byte[] phi = memory.bytes("run/phi.npy");
    byte[] torn = phi.clone();
    torn[61] = '9'; // 11 becomes 91 snapshots
    memory.put("run/phi.npy", torn);
    assertThat(check(memory, "run")).isEqualTo(11);
    torn[62] = ',';
    memory.put("run/phi.npy", torn);
    assertThat(check(memory, "run")).isEqualTo(11);
    try (FieldSnapshots run = FieldSnapshots.open(memory, "run")) {
      assertThat(run.notes())
          .containsExactly(
              "run/phi.npy: its header was cut off in mid-write, 11 snapshots are by the metadata");
    }
    torn[20] = 'x'; // the type: no torn shape any more
    memory.put("run/phi.npy", torn);
    damaged("Cannot read run/phi.npy at byte 20: expected a quoted string, found 'x<f8', ");
  }

  @Test
  void The_count_is_the_least_of_metadata_and_headers() throws IOException {
    byte[] v = memory.bytes("run/v_phi.npy");
    v[62] = '0'; // 11 becomes 10 snapshots
    memory.put("run/v_phi.npy", v);
    assertThat(check(memory, "run")).isEqualTo(10);
    try (FieldSnapshots run = FieldSnapshots.open(memory, "run")) {
      assertThat(run.notes())
          .containsExactly(
              "run/v_phi.npy: its header counts 10 snapshots, the metadata 11; the later ones are not shown");
    }
    foreignMetadata("\"n_snapshots\": 11", "\"n_snapshots\": 4");
    assertThat(check(memory, "run")).isEqualTo(4);
    foreignMetadata("\"n_snapshots\": 4,", "");
    assertThat(check(memory, "run")).isEqualTo(10);
  }

  /** Edits the metadata as a writer would that knows nothing of our CRC. */
  private void foreignMetadata(String from, String to) throws IOException {
    String json = new String(memory.bytes("run/metadata.json"), StandardCharsets.UTF_8);
    assertThat(json).contains(from);
    String edited = json.replace(from, to).replaceAll(",\"crc\":\"[0-9a-f]{8}\"}\n", "}");
    memory.put("run/metadata.json", edited.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void Every_truncation_of_a_file_of_the_run_is_typed_and_shows_no_wrong_value()
      throws IOException {
    for (String name : List.of("phi.npy", "times.npy", "metadata.json")) {
      byte[] whole = memory.bytes("run/" + name);
      for (int length = 0; length < whole.length; length++) {
        memory.put("run/" + name, Arrays.copyOf(whole, length));
        try {
          check(memory, "run");
          // The metadata without their last byte are still JSON, of a writer without CRCs.
          assertThat(name).as("cut at %d", length).isEqualTo("metadata.json");
          assertThat(length).isEqualTo(whole.length - 1);
        } catch (DamagedFileException e) {
          assertThat(e.file()).isEqualTo("run/" + name);
        }
      }
      memory.put("run/" + name, whole);
    }
  }

  @Test
  void Every_flipped_bit_of_the_metadata_is_reported_or_harmless() throws IOException {
    byte[] whole = memory.bytes("run/metadata.json");
    int reported = 0;
    for (int bit = 0; bit < whole.length * 8; bit++) {
      byte[] flipped = whole.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      memory.put("run/metadata.json", flipped);
      try {
        assertThat(check(memory, "run")).isEqualTo(11);
        assertThat(bit / 8).isGreaterThanOrEqualTo(whole.length - 19);
      } catch (DamagedFileException e) {
        reported++;
      }
    }
    assertThat(reported).isGreaterThan((whole.length - 19) * 8 - 1);
  }

  @Test
  void Rows_that_were_never_written_are_not_taken_for_snapshots() throws IOException {
    double[] times = {0, 0.5, 1, 0, 0};
    ByteBuffer bytes = ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asDoubleBuffer().put(times);
    NpyFiles.write(memory, "run/times.npy", NpyType.F64, new long[] {5}, bytes);
    damaged(
        "Cannot read run/times.npy: time 3 is 0.0 after 1.0; rows from there on may never have been"
            + " written");
  }

  /** Spec F-2. */
  @Test
  void Files_that_do_not_fit_the_description_are_refused() throws IOException {
    NpyFiles.write(
        memory, "run/phi.npy", NpyType.F32, new long[] {11, 2, 3}, ByteBuffer.allocate(264));
    damaged(
        "Cannot read run/phi.npy at byte 0: its header is little-endian <f4 (11, 2, 3) C, the"
            + " metadata say little-endian <f8 in C order with snapshots of [2, 3]");
    memory.delete("run/phi.npy");
    damaged("Cannot read run/phi.npy: the file is missing, the metadata name it");
    memory.delete("run/metadata.json");
    damaged("Cannot read run: no field run, metadata.json is missing");
  }

  @Test
  void Metadata_of_another_kind_are_refused_by_name() throws IOException {
    metadata("[]", "it is not JSON: no JSON object");
    metadata("{\"fields\": 3, \"grid_shape\": [2]}", "fields is 3, expected a list of strings");
    metadata(
        "{\"fields\": [\"u\"], \"grid_shape\": [2], \"version\": 7}",
        "version 7 is not known to this release (it knows 1)");
    metadata(
        "{\"fields\": [\"../../u\"], \"grid_shape\": [2]}",
        "the field name '../../u' is refused: names are at most 100 characters without / and \\");
    metadata(
        "{\"fields\": [\"u\"], \"grid_shape\": [2], \"n_snapshots\": -1}", "n_snapshots is -1");
    metadata(
        "{\"fields\": [\"u\"], \"grid_shape\": [2], \"grid_bounds\": [[1]]}",
        "grid_bounds is [[1]], expected pairs of numbers");
    metadata("{\"a\": 1, \"a\": 2}", "it is not JSON: Duplicate field 'a'");
    metadata(
        "{\"fields\": [\"u\"], \"grid_shape\": [2], \"dtype\": \"int8\"}",
        "dtype is \"int8\", expected \"float32\" or \"float64\"");
  }

  private void metadata(String json, String finding) throws IOException {
    memory.put("run/metadata.json", json.getBytes(StandardCharsets.UTF_8));
    damaged("Cannot read run/metadata.json: " + finding);
  }

  /** Spec F-1. */
  @Test
  void Files_beside_those_of_the_run_are_passed_over() throws IOException {
    memory.put("run/notes.npy", new byte[] {1, 2, 3});
    memory.put("run/phi.npy.tmp", new byte[0]);
    try (FieldSnapshots run = FieldSnapshots.open(memory, "run")) {
      assertThat(run.count()).isEqualTo(11);
      assertThat(run.metadata().fields()).containsExactly("phi");
    }
  }

  /** Spec F-10. */
  @Test
  void Members_that_are_not_known_are_kept_as_they_are() throws IOException {
    FieldMetadata metadata =
        FieldMetadata.grid(2)
            .fields("u")
            .member("momenta", "[]")
            .member("solver", "{\"order\": 4, \"eps\": 1e-30, \"big\": 123456789012345678901}")
            .build();
    try (FieldSnapshotWriter writer = FieldSnapshotWriter.create(memory, "own", metadata, EACH)) {
      writer.append(0, FieldSnapshot.of(Map.of("u", FieldArray.of(new double[2], 2))));
    }
    try (FieldSnapshots run = FieldSnapshots.open(memory, "own")) {
      assertThat(run.metadata().member("solver"))
          .hasValue("{\"order\": 4, \"eps\": 1e-30, \"big\": 123456789012345678901}");
      FieldSnapshotWriter.create(memory, "copy", run.metadata(), EACH).close();
    }
    try (FieldSnapshots copy = FieldSnapshots.open(memory, "copy")) {
      assertThat(copy.metadata().member("solver"))
          .hasValue("{\"order\": 4, \"eps\": 1e-30, \"big\": 123456789012345678901}");
      assertThat(copy.count()).isZero();
    }
  }

  @Test
  void The_reference_run_reads_as_numpy_wrote_it() throws IOException {
    Path folder = SharedData.folder("field-run");
    byte[] file = Files.readAllBytes(folder.resolve("v_phi_0.npy"));
    ByteBuffer values = ByteBuffer.wrap(file, 128, file.length - 128).slice();
    values.order(ByteOrder.LITTLE_ENDIAN);
    try (FieldSnapshots run = FieldSnapshots.open(new DiskStorage(folder), "")) {
      assertThat(run.count()).isEqualTo(41);
      assertThat(run.times()[40]).isEqualTo(8.0);
      assertThat(run.metadata().gridShape()).containsExactly(48, 48);
      assertThat(run.metadata().member("momenta").orElseThrow()).contains("phi_0");
      for (int i = 0; i < 41; i++) {
        assertThat(run.velocity("phi_0", i).bytes())
            .isEqualTo(values.slice(i * 48 * 48 * 8, 48 * 48 * 8));
      }
      double[] point = run.velocityAtPoint("phi_0", 17, 5);
      for (int i = 0; i < 41; i++) {
        assertThat(point[i]).isEqualTo(values.getDouble(((i * 48 + 17) * 48 + 5) * 8));
      }
      assertThat(run.notes()).isEmpty();
    }
  }

  private void damaged(String message) {
    assertThatThrownBy(() -> FieldSnapshots.open(memory, "run"))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageStartingWith(message);
  }

  private static void refused(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String message) {
    assertThatThrownBy(call).isInstanceOf(InvalidUseException.class).hasMessage(message);
  }
}
