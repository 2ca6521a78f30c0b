// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.arrowworld.LiveWorld;
import org.arrowworld.field.FieldArray;
import org.arrowworld.field.FieldMetadata;
import org.arrowworld.field.FieldRunOptions;
import org.arrowworld.field.FieldSnapshot;
import org.arrowworld.field.FieldSnapshotWriter;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.npy.NpyType;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.store.TickTime;
import org.arrowworld.testing.ShipRun;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fields beside a run, as the page and programs get them. */
class FieldReplyTest {
  @TempDir static Path folder;
  private static ViewServer server;
  private static Client client;

  @BeforeAll
  static void serve() throws IOException {
    Path store = folder.resolve("run");
    WorldOptions halves = WorldOptions.DEFAULT.withTime(TickTime.every("0.5", "s"));
    try (LiveWorld live = LiveWorld.create(store, ShipRun.SCHEMA, halves)) {
      ShipRun.play(live, "sea");
      live.seal();
    }
    try (DiskStorage storage = new DiskStorage(store)) {
      FieldMetadata flat =
          FieldMetadata.grid(2, 3)
              .fields("u")
              .velocities("u")
              .gridSpacing(0.5, 2)
              .periodic(List.of(true, false))
              .build();
      try (FieldSnapshotWriter writer =
          FieldSnapshotWriter.create(storage, "fields/flat", flat, FieldRunOptions.DEFAULT)) {
        for (int i = 1; i <= 2; i++) {
          double[] u = {10 * i, 10 * i + 1, 10 * i + 2, 10 * i + 3, 10 * i + 4, Double.NaN};
          double[] v = {-i, 0, 0, 0, 0, i};
          writer.append(
              i * 0.75,
              new FieldSnapshot(
                  Map.of("u", FieldArray.of(u, 2, 3)), Map.of("u", FieldArray.of(v, 2, 3))));
        }
      }
      FieldMetadata deep =
          FieldMetadata.grid(2, 2, 3)
              .fields("c")
              .type(NpyType.F32)
              .gridSpacing(1, 1, 1)
              .gridBounds(new double[] {-1, 1}, new double[] {5, 7}, new double[] {0, 3})
              .periodic(List.of(false, false, false))
              .build();
      float[] cells = new float[12];
      for (int i = 0; i < cells.length; i++) {
        cells[i] = i;
      }
      try (FieldSnapshotWriter writer =
          FieldSnapshotWriter.create(storage, "fields/deep", deep, FieldRunOptions.DEFAULT)) {
        writer.append(0, FieldSnapshot.of(Map.of("c", FieldArray.of(cells, 2, 2, 3))));
      }
    }
    Files.createDirectories(store.resolve("fields/bad"));
    Files.writeString(store.resolve("fields/bad/metadata.json"), "{", StandardCharsets.UTF_8);
    Files.createSymbolicLink(store.resolve("fields/link"), folder.resolve("run/fields/flat"));
    server = ViewServer.start(ServeOptions.of(store).withPort(0));
    client = new Client(server);
  }

  @AfterAll
  static void end() throws IOException {
    server.close();
  }

  private static Client.Table plane(String query) throws IOException {
    return client.arrow("/api/runs/run/field?" + query).get(0);
  }

  @Test
  void fields_are_listed_and_what_cannot_be_read_says_why() throws IOException {
    String listed = client.json("/api/runs/run/fields").toString();
    assertThat(listed)
        .contains("of=bad, message=Cannot read fields/bad/metadata.json")
        .contains("of=deep, names=[c], velocities=[], shape=[2, 2, 3], type=f32")
        .contains("of=flat, names=[u], velocities=[u], shape=[2, 3], type=f64")
        .contains("bounds=[[0.0, 1.0], [0.0, 6.0]], periodic=[true, false], count=2")
        .contains("first_time=0.75, last_time=1.5, notes=[]")
        .doesNotContain("link");
  }

  @Test
  void a_field_at_a_tick_is_the_last_snapshot_at_its_time() throws IOException {
    Client.Table then = plane("of=flat&name=u&tick=2"); // time 1.0
    assertThat(then.metadata())
        .containsEntry("aw.field", "u")
        .containsEntry("aw.snapshot", "0")
        .containsEntry("aw.time", "0.75")
        .containsEntry("aw.shape", "2,3")
        .containsEntry("aw.cells", "2,3")
        .containsEntry("aw.stride", "1")
        .containsEntry("aw.bounds", "0.0,1.0,0.0,6.0");
    assertThat(then.columns()).containsOnlyKeys("value");
    assertThat(then.columns().get("value"))
        .isEqualTo(List.of(10.0, 11.0, 12.0, 13.0, 14.0, Double.NaN));
    assertThat(plane("of=flat&name=u&tick=3").metadata()).containsEntry("aw.snapshot", "1");
    assertThat(plane("of=flat&name=u&snapshot=1").columns().get("value")).contains(24.0);
    assertThat(plane("of=flat&velocity=u&snapshot=1").columns().get("value"))
        .isEqualTo(List.of(-2.0, 0.0, 0.0, 0.0, 0.0, 2.0));
    assertThat(client.refusal("/api/runs/run/field?of=flat&name=u&tick=1"))
        .startsWith("400 invalid_use: Cannot find a snapshot at time 0.5")
        .endsWith("the first is at 0.75");
  }

  @Test
  void of_more_than_two_axes_a_plane_is_shown() throws IOException {
    assertThat(plane("of=deep&name=c&snapshot=0").columns().get("value"))
        .isEqualTo(List.of(1f, 4f, 7f, 10f));
    Client.Table last = plane("of=deep&name=c&snapshot=0&plane=2");
    assertThat(last.columns().get("value")).isEqualTo(List.of(2f, 5f, 8f, 11f));
    assertThat(last.metadata()).containsEntry("aw.bounds", "-1.0,1.0,5.0,7.0");
    assertThat(client.refusal("/api/runs/run/field?of=deep&name=c&snapshot=0&plane=3"))
        .isEqualTo("400 invalid_use: The parameter 'plane' has 3: axis 2 has places 0 to 2");
    assertThat(client.refusal("/api/runs/run/field?of=deep&name=c&snapshot=0&plane=1,1"))
        .isEqualTo(
            "400 invalid_use: The parameter 'plane' has 2 numbers: expected 1, one for each axis after the second");
  }

  @Test
  void of_a_large_field_every_so_manieth_cell_is_sent() throws IOException {
    Client.Table few = plane("of=flat&name=u&snapshot=0&most=2");
    assertThat(few.columns().get("value")).isEqualTo(List.of(10.0, 12.0));
    assertThat(few.metadata())
        .containsEntry("aw.shape", "1,2")
        .containsEntry("aw.stride", "2")
        .containsEntry("aw.cells", "2,3");
  }

  @Test
  void what_there_is_not_is_refused_by_name() throws IOException {
    for (String of : List.of("nothing", "link", "..", "flat/../deep", "", "bad%00")) {
      assertThat(client.refusal("/api/runs/run/field?name=u&tick=1&of=" + of))
          .startsWith("404 not_found: The run has no fields '")
          .endsWith("': it has [bad, deep, flat]");
    }
    assertThat(client.refusal("/api/runs/run/field?of=flat&name=w&tick=4"))
        .contains("400 invalid_use: Cannot read field w of fields/flat: it has [u]");
    assertThat(client.refusal("/api/runs/run/field?of=flat&name=u&snapshot=2"))
        .contains("400 invalid_use: Cannot read snapshot 2 of fields/flat: it has 2");
    assertThat(client.refusal("/api/runs/run/field?of=flat&name=u"))
        .isEqualTo("400 invalid_use: The parameter 'snapshot' is missing");
    assertThat(client.refusal("/api/runs/run/field?of=bad&name=u&tick=1"))
        .startsWith("422 damaged_file: Cannot read fields/bad/metadata.json");
  }
}
