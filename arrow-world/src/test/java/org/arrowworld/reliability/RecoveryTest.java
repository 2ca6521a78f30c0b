// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.json.ChecksummedJson;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.Log;
import org.arrowworld.maintenance.StoreCompaction;
import org.arrowworld.maintenance.StoreRecovery;
import org.arrowworld.reliability.SmallStores.Form;
import org.arrowworld.reliability.SmallStores.Reading;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.storage.MemoryStorage.CrashKind;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.timeline.Timeline;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RELIABILITY contract 4: damage is never repaired in place; what can be proven is saved anew. */
class RecoveryTest {
  private final BufferAllocator memory = new RootAllocator();

  @AfterEach
  void no_byte_is_leaked() {
    assertThat(memory.getAllocatedMemory()).isZero();
    memory.close();
  }

  @ParameterizedTest
  @EnumSource(Form.class)
  void a_sound_store_is_recovered_whole_with_the_same_chain(Form form) throws IOException {
    MemoryStorage source = SmallStores.create(form, memory);
    MemoryStorage target = new MemoryStorage();
    StoreRecovery.Report report = StoreRecovery.run(source, target, memory);
    assertThat(report.losses()).isEmpty();
    assertThat(report.rowsLost()).isZero();
    assertThat(report.verification().isSound()).isTrue();
    assertThat(((Reading.Valid) SmallStores.read(target, memory)).hashes())
        .isEqualTo(((Reading.Valid) SmallStores.read(source, memory)).hashes());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3})
  void a_compacted_store_is_recovered_from_its_base_on_though_that_lies_within_a_segment(int keep)
      throws IOException {
    MemoryStorage source = SmallStores.create(Form.SEALED, memory);
    StoreCompaction.Report compaction = StoreCompaction.keep(source, keep, memory);
    assertThat(compaction.base()).hasValue(SmallStores.TICKS - 1 - keep);
    MemoryStorage target = new MemoryStorage();
    StoreRecovery.Report report = StoreRecovery.run(source, target, memory);
    assertThat(report.losses()).isEmpty();
    assertThat(report.rowsLost()).isZero();
    assertThat(report.verification().isSound()).isTrue();
    try (Timeline saved = Timeline.open(target);
        Timeline was = Timeline.open(source)) {
      assertThat(saved.end()).isEqualTo(was.end());
    }
    assertThat(((Reading.Valid) SmallStores.read(target, memory)).hashes())
        .isEqualTo(((Reading.Valid) SmallStores.read(source, memory)).hashes());
  }

  @ParameterizedTest
  @EnumSource(Form.class)
  void what_a_truncation_took_away_does_not_come_back(Form form) throws IOException {
    MemoryStorage source = SmallStores.create(form, memory);
    long cut = SmallStores.TICKS - 3;
    try (Log log = StoreInfo.read(source).openLog(source)) {
      String seq = Text.of("%016x", log.positionAt(cut).seq());
      ChecksummedJson.write(
          source, "fence.json", Map.of("tick", Text.of("%016x", cut), "seq", seq, "epoch", 1));
    }
    MemoryStorage target = new MemoryStorage();
    StoreRecovery.Report report = StoreRecovery.run(source, target, memory);
    assertThat(report.losses()).isEmpty();
    assertThat(report.rowsLost()).isZero();
    assertThat(report.saved().tick()).isEqualTo(cut);
    assertThat(((Reading.Valid) SmallStores.read(target, memory)).hashes())
        .isEqualTo(((Reading.Valid) SmallStores.read(source, memory)).hashes());
  }

  /** Spec L-29. */
  @ParameterizedTest
  @EnumSource(Form.class)
  void of_a_store_damaged_anywhere_in_its_log_a_sound_prefix_is_saved(Form form)
      throws IOException {
    MemoryStorage source = SmallStores.create(form, memory);
    Reading.Valid intact = (Reading.Valid) SmallStores.read(source, memory);
    String path =
        form == Form.LIVE
            ? "log/live/00000000000000000000.arrows"
            : "log/00000000000000000000.arrow";
    byte[] original = source.bytes(path);
    int partial = 0;
    for (int at = 0; at < original.length; at += 7) {
      byte[] damaged = original.clone();
      damaged[at] ^= 0x10;
      MemoryStorage broken = source.afterCrash(CrashKind.PROCESS);
      broken.put(path, damaged);
      MemoryStorage target = new MemoryStorage();
      StoreRecovery.Report report = StoreRecovery.run(broken, target, memory);
      assertThat(report.verification().isSound()).as("damage at %d", at).isTrue();
      Reading.Valid saved = (Reading.Valid) SmallStores.read(target, memory);
      saved.hashes().forEach((tick, hash) -> assertThat(hash).isEqualTo(intact.hashes().get(tick)));
      if (saved.hashes().size() < intact.hashes().size()) {
        partial++;
        // Damage to the very last batch of a live segment cannot be told from a torn tail.
        boolean lastBatch = form == Form.LIVE && saved.lastTick() == SmallStores.TICKS - 2;
        assertThat(report.isComplete()).as("damage at %d", at).isEqualTo(lastBatch);
      }
    }
    assertThat(partial).isPositive();
  }

  @ParameterizedTest
  @EnumSource(Form.class)
  void a_damaged_log_is_refused_by_a_writer_and_left_as_it_is(Form form) throws IOException {
    MemoryStorage source = SmallStores.create(form, memory);
    String path =
        form == Form.LIVE
            ? "log/live/00000000000000000000.arrows"
            : "log/00000000000000000000.arrow";
    byte[] damaged = source.bytes(path);
    damaged[damaged.length / 2] ^= 1;
    source.put(path, damaged);
    org.assertj.core.api.Assertions.assertThatThrownBy(
            () ->
                org.arrowworld.LiveWorld.resume(source, WorldOptions.DEFAULT.withAllocator(memory)))
        .isInstanceOf(DamagedFileException.class);
    assertThat(source.bytes(path)).isEqualTo(damaged);
  }
}
