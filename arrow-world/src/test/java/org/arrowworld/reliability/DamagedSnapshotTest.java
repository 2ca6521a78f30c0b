// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.LogOptions;
import org.arrowworld.maintenance.StoreCompaction;
import org.arrowworld.maintenance.StoreDoctor;
import org.arrowworld.maintenance.StoreFork;
import org.arrowworld.snapshot.Snapshot;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.timeline.Timeline;
import org.arrowworld.timeline.Verifier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A damaged snapshot is passed over with a warning, unless history begins with it. */
class DamagedSnapshotTest {
  private static final int LAST = 30;

  private final BufferAllocator memory = new RootAllocator();

  @AfterEach
  void no_byte_is_leaked() {
    assertThat(memory.getAllocatedMemory()).isZero();
    memory.close();
  }

  private enum History {
    WHOLE,
    FORKED,
    SHORTENED
  }

  @Test
  void a_cache_that_is_deleted_beside_a_reader_is_not_missed_where_the_log_has_all()
      throws IOException {
    MemoryStorage storage = store(History.WHOLE);
    try (Timeline timeline = Timeline.open(storage)) {
      for (String name : storage.list("snapshots")) {
        AtomicFiles.discard(storage, "snapshots/" + name);
      }
      try (MutableWorld world = timeline.at(LAST, memory)) {
        assertThat(world.tick()).isEqualTo(LAST);
      }
    }
  }

  /** Ticks up to {@link #LAST}, caches at 20 and 28, and for two of the three a base at 12. */
  private MemoryStorage store(History history) throws IOException {
    MemoryStorage storage = new MemoryStorage();
    StoreInfo info = StoreInfo.create(SmallStores.SCHEMA, "tick", Map.of());
    LogOptions options = LogOptions.DEFAULT.withSegmentBytes(4000);
    try (LiveWorld live =
        LiveWorld.create(
            storage, info, WorldOptions.DEFAULT.withLog(options).withAllocator(memory))) {
      play(live, history == History.FORKED ? 12 : LAST);
    }
    if (history == History.SHORTENED) {
      StoreCompaction.keep(storage, LAST - 12, memory);
    }
    if (history != History.FORKED) {
      return storage;
    }
    MemoryStorage fork = new MemoryStorage();
    StoreFork.at(storage, 12, fork, memory);
    try (LiveWorld live =
        LiveWorld.resume(fork, WorldOptions.DEFAULT.withLog(options).withAllocator(memory))) {
      play(live, LAST);
    }
    return fork;
  }

  private static void play(LiveWorld live, int last) throws IOException {
    while (live.lastTick() < last) {
      float x = live.lastTick() + 1;
      live.tick(t -> t.table("c").insert().set("x", x).set("k", "word " + x));
      if (live.lastTick() == 20 || live.lastTick() == 28) {
        live.snapshot();
      }
    }
  }

  private static void damage(MemoryStorage storage, long tick, String file) throws IOException {
    String path = Text.of("snapshots/%020d.v1/%s", tick, file);
    byte[] bytes = storage.bytes(path);
    bytes[bytes.length / 2] ^= 1;
    storage.put(path, bytes);
  }

  private Map<Long, String> hashes(MemoryStorage storage) throws IOException {
    return ((SmallStores.Reading.Valid) SmallStores.read(storage, memory)).hashes();
  }

  private void reported(MemoryStorage storage, String path) throws IOException {
    List<String> found = Verifier.verify(storage, Verifier.Depth.STANDARD, 1, memory).findings();
    assertThat(found).anyMatch(f -> f.contains(path));
    assertThat(StoreDoctor.examine(storage, "s", memory).findings())
        .anyMatch(f -> f.what().contains(path));
  }

  @ParameterizedTest
  @CsvSource({
    "WHOLE,manifest.json", "WHOLE,c.arrow",
    "FORKED,manifest.json", "FORKED,c.arrow",
    "SHORTENED,manifest.json", "SHORTENED,c.arrow"
  })
  void a_damaged_cache_costs_no_tick_and_is_reported(History history, String file)
      throws IOException {
    MemoryStorage storage = store(history);
    Map<Long, String> before = hashes(storage);
    assertThat(before).hasSize(history == History.WHOLE ? LAST + 1 : LAST + 1 - 12);
    damage(storage, 28, file);
    String path = "snapshots/00000000000000000028.v1";
    assertThat(hashes(storage)).isEqualTo(before);
    reported(storage, path);
    try (Timeline timeline = Timeline.open(storage);
        MutableWorld world = timeline.at(LAST, memory)) {
      assertThat(SmallStores.describe(world)).isEqualTo(before.get((long) LAST));
      assertThat(timeline.warnings())
          .singleElement()
          .asString()
          .startsWith("passed over a damaged snapshot: Cannot read " + path);
    }
    try (LiveWorld live = LiveWorld.resume(storage, WorldOptions.DEFAULT.withAllocator(memory))) {
      assertThat(SmallStores.describe(live.world())).isEqualTo(before.get((long) LAST));
      assertThat(live.warnings()).singleElement().asString().contains(path);
      play(live, LAST + 1);
    }
    assertThat(hashes(storage)).hasSize(before.size() + 1).containsAllEntriesOf(before);
  }

  @Test
  void a_damaged_snapshot_is_not_told_as_one_that_was_written() throws IOException {
    MemoryStorage storage = store(History.WHOLE);
    try (LiveWorld live = LiveWorld.resume(storage, WorldOptions.DEFAULT.withAllocator(memory))) {
      String there = live.snapshot();
      assertThat(live.snapshot()).isEqualTo(there);
      damage(storage, LAST, "c.arrow");
      assertThatThrownBy(live::snapshot)
          .isInstanceOf(DamagedFileException.class)
          .hasMessageContaining("a damaged snapshot stands there");
      live.snapshotLater();
      assertThatThrownBy(live::awaitSnapshot)
          .hasStackTraceContaining("a damaged snapshot stands there");
    }
  }

  @Test
  void a_sound_store_opens_without_a_warning() throws IOException {
    try (LiveWorld live =
        LiveWorld.resume(store(History.FORKED), WorldOptions.DEFAULT.withAllocator(memory))) {
      assertThat(live.warnings()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"FORKED", "SHORTENED"})
  void a_damaged_base_is_refused_by_name(History history) throws IOException {
    MemoryStorage storage = store(history);
    damage(storage, 12, "manifest.json");
    List<String> files = List.copyOf(storage.list("log"));
    String path = "Cannot read snapshots/00000000000000000012.v1/manifest.json";
    reported(storage, "snapshots/00000000000000000012.v1");
    try (Timeline timeline = Timeline.open(storage)) {
      assertThatThrownBy(() -> timeline.at(LAST, memory))
          .isInstanceOf(DamagedFileException.class)
          .hasMessageStartingWith(path);
      assertThatThrownBy(timeline::firstTick).isInstanceOf(DamagedFileException.class);
    }
    assertThatThrownBy(() -> LiveWorld.resume(storage, WorldOptions.DEFAULT.withAllocator(memory)))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageStartingWith(path);
    assertThat(storage.list("log")).isEqualTo(files);
  }

  /** Its log has no row yet: without the base nothing says where the history stands. */
  @Test
  void a_damaged_base_that_is_all_there_is_is_refused_by_name() throws IOException {
    MemoryStorage fork = new MemoryStorage();
    StoreFork.at(store(History.WHOLE), 12, fork, memory);
    damage(fork, 12, "manifest.json");
    assertThatThrownBy(() -> LiveWorld.resume(fork, WorldOptions.DEFAULT.withAllocator(memory)))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageStartingWith("Cannot read snapshots/00000000000000000012.v1/manifest.json");
  }

  /** Its place in the log is not known, but its tick is later than the log's last. */
  @Test
  void a_damaged_snapshot_behind_the_logs_end_still_tells_that_a_tail_is_missing()
      throws IOException {
    MemoryStorage storage = store(History.WHOLE);
    for (String name : storage.list("log/live")) {
      storage.delete("log/live/" + name);
    }
    List<String> sealed = storage.list("log").stream().filter(n -> n.endsWith(".arrow")).toList();
    for (String name : sealed.subList(sealed.size() / 2, sealed.size())) {
      storage.delete("log/" + name);
    }
    Snapshot.delete(storage, Snapshot.list(storage).get(0));
    damage(storage, 28, "manifest.json");
    assertThatThrownBy(() -> LiveWorld.resume(storage, WorldOptions.DEFAULT.withAllocator(memory)))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining("snapshots/00000000000000000028.v1/manifest.json");
  }
}
