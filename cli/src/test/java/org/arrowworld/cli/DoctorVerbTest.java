// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorVerbTest {
  @TempDir Path folder;
  private Path store;

  @BeforeEach
  void play() throws IOException {
    store = Stores.sealed(folder.resolve("store"));
    assertThat(Aw.run("snapshot", store, "--tick", 2).exit()).isZero();
  }

  private static void flip(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
  }

  @SuppressWarnings("unchecked")
  private Map<String, Object> only() {
    Aw doctor = Aw.run("doctor", store, "--json");
    List<Map<String, Object>> findings = (List<Map<String, Object>>) doctor.json().get("findings");
    assertThat(findings).hasSize(1);
    assertThat(doctor.exit())
        .isEqualTo(findings.get(0).get("severity").equals("damage") ? Exit.FAILURE : Exit.OK);
    return findings.get(0);
  }

  @Test
  void a_sound_store_is_healthy() {
    Aw doctor = Aw.run("doctor", store);
    assertThat(doctor.exit()).as(doctor.err()).isZero();
    assertThat(doctor.out()).contains("nothing is damaged; valid to tick 4");
  }

  @Test
  void a_damaged_log_is_named_with_the_command_that_saves_the_rest() throws IOException {
    flip(store.resolve("log").resolve("00000000000000000000.arrow"));
    Map<String, Object> finding = only();
    assertThat((String) finding.get("what"))
        .startsWith("Cannot read log/00000000000000000000.arrow at byte ");
    assertThat((String) finding.get("meaning")).contains("The log is the world");
    assertThat((String) finding.get("next")).contains("aw recover " + store + " --out NEW");
  }

  @Test
  void a_damaged_snapshot_is_no_loss_and_may_be_deleted() throws IOException {
    flip(store.resolve("snapshots/00000000000000000002.v1/ship.arrow"));
    Map<String, Object> finding = only();
    assertThat((String) finding.get("meaning")).contains("a cache of the log: no tick is lost");
    assertThat((String) finding.get("next"))
        .contains("delete " + store + "/snapshots/00000000000000000002.v1");
  }

  @Test
  void what_was_never_finished_is_a_note() throws IOException {
    Files.createDirectory(store.resolve("snapshots/00000000000000000003.v1.tmp"));
    Map<String, Object> finding = only();
    assertThat(finding).containsEntry("severity", "note");
    assertThat((String) finding.get("what")).endsWith(".v1.tmp was never finished");
  }

  @Test
  void without_store_json_the_next_step_is_said() throws IOException {
    Files.delete(store.resolve("store.json"));
    Aw doctor = Aw.run("doctor", store);
    assertThat(doctor.exit()).isEqualTo(Exit.FAILURE);
    assertThat(doctor.out())
        .contains("there is no such file as store.json in it")
        .contains("put a copy of store.json back");
  }

  @Test
  void a_damaged_base_is_never_to_be_deleted() throws IOException {
    Path table = Files.writeString(folder.resolve("t.csv"), "x\n1\n2\n");
    store = folder.resolve("based");
    assertThat(Aw.run("import", "csv", table, "--out", store).exit()).isZero();
    flip(store.resolve("snapshots/00000000000000000000.v1/manifest.json"));
    Aw doctor = Aw.run("doctor", store);
    assertThat(doctor.exit()).isEqualTo(Exit.FAILURE);
    assertThat(doctor.out())
        .contains("History begins at this snapshot")
        .contains("put a copy of snapshots/00000000000000000000.v1 back")
        .doesNotContain("delete");
  }
}
