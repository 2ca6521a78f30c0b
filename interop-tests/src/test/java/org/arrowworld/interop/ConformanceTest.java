// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.Store;
import org.arrowworld.internal.ipc.IpcFooter;
import org.arrowworld.internal.json.Json;
import org.arrowworld.log.LogPlan;
import org.arrowworld.log.LogPosition;
import org.arrowworld.log.PlanReader;
import org.arrowworld.log.PlannedBatch;
import org.arrowworld.log.Tail;
import org.arrowworld.log.TripleBatch;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.ReadableFile;
import org.arrowworld.table.World;
import org.arrowworld.timeline.Timeline;
import org.arrowworld.timeline.Verifier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The golden store of docs/spec/conformance; {@code -Daw.regenerate=true} writes it anew. */
class ConformanceTest {
  private static final int MAX_BYTES = 250_000;

  private final BufferAllocator memory = new RootAllocator();

  @TempDir Path temporary;

  private static Path golden(Conformance store) {
    return PythonEnvironment.repositoryRoot()
        .resolve("docs/spec/conformance")
        .resolve(store.folder());
  }

  @BeforeEach
  void regenerate_if_asked() throws IOException {
    if (Boolean.getBoolean("aw.regenerate")) {
      for (Conformance store : Conformance.values()) {
        if (!store.isOlder() || !Files.exists(golden(store))) {
          regenerate(store);
        }
      }
    }
  }

  private void regenerate(Conformance store) throws IOException {
    Path golden = golden(store);
    if (Files.exists(golden)) {
      try (Stream<Path> paths = Files.walk(golden)) {
        for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
    store.write(golden, memory);
  }

  @AfterEach
  void no_byte_is_leaked() {
    assertThat(memory.getAllocatedMemory()).isZero();
    memory.close();
  }

  @ParameterizedTest
  @EnumSource
  void generating_the_store_again_gives_the_same_bytes(Conformance store) throws IOException {
    Path again = temporary.resolve("again");
    store.write(again, memory);
    Map<String, byte[]> expected = files(golden(store), store);
    assertThat(files(again, store)).containsExactlyInAnyOrderEntriesOf(expected);
    assertThat(expected.values().stream().mapToInt(b -> b.length).sum()).isLessThan(MAX_BYTES);
  }

  private static Map<String, byte[]> files(Path directory, Conformance store) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.filter(Files::isRegularFile).toList()) {
        String name = directory.relativize(path).toString();
        boolean older = store.isOlder() && name.startsWith("store/log/") && name.endsWith(".arrow");
        files.put(name, older ? withoutHead(path) : Files.readAllBytes(path));
      }
    }
    return files;
  }

  /** A sealed segment's bytes up to its last batch, and what its footer says but aw.head. */
  private static byte[] withoutHead(Path segment) throws IOException {
    DiskStorage storage = new DiskStorage(segment.getParent());
    try (ReadableFile file = storage.openRead(segment.getFileName().toString())) {
      IpcFooter footer = IpcFooter.read(file);
      Map<String, String> metadata = new TreeMap<>(footer.metadata());
      metadata.keySet().removeAll(List.of("aw.head", "aw.footer_crc"));
      long end = footer.batches().get(footer.batches().size() - 1).end();
      byte[] said = (footer.schema() + " " + metadata).getBytes(StandardCharsets.UTF_8);
      ByteBuffer content = ByteBuffer.allocate((int) end);
      file.readFully(content, 0);
      return ByteBuffer.allocate((int) end + said.length)
          .put(content.flip().limit((int) end))
          .put(said)
          .array();
    }
  }

  @ParameterizedTest
  @EnumSource
  void the_store_holds_the_expected_worlds_keys_and_words(Conformance store) throws IOException {
    Path golden = golden(store);
    Map<?, ?> expected =
        (Map<?, ?>) Json.parse(Files.readAllBytes(golden.resolve("expected.json")));
    DiskStorage storage = new DiskStorage(golden.resolve("store"));
    try (Timeline timeline = Timeline.open(storage)) {
      assertThat(timeline.log().keys().from(0).stream().map(Key::name).toList())
          .isEqualTo(expected.get("keys"));
      for (Timeline.Start start : Timeline.Start.values()) {
        for (Object tick : (List<?>) expected.get("ticks")) {
          check(timeline, start, (Map<?, ?>) tick);
        }
      }
      assertThat(timeline.warnings()).isEmpty();
      Map<String, Object> said = new TreeMap<>();
      for (TableSchema table : timeline.info().schema().tables()) {
        for (Column column : table.columns()) {
          said.put(table.name() + "." + column.name(), column.words());
        }
      }
      said.values().removeIf(words -> ((Map<?, ?>) words).isEmpty());
      assertThat(said.isEmpty() ? null : said).isEqualTo(expected.get("columns"));
      try (World last = timeline.at(timeline.lastTick(), memory)) {
        List<?> words = (List<?>) expected.get("codebook");
        assertThat(last.codebook().size()).isEqualTo(words.size());
        for (int code = 0; code < words.size(); code++) {
          assertThat(last.codebook().word(code)).isEqualTo(words.get(code));
        }
      }
    }
  }

  /** Spec S-16, S-17, L-14, L-15, O-7 to O-15, H-1 to H-3. */
  private void check(Timeline timeline, Timeline.Start start, Map<?, ?> expected)
      throws IOException {
    long tick = ((Number) expected.get("tick")).longValue();
    LogPosition position = timeline.positionOf(tick);
    try (World world = timeline.at(tick, start, memory)) {
      Map<String, Object> found = WorldReport.of(world, position);
      found.put("log_rows", expected.get("log_rows"));
      timeline.info().time().ifPresent(t -> found.put("time", t.at(tick)));
      timeline.info().time().ifPresent(t -> found.put("instant", t.instant(tick).toString()));
      timeline
          .info()
          .time()
          .ifPresent(
              t -> {
                assertThat(t.tick((Number) expected.get("time"))).isEqualTo(tick);
                assertThat(t.tick(Instant.parse((String) expected.get("instant")))).isEqualTo(tick);
              });
      assertThat(Json.parse(Json.write(found))).isEqualTo(expected);
    }
  }

  /** Spec B-12: without such batches no reader of one alone is tested. */
  @Test
  void the_headed_store_has_words_in_later_batches_and_batches_that_end_within_a_tick()
      throws IOException {
    int wordy = 0;
    int within = 0;
    try (Store store = Store.open(golden(Conformance.HEADED).resolve("store"))) {
      LogPlan plan = store.plan();
      List<PlannedBatch> sealed =
          plan.batches().stream().filter(b -> b.segment().endsWith(".arrow")).toList();
      try (PlanReader reader = PlanReader.open(store.storage(), plan)) {
        for (PlannedBatch planned : sealed.subList(1, sealed.size() - 1)) {
          TripleBatch batch = reader.read(planned).batch();
          boolean words = IntStream.range(0, batch.rows()).anyMatch(i -> batch.utf8(i) != null);
          wordy += words ? 1 : 0;
          within += batch.key(batch.rows() - 1) == KeyTable.COMMIT ? 0 : 1;
        }
      }
    }
    assertThat(wordy).isGreaterThan(1);
    assertThat(within).isGreaterThan(2);
  }

  /** Spec L-16 to L-20, N-7: a sealed and a live segment, and snapshots that replay confirms. */
  @ParameterizedTest
  @EnumSource
  void the_store_is_sound_and_has_both_kinds_of_segment(Conformance store) throws IOException {
    DiskStorage storage = new DiskStorage(golden(store).resolve("store"));
    Verifier.Report report = Verifier.verify(storage, Verifier.Depth.DEEP, 1, memory);
    assertThat(report.findings()).isEmpty();
    assertThat(report.notes()).isEmpty();
    boolean without = store == Conformance.WIDE || store == Conformance.HEADED;
    assertThat(report.snapshots()).isEqualTo(without ? 0 : 1);
    try (Timeline timeline = Timeline.open(storage)) {
      assertThat(timeline.log().tail().kind()).isEqualTo(Tail.Kind.CLEAN);
      List<String> segments = timeline.log().segments();
      assertThat(segments).hasSize(2);
      assertThat(segments.get(0)).startsWith("log/").endsWith(".arrow");
      assertThat(segments.get(1)).startsWith("log/live/").endsWith(".arrows");
    }
  }
}
