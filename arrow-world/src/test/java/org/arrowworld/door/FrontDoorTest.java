// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.door;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.arrowworld.LiveWorld;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.StoreNotFoundException;
import org.arrowworld.errors.WriterPoisonedException;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.LogOptions;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.EventKind;
import org.arrowworld.schema.Lineage;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.simlog.SimLog;
import org.arrowworld.storage.FaultPlan;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.table.EntityRef;
import org.arrowworld.table.FloatColumn;
import org.arrowworld.table.TableView;
import org.arrowworld.tick.Born;
import org.arrowworld.tick.BornRows;
import org.arrowworld.tick.Tick;
import org.arrowworld.tick.TickBody;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The write side cannot be held wrong: each wrong use ends in its typed error, at once. */
final class FrontDoorTest {
  private static final WorldSchema SCHEMA =
      WorldSchema.of(
              TableSchema.row("ship")
                  .column("energy", ColumnType.F32)
                  .column("x", ColumnType.F64)
                  .column("n", ColumnType.I64)
                  .column("u", ColumnType.U64)
                  .column("small", ColumnType.U8)
                  .column("target", ColumnType.U32)
                  .column("on", ColumnType.BOOL)
                  .column("flag", ColumnType.STRING)
                  .lineage(Lineage.PARENT, Lineage.CAUSE)
                  .event(EventKind.of("hit", ColumnType.I16))
                  .build(),
              TableSchema.presence("hungry", "ship"),
              TableSchema.row("port").externalIds().column("size", ColumnType.I32).build())
          .withInput(EventKind.of("order", ColumnType.STRING));

  private final MemoryStorage storage = new MemoryStorage();
  private LiveWorld world;

  @BeforeEach
  void create() throws IOException {
    world = LiveWorld.create(storage, SCHEMA, WorldOptions.DEFAULT);
    world.tick(
        t -> {
          t.table("ship").insert().set("flag", "red");
          t.table("ship").insert().set("flag", "blue");
        });
  }

  @AfterEach
  void close() throws IOException {
    world.close();
  }

  private void refused(String message, TickBody<RuntimeException> body) {
    long tick = world.lastTick();
    assertThatThrownBy(() -> world.tick(body))
        .isInstanceOf(InvalidUseException.class)
        .hasMessageContaining(message);
    assertThat(world.lastTick()).isEqualTo(tick);
  }

  @Test
  void values_are_never_widened_or_rounded_and_a_refusal_names_what_the_type_takes()
      throws IOException {
    refused("Cannot store a double in 'ship.n'", t -> t.table("ship").set(0, "n", 1.0));
    refused("give a double", t -> t.table("ship").set(0, "x", 1));
    refused("give a float, as in 1.5f", t -> t.table("ship").set(0, "energy", 0.1));
    refused("give a boolean", t -> t.table("ship").set(0, "on", 1));
    refused("give a String", t -> t.table("ship").set(0, "flag", 1));
    refused("setUnsigned", t -> t.table("ship").set(0, "u", -1));
    refused("Cannot store 256 in column", t -> t.table("ship").set(0, "small", 256));
    refused("its type is i64", t -> t.table("ship").write("n", new double[2]));
    world.tick(
        t -> {
          t.table("ship").set(0, "n", (1L << 53) + 1);
          t.table("ship").setUnsigned(1, "u", -1L);
        });
    assertThat(world.world().table("ship").i64("n").get(0)).isEqualTo((1L << 53) + 1);
    assertThat(world.world().table("ship").u64("u").get(1)).isEqualTo(-1L);
  }

  @Test
  void a_column_is_bound_by_its_type_once_and_follows_the_world() throws IOException {
    TableView ships = world.world().table("ship");
    assertThatThrownBy(() -> ships.f64("energy"))
        .isInstanceOf(InvalidUseException.class)
        .hasMessage(
            "Cannot read column 'ship.energy' as f64: its type is f32, use f32(\"energy\")");
    FloatColumn energy = ships.f32("energy");
    world.tick(t -> t.table("ship").set(1, "energy", 2.5f));
    assertThat(energy.get(1)).isEqualTo(2.5f);
    assertThatThrownBy(() -> energy.get(2))
        .hasMessage("Cannot read slot 2 of column 'ship.energy': its table has 2 rows");
    world.close();
    assertThatThrownBy(() -> energy.get(1))
        .hasMessage("Cannot read column 'ship.energy': its world is closed");
    assertThatThrownBy(ships::rows).hasMessage("Cannot read table 'ship': its world is closed");
  }

  @Test
  void each_newborn_has_a_handle_of_its_own_usable_wherever_an_id_is() throws IOException {
    List<Born> born = new ArrayList<>();
    world.tick(
        t -> {
          Born a = t.table("ship").insert().set("flag", "a");
          Born b = t.table("ship").insert().set("flag", "b");
          a.set("energy", 1f).set("target", b);
          b.set("energy", 2f).parent(a);
          t.table("hungry").insert(b);
          t.table("ship").event("hit", a, 3);
          t.table("ship").set(0, "target", b);
          assertThatThrownBy(a::id).hasMessageContaining("it is given when the tick ends");
          born.add(a);
          born.add(b);
        });
    TableView ships = world.world().table("ship");
    EntityRef b = born.get(1).ref();
    assertThat(born.get(0).id()).isEqualTo(2);
    assertThat(b).isEqualTo(new EntityRef(3, 0));
    assertThat(ships.f32("energy").get(2)).isEqualTo(1f);
    assertThat(ships.f32("energy").get(3)).isEqualTo(2f);
    assertThat(ships.u32("target").get(2)).isEqualTo(3);
    assertThat(ships.u32("target").get(0)).isEqualTo(3);
    assertThat(world.world().table("hungry").id(0)).isEqualTo(3);
    refused("handles serve one tick", t -> born.get(0).set("energy", 1f));
    refused("handles serve one tick", t -> t.table("hungry").insert(born.get(0)));
    refused(
        "it is born in this very tick",
        t -> t.table("ship").remove(t.table("ship").insert().set("flag", "c")));
  }

  @Test
  void the_handle_of_a_refused_tick_never_gets_a_number() {
    Born[] kept = new Born[1];
    assertThatThrownBy(
            () ->
                world.tick(
                    t -> {
                      kept[0] = t.table("ship").insert().set("flag", "x");
                      throw new IOException("no");
                    }))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> kept[0].id()).hasMessageContaining("none if the tick is refused");
  }

  @Test
  void an_id_is_an_id_and_a_slot_is_a_slot() throws IOException {
    world.tick(t -> t.table("ship").remove(0, "sunk"));
    world.tick(t -> t.table("ship").set(1, "x", 7.0));
    assertThat(world.world().table("ship").slotOf(1)).isZero();
    assertThat(world.world().table("ship").f64("x").get(0)).isEqualTo(7.0);
    world.tick(t -> t.table("ship").setSlot(0, "x", 8.0));
    assertThat(world.world().table("ship").f64("x").get(0)).isEqualTo(8.0);
    refused("Cannot change ship 0: it is not live", t -> t.table("ship").set(0, "x", 1.0));
    refused("Stale reference", t -> t.table("ship").set(new EntityRef(1, 9), "x", 1.0));
  }

  @Test
  void parents_and_subjects_of_events_live_or_are_born_in_the_tick() throws IOException {
    refused(
        "Cannot report event 'hit' of ship 77: it does not live, and is not born in this tick",
        t -> t.table("ship").event("hit", 77, 1));
    refused(
        "Cannot name as a parent ship 77",
        t -> t.table("ship").insert().set("flag", "x").parent(77));
    refused("Cannot add ship 77", t -> t.table("hungry").insert(77));
    world.tick(
        t -> {
          t.table("ship").event("hit", 2, 1); // the id the next ship gets
          t.table("ship").insert().set("flag", "x").parent(2);
        });
    assertThat(world.world().table("ship").rows()).isEqualTo(3);
  }

  @Test
  void rows_are_inserted_together_from_arrays_of_every_type() throws IOException {
    BornRows[] rows = new BornRows[1];
    world.tick(
        t ->
            rows[0] =
                t.table("ship")
                    .insertAll(3)
                    .write("energy", new float[] {1, 2, 3})
                    .write("x", new double[] {4, 5, 6})
                    .write("n", new long[] {7, 8, 9})
                    .writeUnsigned("u", new long[] {-1, 0, 1})
                    .write("small", new byte[] {1, 2, 3})
                    .write("on", new boolean[] {true, false, true})
                    .write("flag", new String[] {"p", "q", "p"}));
    TableView ships = world.world().table("ship");
    int slot = ships.slotOf(rows[0].get(2).ref());
    assertThat(ships.f32("energy").get(slot)).isEqualTo(3f);
    assertThat(ships.bool("on").get(slot)).isTrue();
    assertThat(ships.string("flag").get(slot)).isEqualTo("p");
    refused(
        "Cannot give column 'ship.x' 2 values: 3 rows were inserted together",
        t -> t.table("ship").insertAll(3).write("x", new double[2]));
    refused(
        "Cannot write column 'ship.x': 6 values for 5 rows",
        t -> t.table("ship").write("x", new double[6]));
  }

  @Test
  void a_surrogate_alone_is_refused_at_every_door() throws IOException {
    String cut = "\uD83D\uDE00".substring(0, 1);
    String said = "it has a surrogate without its pair";
    refused(said, t -> t.table("ship").set(0, "flag", cut));
    refused(said, t -> t.table("ship").insert().set("flag", cut));
    refused(said, t -> t.table("ship").write("flag", new String[] {"a", cut}));
    refused(said, t -> t.table("ship").insertAll(1).write("flag", new String[] {cut}));
    refused(said, t -> t.table("ship").remove(0, cut));
    refused(said, t -> t.input("order", 0, cut));
    MemoryStorage other = new MemoryStorage();
    WorldOptions options = WorldOptions.DEFAULT.withProperties(Map.of("note", cut));
    assertThatThrownBy(() -> LiveWorld.create(other, SCHEMA, options))
        .isInstanceOf(InvalidUseException.class)
        .hasMessageContaining(said);
    assertThat(other.exists("store.json")).isFalse();
    assertThat(other.exists("LOCK")).isFalse();
  }

  @Test
  void a_second_thread_and_a_call_inside_a_tick_are_refused_and_nothing_is_damaged()
      throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch tried = new CountDownLatch(1);
    AtomicReference<Tick> open = new AtomicReference<>();
    List<Throwable> refusals = new ArrayList<>();
    Thread other =
        new Thread(
            () -> {
              try {
                inside.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              for (TickBody<Exception> attempt :
                  List.<TickBody<Exception>>of(
                      t -> world.tick(u -> {}),
                      t -> world.snapshot(),
                      t -> world.seal(),
                      t -> world.close(),
                      t -> open.get().table("ship"))) {
                try {
                  attempt.run(null);
                } catch (Exception e) {
                  refusals.add(e);
                }
              }
              tried.countDown();
            },
            "other");
    other.start();
    world.tick(
        t -> {
          open.set(t);
          inside.countDown();
          tried.await();
          assertThatThrownBy(() -> world.tick(u -> {}))
              .isInstanceOf(InvalidUseException.class)
              .hasMessage(
                  "Cannot run a tick inside this thread's call to run a tick; do it when that call has ended");
          t.table("ship").set(0, "x", 3.0);
        });
    other.join();
    assertThat(refusals)
        .hasSize(5)
        .allSatisfy(
            e ->
                assertThat(e)
                    .isInstanceOf(InvalidUseException.class)
                    .hasMessageContaining("thread 'other'"));
    assertThat(world.world().table("ship").f64("x").get(0)).isEqualTo(3.0);
    world.tick(t -> {});
  }

  @Test
  void a_failed_force_leaves_the_world_before_the_tick_and_closed_to_more() throws IOException {
    storage.plan(
        (index, operation, path) ->
            operation == FaultPlan.Operation.FORCE ? FaultPlan.Fault.FAIL : FaultPlan.Fault.NONE);
    for (int attempt = 0; attempt < 2; attempt++) {
      assertThatThrownBy(() -> world.tick(t -> t.table("ship").set(0, "x", 9.0)))
          .isInstanceOf(WriterPoisonedException.class)
          .hasMessageContaining("stored up to tick 0")
          .hasMessageContaining("reopen the store");
      assertThat(world.lastTick()).isZero();
      assertThat(world.world().table("ship").f64("x").get(0)).isZero();
    }
    assertThatThrownBy(() -> world.close()).isInstanceOf(WriterPoisonedException.class);
  }

  @Test
  void missing_wrong_and_closed_are_told_apart(@TempDir Path folder) throws IOException {
    assertThatThrownBy(() -> LiveWorld.resume(folder.resolve("none")))
        .isInstanceOf(StoreNotFoundException.class)
        .hasMessageContaining("there is no such file as store.json in it");
    assertThatThrownBy(() -> LiveWorld.create(storage, SCHEMA, WorldOptions.DEFAULT))
        .isInstanceOf(InvalidUseException.class)
        .hasMessageContaining("there is one already");
    MemoryStorage records = new MemoryStorage();
    SimLog.open(records, LogOptions.DEFAULT).close();
    assertThatThrownBy(() -> LiveWorld.resume(records, WorldOptions.DEFAULT))
        .isInstanceOf(InvalidUseException.class)
        .hasMessageContaining("a record log is opened by SimLog.open");
    try (LiveWorld fresh = LiveWorld.create(new MemoryStorage(), SCHEMA, WorldOptions.DEFAULT)) {
      assertThatThrownBy(fresh::snapshot)
          .hasMessage("Cannot write a snapshot of a world before its first tick");
    }
    assertThatThrownBy(() -> LiveWorld.create(folder, null))
        .isInstanceOf(InvalidUseException.class);
    assertThat(folder).isEmptyDirectory();
    assertThatThrownBy(() -> world.tick(null))
        .isInstanceOf(InvalidUseException.class)
        .hasMessageContaining("its body is null");
    world.close();
    assertThatThrownBy(() -> world.tick(t -> {}))
        .hasMessage(
            "Cannot run a tick: the world is closed; LiveWorld.resume opens its store again");
    WorldSchema less = WorldSchema.of(TableSchema.row("ship").column("x", ColumnType.F64).build());
    assertThatThrownBy(() -> LiveWorld.open(storage, less, WorldOptions.DEFAULT))
        .isInstanceOf(InvalidUseException.class)
        .hasMessageContaining("tables 'ship' lineage: no 'parent', which the store has");
    assertThat(storage.list("log/live")).as("refused before anything is changed").isNotEmpty();
    LiveWorld.open(storage, SCHEMA, WorldOptions.DEFAULT).close();
    storage.delete("store.json");
    assertThatThrownBy(() -> LiveWorld.create(storage, SCHEMA, WorldOptions.DEFAULT))
        .as("what is left of a store is not written over")
        .isInstanceOf(InvalidUseException.class)
        .hasMessageContaining("it has log/0")
        .hasMessageContaining("of a store that lost its store.json; aw recover saves");
    assertThatThrownBy(() -> LogOptions.DEFAULT.withContainers(5000, 200_000))
        .isInstanceOf(InvalidUseException.class);
  }
}
