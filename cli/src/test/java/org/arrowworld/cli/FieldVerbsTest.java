// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.arrowworld.export.fields.FieldNpz;
import org.arrowworld.field.FieldArray;
import org.arrowworld.field.FieldMetadata;
import org.arrowworld.field.FieldRunOptions;
import org.arrowworld.field.FieldSnapshot;
import org.arrowworld.field.FieldSnapshotWriter;
import org.arrowworld.field.FieldSnapshots;
import org.arrowworld.npy.NpyArray;
import org.arrowworld.npy.NpzReader;
import org.arrowworld.storage.DiskStorage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code aw import fields}, {@code aw info} on a field run, and its export. */
class FieldVerbsTest {
  @TempDir Path folder;
  private Path run;

  @BeforeEach
  void write() throws IOException {
    run = folder.resolve("run");
    FieldMetadata metadata = FieldMetadata.grid(2, 3).fields("phi").build();
    try (FieldSnapshotWriter writer =
        FieldSnapshotWriter.create(
            new DiskStorage(folder), "run", metadata, FieldRunOptions.DEFAULT)) {
      for (int t = 0; t < 4; t++) {
        double[] values = {t, Double.NaN, -0.0, t + 0.5, 1, 2};
        writer.append(t * 0.25, FieldSnapshot.of(Map.of("phi", FieldArray.of(values, 2, 3))));
      }
    }
  }

  @Test
  void info_tells_what_a_run_holds() {
    Aw info = Aw.run("info", run, "--json");
    assertThat(info.err()).isEmpty();
    assertThat(info.json())
        .containsEntry("kind", "field run")
        .containsEntry("snapshots", 4)
        .containsEntry("grid", List.of(2, 3))
        .containsEntry("fields", List.of("phi"))
        .containsEntry("last_time", 0.75);
  }

  @Test
  void a_run_is_taken_over_byte_for_byte_and_what_is_no_part_of_it_is_kept() throws IOException {
    Path out = folder.resolve("out");
    Aw imported = Aw.run("import", "fields", run, "--out", out, "--json");
    assertThat(imported.exit()).as(imported.err()).isZero();
    assertThat(out.resolve("phi.npy")).hasSameBinaryContentAs(run.resolve("phi.npy"));
    Files.writeString(run.resolve("notes.txt"), "kept");
    Path more = folder.resolve("more");
    assertThat(Aw.run("import", "fields", run, "--out", more).exit()).isEqualTo(Exit.DATA_LOSS);
    assertThat(more.resolve("unmapped/notes.txt")).hasContent("kept");
    assertThat(Aw.run("import", "fields", run, "--out", more).err()).contains("it exists");
  }

  @Test
  void an_export_never_replaces_a_part_of_a_run() throws IOException {
    for (String file : List.of("times.npy", "phi.npy", "metadata.json")) {
      byte[] before = Files.readAllBytes(run.resolve(file));
      Aw refused = Aw.run("export", "--to", "csv", "--replace", "--out", run.resolve(file), run);
      assertThat(refused.exit()).isEqualTo(Exit.FAILURE);
      assertThat(refused.err()).contains("it is a part of " + run);
      assertThat(run.resolve(file)).hasBinaryContent(before);
    }
  }

  @Test
  void a_longer_tail_that_a_reader_tolerates_is_refused() throws IOException {
    Files.write(run.resolve("phi.npy"), new byte[48], StandardOpenOption.APPEND);
    assertThat(Aw.run("info", run).exit()).isZero();
    Aw imported = Aw.run("import", "fields", run, "--out", folder.resolve("out"));
    assertThat(imported.exit()).isEqualTo(Exit.FAILURE);
    assertThat(imported.err()).contains("Cannot read phi.npy").contains("240 are present");
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void a_run_cut_anywhere_is_refused() throws IOException {
    for (String file : List.of("phi.npy", "times.npy", "metadata.json")) {
      byte[] whole = Files.readAllBytes(run.resolve(file));
      for (int length = 0; length < whole.length - 1; length += 7) {
        Files.write(run.resolve(file), java.util.Arrays.copyOf(whole, length));
        Aw imported = Aw.run("import", "fields", run, "--out", folder.resolve("out"));
        assertThat(imported.exit()).as("%s cut to %d", file, length).isEqualTo(Exit.FAILURE);
        assertThat(imported.err()).startsWith("aw: Cannot ").doesNotContain("unexpected");
      }
      Files.write(run.resolve(file), whole);
    }
  }

  @Test
  void a_field_with_a_name_of_ours_keeps_it_and_ours_gives_way() throws IOException {
    List<String> names = List.of("time", "axis0", "snapshot", "Snapshot_");
    FieldMetadata metadata =
        FieldMetadata.grid(1).fields("time", "axis0", "snapshot", "Snapshot_").build();
    try (FieldSnapshotWriter writer =
        FieldSnapshotWriter.create(
            new DiskStorage(folder), "names", metadata, FieldRunOptions.DEFAULT)) {
      Map<String, FieldArray> fields = new LinkedHashMap<>();
      for (int i = 0; i < names.size(); i++) {
        fields.put(names.get(i), FieldArray.of(new double[] {10 + i}, 1));
      }
      writer.append(0.5, FieldSnapshot.of(fields));
    }
    Path out = folder.resolve("names.csv");
    assertThat(Aw.run("export", folder.resolve("names"), "--to", "csv", "--out", out).exit())
        .isZero();
    assertThat(out)
        .content()
        .isEqualTo(
            "snapshot__,time_,axis0_,time,axis0,snapshot,Snapshot_\r\n0,0.5,0,10.0,11.0,12.0,13.0\r\n");
  }

  @Test
  void a_span_of_a_run_is_exported_bit_for_bit() throws IOException {
    DiskStorage storage = new DiskStorage(folder);
    try (FieldSnapshots fields = FieldSnapshots.open(storage, "run")) {
      FieldNpz.write(fields, 1, 2, storage, "span.npz");
      try (NpzReader npz = NpzReader.open(storage, "span.npz")) {
        assertThat(npz.names()).containsExactly("times", "phi");
        assertThat(npz.read("times").toDoubles()).containsExactly(0.25, 0.5);
        NpyArray phi = npz.read("phi");
        assertThat(phi.shape()).containsExactly(2, 2, 3);
        ByteBuffer second = phi.bytes().slice(48, 48);
        assertThat(second).isEqualTo(fields.field("phi", 2).bytes());
      }
    }
  }
}
