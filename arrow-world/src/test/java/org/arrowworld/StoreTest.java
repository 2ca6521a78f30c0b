// SPDX-License-Identifier: Apache-2.0
package org.arrowworld;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.StoreLockedException;
import org.arrowworld.errors.StoreNotFoundException;
import org.arrowworld.hash.Hashes;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.Durability;
import org.arrowworld.log.LogOptions;
import org.arrowworld.maintenance.StoreCompaction;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.EventKind;
import org.arrowworld.schema.Lineage;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.table.EntityRef;
import org.arrowworld.table.World;
import org.arrowworld.timeline.Change;
import org.arrowworld.timeline.Cursor;
import org.arrowworld.timeline.Life;
import org.arrowworld.timeline.Projection;
import org.arrowworld.timeline.Query;
import org.arrowworld.timeline.Row;
import org.arrowworld.timeline.StoreDiff;
import org.arrowworld.timeline.TickRange;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreTest {
  private static final WorldSchema SCHEMA =
      WorldSchema.of(
          TableSchema.row("ship")
              .column("x", ColumnType.F64)
              .column("name", ColumnType.STRING)
              .event(EventKind.of("hit", ColumnType.F64))
              .lineage(Lineage.PARENT, Lineage.CAUSE)
              .build(),
          TableSchema.presence("docked", "ship"));

  private static final WorldOptions OPTIONS =
      WorldOptions.DEFAULT.withLog(
          LogOptions.DEFAULT.withDurability(Durability.NONE).withSegmentBytes(3000));

  @TempDir private Path folder;
  private Path run;

  @BeforeEach
  void a_run_in_which_ids_are_used_again() throws IOException {
    run = folder.resolve("run");
    try (LiveWorld live = LiveWorld.create(run, SCHEMA, OPTIONS)) {
      live.tick(t -> t.table("ship").insert().set("x", 1.0).set("name", "argo"));
      live.tick(
          t -> {
            t.table("docked").insert(0);
            t.table("ship").event("hit", 0, 2.5);
          });
      live.tick(t -> t.table("ship").remove(0, "sunk"));
      live.tick(t -> t.table("ship").insert().set("x", 9.0).set("name", "beta"));
      for (int i = 0; i < 30; i++) {
        double x = i;
        live.tick(t -> t.table("ship").set(0, "x", x));
      }
    }
  }

  @Test
  void one_entry_answers_what_a_run_was() throws IOException {
    try (Store store = Store.open(run)) {
      assertThat(store.schema()).isEqualTo(SCHEMA);
      assertThat(List.of(store.firstTick(), store.lastTick())).containsExactly(0L, 33L);
      assertThat(store.end().tick()).isEqualTo(33);
      try (World world = store.at(3)) {
        assertThat(world.table("ship").f64("x").get(0)).isEqualTo(9.0);
        assertThat(store.hashWorld(3)).isEqualTo(Hashes.world(world.tables()));
        assertThat(store.hashColumns(3, "ship", "x"))
            .isEqualTo(Hashes.columns(world.table("ship"), List.of("x")));
      }
      assertThat(store.rows("ship.x", TickRange.upTo(3)).toList())
          .extracting(Row::value)
          .containsExactly(1.0, 9.0);
      assertThat(store.events().toList()).extracting(Row::value).containsExactly(2.5);
      assertThat(store.events("ship.hit", TickRange.from(2)).count()).isZero();
      assertThat(store.between(2, 3).toList())
          .extracting(c -> c.key())
          .containsExactly("ship.born");
      assertThat(store.stats("ship.x").count()).isEqualTo(32);
      assertThat(store.verify().isSound()).isTrue();
      assertThat(store.warnings()).isEmpty();
    }
  }

  @Test
  void a_history_is_of_all_lives_or_of_one() throws IOException {
    try (Store store = Store.open(run)) {
      List<Change> first = store.history("ship", new EntityRef(0, 0)).toList();
      assertThat(first)
          .extracting(c -> c.key().name())
          .containsExactly(
              "ship.born",
              "ship.x",
              "ship.name",
              "ship.hit",
              "docked.born",
              "ship.died",
              "ship.cause",
              "docked.died");
      Query<Change> all = store.history("ship", 0);
      assertThat(all.count()).isEqualTo(first.size() + 33);
      assertThat(all.first().orElseThrow()).isEqualTo(first.get(0));
      List<Life> lives = store.lives("ship").toList();
      assertThat(lives).extracting(l -> l.entity().gen()).containsExactly(0, 1);
      assertThat(lives.get(0).cause()).contains("sunk");
      assertThat(store.family("ship", 0).self()).isEqualTo(lives.get(1));
      assertThatThrownBy(() -> store.history("ship", new EntityRef(0, 7)).toList())
          .isInstanceOf(InvalidUseException.class)
          .hasMessage("The log has no ship 0 in generation 7");
    }
  }

  @Test
  void wrong_use_says_what_to_do() throws IOException {
    try (Store store = Store.open(run)) {
      assertThatThrownBy(() -> store.rows("ship.y"))
          .isInstanceOf(InvalidUseException.class)
          .hasMessageStartingWith("Unknown key 'ship.y': this store has [tick.commit");
      assertThatThrownBy(() -> store.events("ship.x"))
          .isInstanceOf(InvalidUseException.class)
          .hasMessage(
              "Key 'ship.x' is not an event but value; rows(\"ship.x\") reads it. The events of this store are [ship.hit]");
      assertThatThrownBy(() -> store.at(34))
          .isInstanceOf(InvalidUseException.class)
          .hasMessage("No world at tick 34: the store has ticks 0 to 33");
      assertThatThrownBy(() -> TickRange.of(3, 2))
          .isInstanceOf(InvalidUseException.class)
          .hasMessageContaining("3 to 2");
      assertThatThrownBy(() -> store.fork(3, run))
          .isInstanceOf(InvalidUseException.class)
          .hasMessageContaining("it exists already");
    }
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).containsExactly(run);
    }
  }

  @Test
  void a_closed_store_closes_what_it_handed_out_and_answers_nothing_more() throws IOException {
    try (BufferAllocator memory = new RootAllocator()) {
      Store store = Store.open(run, memory);
      World kept = store.at(3);
      Cursor cursor = store.cursor();
      assertThat(cursor.next()).isTrue();
      Query<Row> rows = store.rows("ship.x");
      store.close();
      store.close();
      assertThat(memory.getAllocatedMemory()).isZero();
      kept.close();
      for (ThrowingRead read :
          List.<ThrowingRead>of(
              () -> store.at(3), rows::toList, store::verify, () -> store.history("ship", 0))) {
        assertThatThrownBy(read::run)
            .isInstanceOf(InvalidUseException.class)
            .hasMessageContaining("it was closed; open it again");
      }
      assertThatThrownBy(cursor::next)
          .isInstanceOf(InvalidUseException.class)
          .hasMessageContaining("ask the store for a new one");
    }
  }

  private interface ThrowingRead {
    void run() throws IOException;
  }

  @Test
  void upkeep_is_seen_by_the_store_that_did_it_and_waits_for_no_writer() throws IOException {
    Path fork = folder.resolve("fork");
    try (Store store = Store.open(run)) {
      Cursor old = store.cursor();
      store.fork(10, fork);
      assertThat(store.snapshot(20).tick()).isEqualTo(20);
      store.seal();
      assertThat(store.truncateAfter(25).last().tick()).isEqualTo(25);
      assertThat(store.lastTick()).isEqualTo(25);
      store.compact(StoreCompaction.Options.ALL_TICKS.keepingTicks(12));
      assertThat(old.isClosed()).isTrue();
      walk(store, new Random(7));
    }
    try (Store store = Store.open(fork);
        LiveWorld live = LiveWorld.resume(fork, OPTIONS)) {
      assertThatThrownBy(store::seal).isInstanceOf(StoreLockedException.class);
      live.tick(t -> t.table("ship").insert().set("x", 4.0).set("name", "late"));
      assertThat(store.lastTick()).isEqualTo(10); // as it was opened
    }
    try (Store store = Store.open(fork);
        Store origin = Store.open(run)) {
      walk(store, new Random(8));
      StoreDiff.Report diff = store.diff(origin);
      assertThat(diff.outcome()).isEqualTo(StoreDiff.Outcome.DIFFERENT);
    }
    Path saved = folder.resolve("saved");
    assertThat(Store.recover(new DiskStorage(run), saved).isComplete()).isTrue();
  }

  @Test
  void a_missing_store_is_missing_at_every_door() {
    Path none = folder.resolve("none");
    for (ThrowingRead door :
        List.<ThrowingRead>of(() -> Store.open(none), () -> LiveWorld.resume(none))) {
      assertThatThrownBy(door::run)
          .isInstanceOf(StoreNotFoundException.class)
          .hasMessageContaining("Cannot open a store in " + none)
          .hasMessageContaining("there is no such file as store.json in it");
    }
    assertThat(none).doesNotExist();
  }

  /** A cursor shows what at gives, whichever way it comes. */
  private static void walk(Store store, Random random) throws IOException {
    long first = store.firstTick();
    long span = store.lastTick() - first + 1;
    try (Cursor cursor = store.cursor(Projection.of("ship.x"))) {
      assertThat(cursor.next()).isTrue();
      assertThat(cursor.world().tick()).isEqualTo(first);
      for (int i = 0; i < 40; i++) {
        if (random.nextBoolean()) {
          cursor.seek(first + random.nextLong(span));
        } else {
          cursor.next();
        }
        try (World world = store.at(cursor.world().tick(), Projection.of("ship.x"))) {
          assertThat(Hashes.resume(cursor.world())).isEqualTo(Hashes.resume(world));
        }
      }
    }
  }
}
