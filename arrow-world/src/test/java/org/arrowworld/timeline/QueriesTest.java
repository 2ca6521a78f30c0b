// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.timeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.Store;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.Durability;
import org.arrowworld.log.LogOptions;
import org.arrowworld.maintenance.StoreCompaction;
import org.arrowworld.maintenance.StoreFork;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.Lineage;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.Values;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.snapshot.SnapshotWriter;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.table.EntityRef;
import org.arrowworld.timeline.StoreDiff.Difference;
import org.arrowworld.timeline.StoreDiff.Outcome;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class QueriesTest {
  private static final WorldSchema SCHEMA =
      WorldSchema.of(
          TableSchema.row("c")
              .column("x", ColumnType.F32)
              .column("name", ColumnType.STRING)
              .lineage(Lineage.PARENT, Lineage.CAUSE)
              .build(),
          TableSchema.presence("ill", "c"));

  private static final LogOptions OPTIONS =
      LogOptions.DEFAULT.withDurability(Durability.NONE).withSegmentBytes(3000);

  private final BufferAllocator memory = new RootAllocator();

  @AfterEach
  void no_byte_is_leaked() {
    assertThat(memory.getAllocatedMemory()).isZero();
    memory.close();
  }

  private LiveWorld create(MemoryStorage storage) throws IOException {
    return LiveWorld.create(
        storage,
        StoreInfo.create(SCHEMA, "tick", Map.of()),
        WorldOptions.DEFAULT.withLog(OPTIONS).withAllocator(memory));
  }

  /** Adam has Beth; Beth has Carl and dies in that tick; Dora takes Beth's id. */
  private void play(LiveWorld live) throws IOException {
    live.tick(t -> t.table("c").insert().set("name", "adam"));
    live.tick(t -> t.table("c").insert().set("name", "beth").parent(0));
    live.tick(t -> t.table("ill").insert(1));
    live.tick(
        t -> {
          t.table("c").removeSlot(1, "cold");
          t.table("c").insert().set("name", "dora").parent(0);
          t.table("c").insert().set("name", "carl").parent(1);
        });
    live.tick(t -> t.table("c").set(1, "x", 7f));
  }

  private static List<String> history(Timeline timeline, HistoryQuery query) throws IOException {
    List<String> lines = new ArrayList<>();
    new Queries(timeline, new RootAllocator())
        .history(query)
        .forEach(
            c ->
                lines.add(
                    Text.of(
                        "%d %s %s=%s",
                        c.tick(),
                        c.generation().isPresent() ? c.generation().getAsLong() : "-",
                        c.key().name(),
                        c.value())));
    return lines;
  }

  @Test
  void a_history_has_all_lives_of_an_id_with_lineage_and_presence() throws IOException {
    MemoryStorage storage = new MemoryStorage();
    try (LiveWorld live = create(storage)) {
      play(live);
    }
    try (Timeline timeline = Timeline.open(storage)) {
      assertThat(history(timeline, HistoryQuery.of("c", 1)))
          .containsExactly(
              "1 0 c.born=0",
              "1 0 c.parent=0",
              "1 0 c.name=beth",
              "2 0 ill.born=0",
              "3 0 c.died=0",
              "3 0 c.cause=cold",
              "3 1 c.born=1",
              "3 1 c.parent=0",
              "3 1 c.name=dora",
              "3 0 ill.died=0",
              "4 1 c.x=7.0");
      assertThat(history(timeline, HistoryQuery.of("c", 1).withKey("name")))
          .containsExactly("1 0 c.name=beth", "3 1 c.name=dora");
      assertThat(history(timeline, HistoryQuery.of("c", 1).between(4, 9)))
          .containsExactly("4 1 c.x=7.0");
      assertThatThrownBy(() -> history(timeline, HistoryQuery.of("c", 1).withKey("y")))
          .isInstanceOf(InvalidUseException.class)
          .hasMessage(
              "Table 'c' has no key 'y', only [c.born, c.died, c.parent, c.cause, c.x, c.name, ill.born, ill.died]");
      assertThatThrownBy(() -> history(timeline, HistoryQuery.of("c", 1).withKey("nme")))
          .hasMessageEndingWith("; did you mean 'c.name'?");
    }
  }

  @Test
  void a_history_of_some_ticks_is_that_part_of_the_whole_wherever_it_begins() throws IOException {
    MemoryStorage storage = new MemoryStorage();
    try (LiveWorld live = create(storage)) {
      play(live);
      for (int id = 0; id < 3; id++) {
        int victim = id;
        live.tick(t -> t.table("c").remove(victim, "flood"));
        live.tick(t -> t.table("c").insert().set("name", "x" + victim));
      }
    }
    checkRanges(storage);
    try (Store store = Store.open(storage, memory)) {
      store.snapshot(3);
      store.snapshot(6);
    }
    checkRanges(storage);
    StoreCompaction.keep(storage, 4, Optional.empty(), memory);
    checkRanges(storage);
  }

  private void checkRanges(MemoryStorage storage) throws IOException {
    try (Store store = Store.open(storage, memory)) {
      for (int id = 0; id < 3; id++) {
        HistoryQuery query = HistoryQuery.of("c", id);
        List<Change> whole = store.history(query).toList();
        for (long first = store.firstTick(); first <= 12; first++) {
          for (long last = first; last <= 12; last++) {
            TickRange range = TickRange.of(first, last);
            assertThat(store.history(query.between(first, last)).toList())
                .isEqualTo(whole.stream().filter(c -> range.contains(c.tick())).toList());
          }
        }
      }
    }
  }

  @Test
  void batches_whose_keys_are_known_are_not_read_again_for_others() throws IOException {
    MemoryStorage storage = new MemoryStorage();
    WorldSchema schema = WorldSchema.of(TableSchema.row("c").column("x", ColumnType.F32).build());
    try (LiveWorld live = LiveWorld.create(storage, schema, WorldOptions.DEFAULT)) {
      live.tick(t -> t.table("c").insertAll(30));
      for (int tick = 1; tick < 80; tick++) {
        live.tick(t -> t.table("c").write("x", new float[30])); // forced: a batch per tick
        live.tick(t -> t.table("c").set(4, "x", (float) t.tick()));
      }
    }
    try (Timeline timeline = Timeline.open(storage)) {
      Queries queries = new Queries(timeline, memory);
      HistoryQuery recent = HistoryQuery.of("c", 4).between(157, 158);
      long[] read = {0};
      timeline.log().watch((done, of) -> read[0]++);
      List<Change> first = queries.history(recent).toList();
      long cold = read[0];
      List<Change> second = queries.history(recent).toList();
      long warm = read[0] - cold;
      assertThat(second).isEqualTo(first).isNotEmpty().allMatch(c -> c.generation().isPresent());
      assertThat(warm).isLessThan(cold / 4);
    }
  }

  @Test
  void a_family_tells_parents_children_and_what_one_died_of() throws IOException {
    MemoryStorage storage = new MemoryStorage();
    StoreInfo info = StoreInfo.create(SCHEMA, "tick", Map.of());
    LogOptions segmentPerTick =
        LogOptions.DEFAULT.withSegmentBytes(1); // forced: flushed tick by tick
    try (LiveWorld live =
        LiveWorld.create(
            storage, info, WorldOptions.DEFAULT.withLog(segmentPerTick).withAllocator(memory))) {
      play(live);
    }
    try (Timeline timeline = Timeline.open(storage)) {
      Family beth = new Queries(timeline, memory).family("c", new EntityRef(1, 0));
      assertThat(beth.self().born()).hasValue(1);
      assertThat(beth.self().died()).hasValue(3);
      assertThat(beth.self().cause()).hasValue("cold");
      assertThat(beth.ancestors()).extracting(Life::entity).containsExactly(ref(0, 0));
      assertThat(beth.children()).extracting(Life::entity).containsExactly(ref(2, 0));
      assertThat(beth)
          .hasToString(
              """
              1 gen 0: born at tick 1, died at tick 3 of cold, child of 0 gen 0
                ancestor 0 gen 0: born at tick 0, lives
                child 2 gen 0: born at tick 3, lives, child of 1 gen 0""");
      Family dora = new Queries(timeline, memory).family("c", 1);
      assertThat(dora.self().entity()).isEqualTo(ref(1, 1));
      assertThat(dora.children()).isEmpty();
      Family carl = new Queries(timeline, memory).family("c", 2);
      assertThat(carl.ancestors()).extracting(Life::entity).containsExactly(ref(1, 0), ref(0, 0));
      assertThat(carl.self().died()).isEmpty();
      assertThatThrownBy(() -> new Queries(timeline, memory).family("c", new EntityRef(9, 2)))
          .hasMessage("The log has no c 9 in generation 2");
    }
    StoreCompaction.keep(storage, 2, Optional.empty(), memory);
    try (Timeline timeline = Timeline.open(storage)) {
      Family beth = new Queries(timeline, memory).family("c", new EntityRef(1, 0));
      assertThat(beth.self().born()).isEmpty();
      assertThat(beth.ancestors()).isEmpty();
      assertThat(beth.children()).extracting(Life::entity).containsExactly(ref(2, 0));
    }
  }

  private static EntityRef ref(int id, int gen) {
    return new EntityRef(id, gen);
  }

  @Test
  void between_tells_net_changes_alone() throws IOException {
    MemoryStorage storage = new MemoryStorage();
    try (LiveWorld live = create(storage)) {
      play(live);
    }
    try (Timeline timeline = Timeline.open(storage)) {
      List<String> lines = new ArrayList<>();
      new Queries(timeline, memory)
          .between(1, 4)
          .forEach(
              c ->
                  lines.add(
                      Text.of(
                          "%s %d.%d %s %s",
                          c.key(), c.entity().id(), c.entity().gen(), c.before(), c.after())));
      assertThat(lines)
          .containsExactly("c.died 1.0 0 null", "c.born 1.1 null 1", "c.born 2.0 null 0");
    }
  }

  @Test
  void scans_tell_how_far_they_are() throws IOException {
    MemoryStorage storage = new MemoryStorage();
    try (LiveWorld live = create(storage)) {
      play(live);
    }
    try (Timeline timeline = Timeline.open(storage)) {
      long rows = timeline.end().seq();
      List<String> told = new ArrayList<>();
      timeline.log().watch((done, of) -> told.add(done + " of " + of));
      timeline.at(timeline.lastTick(), memory).close();
      timeline.log().verifyChain();
      String whole = rows + " of " + rows;
      assertThat(told).contains(whole).endsWith(whole);
    }
    List<Long> told = new ArrayList<>();
    Verifier.Options options =
        new Verifier.Options(Verifier.Depth.DEEP, 1, (done, of) -> told.add(of - done));
    assertThat(Verifier.verify(storage, options, memory).isSound()).isTrue();
    assertThat(Verifier.verify(storage, options, memory).toString())
        .startsWith("sound to tick 4: ");
    assertThat(told).contains(0L).allMatch(left -> left >= 0);
  }

  private StoreDiff.Report diff(MemoryStorage a, MemoryStorage b) throws IOException {
    try (Timeline left = Timeline.open(a);
        Timeline right = Timeline.open(b)) {
      return StoreDiff.compare(left, right, 10, memory);
    }
  }

  /** 80 ticks of 30 rows; in one tick one value may be another one. */
  private void run(MemoryStorage storage, long oddTick, float odd) throws IOException {
    Random random = new Random(5);
    try (LiveWorld live = create(storage)) {
      live.tick(
          t -> {
            for (int i = 0; i < 30; i++) {
              t.table("c").insert().set("name", "n" + i);
            }
          });
      for (long tick = 1; tick < 80; tick++) {
        live.tick(
            t -> {
              float[] x = new float[30];
              for (int i = 0; i < 30; i++) {
                x[i] = random.nextFloat();
              }
              if (t.tick() == oddTick) {
                x[17] = odd;
              }
              t.table("c").write("x", x);
            });
      }
    }
  }

  @Test
  void two_runs_that_differ_in_one_value_are_told_apart_by_name() throws IOException {
    for (long tick : new long[] {1, 2, 41, 78, 79}) {
      MemoryStorage a = new MemoryStorage();
      MemoryStorage b = new MemoryStorage();
      run(a, tick, 2.5f);
      run(b, tick, 3.5f);
      StoreDiff.Report report = diff(a, b);
      assertThat(report.outcome()).isEqualTo(Outcome.DIFFERENT);
      assertThat(report.lastEqual()).hasValue(tick - 1);
      assertThat(report.tick()).hasValue(tick);
      assertThat(report.differences()).containsExactly(new Difference("c.x", 17, 2.5f, 3.5f));
      assertThat(report.toString())
          .contains("; different from tick " + tick + " on\n  c.x 17: 2.5 on the left, 3.5 on the");
      assertThat(report.differenceCount()).isEqualTo(1);
    }
  }

  @Test
  void equal_runs_are_equal_and_a_longer_one_goes_on() throws IOException {
    MemoryStorage a = new MemoryStorage();
    MemoryStorage b = new MemoryStorage();
    run(a, -1, 0);
    run(b, -1, 0);
    assertThat(diff(a, b).outcome()).isEqualTo(Outcome.EQUAL);
    try (LiveWorld live =
        LiveWorld.resume(b, WorldOptions.DEFAULT.withLog(OPTIONS).withAllocator(memory))) {
      live.tick(99, t -> {});
    }
    StoreDiff.Report report = diff(a, b);
    assertThat(report.outcome()).isEqualTo(Outcome.RIGHT_GOES_ON);
    assertThat(report.lastEqual()).hasValue(79);
    assertThat(report.tick()).hasValue(99);
    assertThat(diff(b, a).outcome()).isEqualTo(Outcome.LEFT_GOES_ON);
  }

  @Test
  void a_fork_is_compared_with_its_origin_from_where_it_begins() throws IOException {
    MemoryStorage origin = new MemoryStorage();
    run(origin, -1, 0);
    MemoryStorage fork = new MemoryStorage();
    StoreFork.at(origin, 50, fork, memory);
    StoreDiff.Report same = diff(origin, fork);
    assertThat(same.outcome()).isEqualTo(Outcome.LEFT_GOES_ON);
    assertThat(same.firstCompared()).isEqualTo(50);
    try (LiveWorld live =
        LiveWorld.resume(fork, WorldOptions.DEFAULT.withLog(OPTIONS).withAllocator(memory))) {
      live.tick(t -> t.table("c").removeSlot(3, "fire"));
    }
    StoreDiff.Report report = diff(origin, fork);
    assertThat(report.tick()).hasValue(51);
    assertThat(report.differences()).hasSize(10).allMatch(d -> d.key().equals("c.x"));
    assertThat(report.differenceCount()).isEqualTo(30 + 2);
  }

  @Test
  void births_words_and_first_ticks_that_differ_are_named() throws IOException {
    MemoryStorage a = new MemoryStorage();
    MemoryStorage b = new MemoryStorage();
    try (LiveWorld live = create(a)) {
      live.tick(t -> t.table("c").insert().set("name", "adam"));
    }
    try (LiveWorld live = create(b)) {
      live.tick(
          t -> {
            t.table("c").insert().set("name", "eve");
            t.table("c").insert().set("name", "adam");
          });
    }
    StoreDiff.Report report = diff(a, b);
    assertThat(report.lastEqual()).isEqualTo(OptionalLong.empty());
    assertThat(report.differences())
        .containsExactly(
            new Difference("c.name", 0, "adam", "eve"),
            new Difference("c.born", 1, null, 0L),
            new Difference("c.name", 1, null, "adam"));
  }

  @Test
  void stores_of_different_schemas_are_not_compared() throws IOException {
    MemoryStorage a = new MemoryStorage();
    run(a, -1, 0);
    MemoryStorage b = new MemoryStorage();
    WorldSchema other = WorldSchema.of(TableSchema.row("d").build());
    LiveWorld.create(
            b,
            StoreInfo.create(other, "tick", Map.of()),
            WorldOptions.DEFAULT.withLog(OPTIONS).withAllocator(memory))
        .close();
    assertThatThrownBy(() -> diff(a, b))
        .isInstanceOf(InvalidUseException.class)
        .hasMessage(
            "Cannot compare two stores of different schemas: version 1 with tables [c, ill], version 1 with tables [d]");
  }

  @Test
  void a_projection_names_what_there_is_when_asked_for_what_there_is_not() throws IOException {
    MemoryStorage storage = new MemoryStorage();
    run(storage, -1, 0);
    try (Timeline timeline = Timeline.open(storage)) {
      assertThatThrownBy(() -> timeline.at(3, Projection.of("c.y"), memory))
          .isInstanceOf(InvalidUseException.class)
          .hasMessage("Unknown column 'y' of table 'c': it has [id, gen, x, name]");
      assertThatThrownBy(() -> timeline.at(3, Projection.of("d"), memory))
          .hasMessageContaining("Unknown table 'd'");
    }
  }

  @Test
  void verification_names_the_tick_table_entity_and_column_in_which_a_snapshot_differs()
      throws IOException {
    MemoryStorage storage = new MemoryStorage();
    run(storage, -1, 0);
    try (Timeline timeline = Timeline.open(storage);
        MutableWorld wrong = timeline.at(44, memory)) {
      wrong.table("c").column("x").set(17, Values.ofF32(9));
      SnapshotWriter.write(
          storage,
          timeline.info().id(),
          wrong,
          timeline.positionOf(44),
          SnapshotWriter.Role.CACHE,
          Map.of());
    }
    assertThat(Verifier.verify(storage, Verifier.Depth.STANDARD, 1, memory).findings())
        .singleElement(org.assertj.core.api.InstanceOfAssertFactories.STRING)
        .startsWith(
            "snapshots/00000000000000000044.v1 differs from the log: "
                + "tick 44, table c, c 17 in generation 0, column x: ")
        .contains(" by replay, 9.0 in the snapshot");
  }
}
