// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.field.FieldImport;
import org.arrowworld.internal.Digits;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.json.ChecksummedJson;
import org.arrowworld.internal.store.MutableCodebook;
import org.arrowworld.log.LogOptions;
import org.arrowworld.log.LogPosition;
import org.arrowworld.log.LogWriter;
import org.arrowworld.log.SegmentInfo;
import org.arrowworld.maintenance.StoreRecovery;
import org.arrowworld.reliability.SmallStores.Form;
import org.arrowworld.reliability.SmallStores.Reading;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.schema.Values;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.testing.OddStores;
import org.arrowworld.timeline.Timeline;
import org.arrowworld.timeline.Verifier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What verify and recover say of stores that are wrong in one way each. */
class VerdictTest {
  private static final String LIVE = "log/live/00000000000000000000.arrows";

  private final BufferAllocator memory = new RootAllocator();

  @TempDir Path folder;

  @AfterEach
  void no_byte_is_leaked() {
    assertThat(memory.getAllocatedMemory()).isZero();
    memory.close();
  }

  private List<String> findings(MemoryStorage store) throws IOException {
    return Verifier.verify(store, Verifier.Depth.STANDARD, 1, memory).findings();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "log/notes.txt",
        "log/\u0660\u0660.arrow",
        "log/live/00000000000000000007.arrow",
        "log/99999999999999999999.arrow",
        "snapshots/latest"
      })
  void a_name_that_no_reader_knows_is_a_finding(String path) throws IOException {
    MemoryStorage store = SmallStores.create(Form.SEALED, memory);
    store.put(path, new byte[3]);
    assertThat(findings(store)).hasSize(1);
    assertThat(findings(store).get(0)).contains(path + ": no ").contains("move it away");
  }

  @Test
  void a_word_under_another_code_than_that_of_its_first_use_is_a_finding_and_not_recovered()
      throws IOException {
    MemoryStorage store = SmallStores.create(Form.SEALED, memory);
    try (Timeline timeline = Timeline.open(store)) {
      LogWriter.Start start =
          new LogWriter.Start(timeline.info().id(), 1, true, timeline.log().end());
      KeyTable keys = new KeyTable(timeline.log().keys().from(0));
      MutableCodebook words = new MutableCodebook();
      words.intern("another word");
      try (LogWriter writer = LogWriter.open(store, start, keys, words, LogOptions.DEFAULT)) {
        writer.beginTick(SmallStores.TICKS);
        writer.append(1, keys.key("c.k").code(), Values.ofInteger(0));
        writer.commit();
      }
    }
    assertThat(findings(store)).hasSize(1);
    assertThat(findings(store).get(0)).contains("tick 5").contains("it stands for 'word 0'");
    StoreRecovery.Report report = StoreRecovery.run(store, new MemoryStorage(), memory);
    assertThat(report.verification().findings()).isEmpty();
    assertThat(report.saved().tick()).isEqualTo(SmallStores.TICKS - 1);
    assertThat(report.rowsLost()).isEqualTo(2);
    assertThat(report.losses().get(0)).contains("that tick and all later ones are not saved");
  }

  @ParameterizedTest
  @EnumSource(Form.class)
  void rows_of_batches_behind_damage_are_counted_as_lost(Form form) throws IOException {
    MemoryStorage whole = SmallStores.create(form, memory);
    long rows = SegmentInfo.read(whole, OddStores.files(whole).get(0)).rows();
    String path = OddStores.files(whole).get(0);
    byte[] bytes = whole.bytes(path);
    int counted = 0;
    for (int at = 0; at < bytes.length; at += 61) {
      MemoryStorage store = whole.afterCrash(MemoryStorage.CrashKind.PROCESS);
      byte[] damaged = bytes.clone();
      damaged[at] ^= 4;
      store.put(path, damaged);
      MemoryStorage target = new MemoryStorage();
      StoreRecovery.Report report = StoreRecovery.run(store, target, memory);
      assertThat(report.saved().seq() + report.rowsLost()).isBetween(0L, 2 * rows);
      boolean isLast = form == Form.LIVE && SmallStores.TICKS - 2 == report.saved().tick();
      if (report.saved().seq() < rows && !isLast) {
        assertThat(report.rowsLost()).as("damage at byte %d", at).isPositive();
        counted++;
      }
    }
    assertThat(counted).isPositive();
  }

  @Test
  void a_store_without_store_json_is_recovered_by_the_schema_of_a_snapshot() throws IOException {
    MemoryStorage store = SmallStores.create(Form.SEALED, memory);
    Reading.Valid whole = (Reading.Valid) SmallStores.read(store, memory);
    store.delete("store.json");
    MemoryStorage target = new MemoryStorage();
    StoreRecovery.Report report = StoreRecovery.run(store, target, memory);
    assertThat(report.rowsLost()).isZero();
    assertThat(report.losses()).hasSize(1);
    assertThat(report.losses().get(0))
        .contains("store.json")
        .contains("its tick unit and its time are lost");
    assertThat(((Reading.Valid) SmallStores.read(target, memory)).hashes())
        .isEqualTo(whole.hashes());
  }

  @Test
  void where_no_schema_is_left_the_rows_are_saved_as_a_log_without_tables() throws IOException {
    MemoryStorage store = SmallStores.create(Form.LIVE, memory);
    long chain;
    try (Timeline timeline = Timeline.open(store)) {
      chain = timeline.log().end().chain();
    }
    for (String path : OddStores.files(store)) {
      if (!path.startsWith("log/")) {
        store.delete(path);
      }
    }
    MemoryStorage target = new MemoryStorage();
    StoreRecovery.Report report = StoreRecovery.run(store, target, memory);
    assertThat(report.saved().chain()).isEqualTo(chain);
    assertThat(report.rowsLost()).isZero();
    assertThat(report.losses()).anyMatch(loss -> loss.contains("as a log without tables"));
    assertThat(report.verification().findings()).isEmpty();
  }

  @Test
  void where_nothing_of_a_store_can_be_read_recovery_says_so_and_makes_nothing()
      throws IOException {
    MemoryStorage store = new MemoryStorage();
    store.put("store.json", new byte[10]);
    store.put(LIVE, new byte[100]);
    MemoryStorage target = new MemoryStorage();
    assertThatThrownBy(() -> StoreRecovery.run(store, target, memory))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining("nothing of a store can be read in it: neither store.json, nor the")
        .hasMessageContaining("store.json");
    assertThat(target.list("")).isEmpty();
  }

  /** Spec L-21: also where the fence stands right at the log's end. */
  @Test
  void a_fence_that_names_another_tick_than_that_of_the_commit_before_it_is_a_finding()
      throws IOException {
    MemoryStorage storage = SmallStores.create(Form.SEALED, memory);
    LogPosition end;
    try (Timeline timeline = Timeline.open(storage)) {
      end = timeline.end();
    }
    Map<String, Object> fence = new LinkedHashMap<>();
    fence.put("tick", Digits.hex16(end.tick()));
    fence.put("seq", Digits.hex16(end.seq()));
    fence.put("epoch", 1);
    ChecksummedJson.write(storage, "fence.json", fence);
    assertThat(findings(storage)).isEmpty();
    fence.put("tick", Digits.hex16(end.tick() + 1));
    ChecksummedJson.write(storage, "fence.json", fence);
    assertThat(findings(storage))
        .containsExactly(
            Text.of(
                "fence.json: its tick is %d and its seq %d, but the history before it ends at"
                    + " tick %d, seq %d",
                end.tick() + 1, end.seq(), end.tick(), end.seq()));
  }

  /** Spec N-5: keys alone do not tell how rows are removed. */
  @Test
  void a_snapshot_with_another_schema_of_the_same_version_is_a_finding_and_begins_nothing_saved()
      throws IOException {
    MemoryStorage storage = SmallStores.create(Form.SEALED, memory);
    String path = "snapshots/00000000000000000002.v1/manifest.json";
    String manifest = new String(storage.bytes(path), StandardCharsets.UTF_8);
    String body = manifest.substring(0, manifest.lastIndexOf(",\"crc\""));
    String changed = body.replace("\"removal\":\"swap_remove\"", "\"removal\":\"compact\"");
    assertThat(changed).isNotEqualTo(body);
    storage.put(path, OddStores.sealed(changed.getBytes(StandardCharsets.UTF_8)));
    assertThat(findings(storage))
        .containsExactly(
            "snapshots/00000000000000000002.v1: its schema is not store.json's, in the same version");
    storage.delete("log/00000000000000000000.arrow");
    StoreRecovery.Report report = StoreRecovery.run(storage, new MemoryStorage(), memory);
    assertThat(report.saved().tick()).isEqualTo(-1);
    assertThat(report.losses())
        .anyMatch(loss -> loss.contains("its schema is not that of the log"));
  }

  @Test
  void an_empty_folder_among_the_fields_is_no_loss_and_one_in_an_arrays_place_is()
      throws IOException {
    MemoryStorage storage = SmallStores.create(Form.SEALED, memory);
    storage.createDirectories("fields/empty");
    assertThat(StoreRecovery.run(storage, new MemoryStorage(), memory).losses()).isEmpty();
    storage.createDirectories("fields/run/u.npy");
    assertThat(StoreRecovery.run(storage, new MemoryStorage(), memory).losses())
        .singleElement()
        .asString()
        .contains("fields/run/u.npy");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "store.json",
        "fence.json",
        "log/00000000000000000000.arrow",
        "snapshots/00000000000000000002.v1/manifest.json",
        "snapshots/00000000000000000002.v1/c.arrow",
        "snapshots/00000000000000000002.v1/c.free.arrow",
        "snapshots/00000000000000000002.v1/codebook.arrow"
      })
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void a_fifo_in_the_place_of_any_file_is_named_at_once(String path) throws Exception {
    MemoryStorage whole = SmallStores.create(Form.SEALED, memory);
    for (String file : OddStores.files(whole)) {
      Path to = folder.resolve("store").resolve(file);
      Files.createDirectories(to.getParent());
      if (!file.equals(path) && !file.equals("log/live")) {
        Files.write(to, whole.bytes(file));
      }
    }
    Path fifo = folder.resolve("store").resolve(path);
    Process mkfifo = new ProcessBuilder("mkfifo", fifo.toString()).start();
    Assumptions.assumeTrue(
        mkfifo.waitFor(10, TimeUnit.SECONDS) && mkfifo.exitValue() == 0,
        "skipped: no FIFOs can be made here");
    DiskStorage store = new DiskStorage(folder.resolve("store"));
    assertThat(Verifier.verify(store, Verifier.Depth.STANDARD, 1, memory).findings())
        .anyMatch(finding -> finding.contains("it is a FIFO or device, expected a regular file"));
    StoreRecovery.Report report = StoreRecovery.run(store, new MemoryStorage(), memory);
    assertThat(report.verification().findings()).isEmpty();
  }

  @Test
  void a_field_run_with_a_link_is_not_imported() throws IOException {
    Path run = Files.createDirectories(folder.resolve("run"));
    Path secret = Files.writeString(folder.resolve("secret"), "not for others");
    Files.writeString(run.resolve("metadata.json"), "{}");
    try {
      Files.createSymbolicLink(run.resolve("times.npy"), secret);
    } catch (IOException | UnsupportedOperationException e) {
      Assumptions.abort("skipped: no links can be made here: " + e);
    }
    DiskStorage source = new DiskStorage(run);
    assertThatThrownBy(() -> FieldImport.run(source, "", new MemoryStorage()))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> source.openRead("times.npy"))
        .hasMessageContaining("it is a link, and links are not followed");
  }
}
