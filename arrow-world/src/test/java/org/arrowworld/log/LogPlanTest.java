// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.Store;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.maintenance.StoreCompaction;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.BufferCompression;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.testing.AnyWorld;
import org.arrowworld.testing.CountingStorage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Batches that are read alone. {@code -Daw.seed=S} repeats the case of a seed. */
class LogPlanTest {
  private static final int CASES = Integer.getInteger("aw.cases", 30);
  private static final long FIRST_SEED = Long.getLong("aw.seed", 88_000);
  private static final WorldSchema SCHEMA =
      WorldSchema.of(
          TableSchema.row("c")
              .column("x", ColumnType.F64)
              .column("name", ColumnType.STRING)
              .build());

  /** A batch holds a tick or a few, a segment some batches. */
  private static final LogOptions SMALL =
      LogOptions.DEFAULT
          .withDurability(Durability.NONE)
          .withContainers(2, 40)
          .withSegmentBytes(4000);

  private final BufferAllocator memory = new RootAllocator();

  @AfterEach
  void no_byte_is_leaked() {
    assertThat(memory.getAllocatedMemory()).isZero();
    memory.close();
  }

  private LiveWorld create(Storage storage, WorldSchema schema) throws IOException {
    StoreInfo info = StoreInfo.create(schema, "tick", Map.of());
    return LiveWorld.create(
        storage, info, WorldOptions.DEFAULT.withLog(SMALL).withAllocator(memory));
  }

  private static void play(LiveWorld live, int ticks) throws IOException {
    for (int i = 0; i < ticks; i++) {
      String name = "of " + live.lastTick();
      live.tick(
          t -> {
            for (int row = 0; row < 10; row++) {
              t.table("c").insert().set("x", row * 0.5).set("name", name);
            }
          });
    }
  }

  private static LogPlan plan(Storage storage, BatchFilter filter) throws IOException {
    try (Store store = Store.open(storage)) {
      return store.plan(filter);
    }
  }

  private static void add(List<String> lines, TripleBatch batch, int from, int to) {
    for (int row = from; row < to; row++) {
      lines.add(
          Text.of(
              "%d: %d %d %d %016x %s",
              batch.firstSeq() + row,
              batch.tick(row),
              batch.rid(row),
              batch.key(row),
              batch.val(row),
              batch.word(row)));
    }
  }

  private static List<String> scanned(Storage storage, long first, long last) throws IOException {
    List<String> lines = new ArrayList<>();
    try (Store store = Store.open(storage)) {
      store.log().scan(first, last, (batch, from, to) -> add(lines, batch, from, to));
    }
    return lines;
  }

  /** What workers read that get a few batches each, in any order; in log order. */
  private static List<String> pulled(Storage storage, LogPlan plan, Random random)
      throws IOException {
    List<PlannedBatch> order = new ArrayList<>(plan.batches());
    Collections.shuffle(order, random);
    Map<Long, List<String>> bySeq = new java.util.TreeMap<>();
    for (int at = 0; at < order.size(); ) {
      int to = Math.min(order.size(), at + 1 + random.nextInt(4));
      LogPlan part = sent(plan.only(order.subList(at, to)));
      try (PlanReader reader = PlanReader.open(storage, part)) {
        for (PlannedBatch batch : part.batches()) {
          PlanReader.Rows rows = reader.read(batch);
          List<String> lines = new ArrayList<>();
          add(lines, rows.batch(), rows.from(), rows.to());
          bySeq.put(batch.firstSeq(), lines);
        }
      }
      at = to;
    }
    return bySeq.values().stream().flatMap(List::stream).toList();
  }

  private static LogPlan sent(LogPlan plan) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(plan);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return (LogPlan) in.readObject();
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void workers_read_what_a_scan_reads_of_every_golden_store() throws IOException {
    Path golden = Path.of("..", "docs", "spec", "conformance");
    List<Path> stores;
    try (Stream<Path> folders = Files.list(golden)) {
      stores = folders.map(f -> f.resolve("store")).filter(Files::isDirectory).toList();
    }
    assertThat(stores).hasSizeGreaterThan(6);
    for (Path store : stores) {
      Storage storage = new DiskStorage(store);
      LogPlan plan = plan(storage, BatchFilter.ALL);
      assertThat(pulled(storage, plan, new Random(1)))
          .as(store.toString())
          .isEqualTo(scanned(storage, 0, Long.MAX_VALUE))
          .hasSize((int) plan.rows());
    }
  }

  @Test
  void workers_read_what_a_scan_reads_of_any_world_and_any_ticks() throws IOException {
    int cases = System.getProperty("aw.seed") == null ? CASES : 1;
    for (long seed = FIRST_SEED; seed < FIRST_SEED + cases; seed++) {
      try {
        readAnyWorld(new Random(seed));
      } catch (Throwable e) {
        throw new AssertionError("repeat with -Daw.seed=" + seed, e);
      }
    }
  }

  private void readAnyWorld(Random random) throws IOException {
    MemoryStorage storage = new MemoryStorage();
    AnyWorld any = new AnyWorld(random);
    int ticks = 3 + random.nextInt(20);
    LogPlan plan;
    try (LiveWorld live = create(storage, any.schema())) {
      for (int tick = 0; tick < ticks; tick++) {
        live.tick(any::tick);
      }
      live.sync();
      long first = random.nextInt(ticks);
      long last = first + random.nextInt(ticks - (int) first);
      plan = plan(storage, BatchFilter.ALL.ticks(first, last));
      List<String> expected = scanned(storage, first, last);
      assertThat(pulled(storage, plan, random)).isEqualTo(expected);
      for (int more = random.nextInt(10); more > 0; more--) {
        live.tick(any::tick);
      }
      if (random.nextBoolean()) {
        live.seal();
      }
      assertThat(pulled(storage, plan, random)).as("after it went on").isEqualTo(expected);
    }
  }

  @Test
  void ticks_and_row_ids_pass_over_batches_while_planning() throws IOException {
    MemoryStorage storage = new MemoryStorage();
    try (LiveWorld live = create(storage, SCHEMA)) {
      play(live, 30);
    }
    LogPlan all = plan(storage, BatchFilter.ALL);
    assertThat(all.batches()).hasSizeGreaterThan(8);
    LogPlan some = plan(storage, BatchFilter.ALL.ticks(12, 13));
    assertThat(some.batches()).hasSizeLessThan(4);
    assertThat(some.batches()).allMatch(b -> b.tickMax() >= 12 && b.tickMin() <= 13);
    assertThat(some.segments()).hasSizeLessThan(4);
    assertThat(some.bytes()).isLessThan(all.bytes() / 3);
    LogPlan one = plan(storage, BatchFilter.ALL.rids(295, 295));
    assertThat(one.batches()).hasSize(1);
    assertThat(plan(storage, BatchFilter.ALL.ticks(31, 99)).batches()).isEmpty();
  }

  @Test
  void words_of_a_sealed_segment_are_read_once_for_all_its_batches() throws IOException {
    MemoryStorage storage = new MemoryStorage();
    try (LiveWorld live = create(storage, SCHEMA)) {
      for (int tick = 0; tick < 4; tick++) {
        String name = "of " + tick;
        live.tick(
            t -> {
              for (int row = 0; row < 50_000; row++) {
                t.table("c").insert().set("name", name).set("x", row + 1.0);
              }
            });
      }
      live.seal();
    }
    try (Store store = Store.open(storage)) {
      store.compact();
    }
    LogPlan plan = plan(storage, BatchFilter.ALL);
    assertThat(plan.segments()).hasSize(1);
    assertThat(plan.batches()).hasSizeGreaterThan(3);
    CountingStorage counted = new CountingStorage(storage);
    int last = plan.batches().size() - 1;
    long headBytes = plan.segments().get(0).headBytes();
    try (PlanReader reader = PlanReader.open(counted, plan)) {
      for (int index = last; index > last - 2; index--) {
        long before = counted.bytesRead();
        PlannedBatch batch = plan.batches().get(index);
        PlanReader.Rows rows = reader.read(batch);
        long words = index == last ? headBytes : 0;
        assertThat(counted.bytesRead() - before)
            .isBetween(batch.lengthBytes() + words, batch.lengthBytes() + words + 10_000);
        Triples arrays = new Triples(0);
        rows.copyTo(arrays);
        assertThat(arrays.size()).isEqualTo(rows.count()).isEqualTo(batch.rows());
      }
    }
    assertThat(pulled(storage, plan, new Random(3))).isEqualTo(scanned(storage, 0, Long.MAX_VALUE));
  }

  @Test
  void a_history_that_begins_with_a_base_names_it_and_one_without_does_not() throws IOException {
    Path golden = Path.of("..", "docs", "spec", "conformance");
    LogPlan forked = plan(new DiskStorage(golden.resolve("forked/store")), BatchFilter.ALL);
    assertThat(sent(forked).base().orElseThrow().snapshot())
        .matches("snapshots/[0-9]{20}\\.v[0-9]+");
    assertThat(forked.base().orElseThrow().position().seq()).isEqualTo(forked.start().seq());
    assertThat(forked.only(forked.batches().subList(0, 1)).base()).isEqualTo(forked.base());
    assertThat(plan(new DiskStorage(golden.resolve("first/store")), BatchFilter.ALL).base())
        .isEmpty();
  }

  @Test
  void a_base_that_is_missing_is_said_and_not_passed_over() throws IOException {
    MemoryStorage storage = new MemoryStorage();
    MemoryStorage fork = new MemoryStorage();
    try (LiveWorld live = create(storage, SCHEMA)) {
      play(live, 3);
    }
    org.arrowworld.maintenance.StoreFork.at(storage, 1, fork, memory);
    try (LiveWorld live =
        LiveWorld.resume(fork, WorldOptions.DEFAULT.withLog(SMALL).withAllocator(memory))) {
      play(live, 2);
    }
    assertThat(plan(fork, BatchFilter.ALL).base()).isPresent();
    AtomicFiles.discard(fork, "snapshots");
    assertThatThrownBy(() -> plan(fork, BatchFilter.ALL))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining("is missing: nothing can be replayed without it");
  }

  @Test
  void a_writer_that_goes_on_does_not_move_the_end() throws IOException {
    MemoryStorage storage = new MemoryStorage();
    try (LiveWorld live = create(storage, SCHEMA)) {
      play(live, 5);
      live.sync();
      LogPlan plan = plan(storage, BatchFilter.ALL);
      List<String> expected = scanned(storage, 0, 4);
      play(live, 20); // the segment of then is sealed and others are begun
      assertThat(plan.end().tick()).isEqualTo(4);
      assertThat(pulled(storage, plan, new Random(2))).isEqualTo(expected);
    }
  }

  @Test
  void a_changed_byte_is_found_by_whoever_reads_that_batch_and_by_nobody_else() throws IOException {
    MemoryStorage storage = new MemoryStorage();
    try (LiveWorld live = create(storage, SCHEMA)) {
      play(live, 12);
    }
    LogPlan plan = plan(storage, BatchFilter.ALL);
    PlannedBatch hit = plan.batches().get(plan.batches().size() / 2);
    byte[] bytes = storage.bytes(hit.segment());
    bytes[(int) (hit.offset() + hit.lengthBytes() - 9)] ^= 4;
    storage.put(hit.segment(), bytes);
    try (PlanReader reader = PlanReader.open(storage, plan)) {
      for (PlannedBatch batch : plan.batches()) {
        if (batch.equals(hit)) {
          assertThatThrownBy(() -> reader.read(batch))
              .isInstanceOfSatisfying(
                  DamagedFileException.class, e -> assertThat(e.file()).isEqualTo(hit.segment()))
              .hasMessageContaining("the checksum of bytes");
        } else if (batch.index() > 0 || !batch.segment().equals(hit.segment())) {
          assertThat(reader.read(batch).count()).isPositive();
        }
      }
    }
  }

  @Test
  void a_store_that_took_the_place_of_the_planned_one_is_refused() throws IOException {
    MemoryStorage storage = new MemoryStorage();
    try (LiveWorld live = create(storage, SCHEMA)) {
      play(live, 4);
    }
    LogPlan plan = plan(storage, BatchFilter.ALL);
    MemoryStorage other = new MemoryStorage();
    try (LiveWorld live = create(other, SCHEMA)) {
      play(live, 4);
      live.seal();
    }
    try (PlanReader reader = PlanReader.open(other, plan)) {
      assertThatThrownBy(() -> reader.read(plan.batches().get(0)))
          .isInstanceOf(DamagedFileException.class)
          .hasMessageContaining("it belongs to store")
          .hasMessageContaining("plan again");
    }
  }

  @Test
  void a_history_that_was_cut_and_went_on_otherwise_is_refused() throws IOException {
    MemoryStorage storage = new MemoryStorage();
    try (LiveWorld live = create(storage, SCHEMA)) {
      play(live, 3);
    }
    LogPlan plan = plan(storage, BatchFilter.ALL);
    PlannedBatch last = plan.batches().get(plan.batches().size() - 1);
    try (Store store = Store.open(storage)) {
      store.truncateAfter(1);
    }
    try (LiveWorld live =
        LiveWorld.resume(storage, WorldOptions.DEFAULT.withLog(SMALL).withAllocator(memory))) {
      live.tick(t -> t.table("c").insert().set("x", 77.0).set("name", "another"));
      play(live, 1);
      live.seal();
    }
    try (PlanReader reader = PlanReader.open(storage, plan)) {
      assertThatThrownBy(() -> reader.read(last)).isInstanceOf(DamagedFileException.class);
    }
  }

  @Test
  void what_was_merged_since_the_plan_was_made_is_to_be_planned_again() throws IOException {
    for (BufferCompression compression :
        List.of(BufferCompression.NONE, BufferCompression.zstd(3))) {
      MemoryStorage storage = new MemoryStorage();
      try (LiveWorld live = create(storage, SCHEMA)) {
        play(live, 12);
        live.seal();
      }
      try (LiveWorld live =
          LiveWorld.resume(storage, WorldOptions.DEFAULT.withLog(SMALL).withAllocator(memory))) {
        play(live, 12);
      }
      LogPlan plan = plan(storage, BatchFilter.ALL);
      try (Store store = Store.open(storage)) {
        store.compact(StoreCompaction.Options.ALL_TICKS.compressing(compression));
        assertThat(store.verify().findings()).isEmpty();
      }
      int refused = 0;
      try (PlanReader reader = PlanReader.open(storage, plan)) {
        for (PlannedBatch batch : plan.batches()) {
          try {
            assertThat(reader.read(batch).count()).isEqualTo(batch.rows());
          } catch (DamagedFileException e) {
            assertThat(e).hasMessageEndingWith("merged, dropped or replaced meanwhile, plan again");
            refused++;
          }
        }
      }
      assertThat(refused).isPositive();
    }
  }

  @Test
  void misuse_is_told() throws IOException {
    MemoryStorage storage = new MemoryStorage();
    try (LiveWorld live = create(storage, SCHEMA)) {
      play(live, 12);
    }
    LogPlan plan = plan(storage, BatchFilter.ALL);
    PlannedBatch first = plan.batches().get(0);
    PlannedBatch last = plan.batches().get(plan.batches().size() - 1);
    PlanReader reader = PlanReader.open(storage, plan.only(List.of(first)));
    assertThatThrownBy(() -> reader.read(last))
        .isInstanceOf(InvalidUseException.class)
        .hasMessage(
            Text.of(
                "Cannot read batch %d of %s by this plan, which has no batch of that segment",
                last.index(), last.segment()));
    reader.close();
    reader.close();
    assertThatThrownBy(() -> reader.read(first))
        .isInstanceOf(InvalidUseException.class)
        .hasMessage("Cannot read by a plan: this reader was closed");
    assertThatThrownBy(() -> BatchFilter.ALL.rids(-1, 3))
        .isInstanceOf(InvalidUseException.class)
        .hasMessageContaining("they are from 0 to 4294967295");
    assertThatThrownBy(() -> BatchFilter.ALL.ticks(3, 2))
        .isInstanceOf(InvalidUseException.class)
        .hasMessageContaining("No such range of ticks: 3 to 2");
  }
}
