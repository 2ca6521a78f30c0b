// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.tick;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.Durability;
import org.arrowworld.log.Log;
import org.arrowworld.log.LogOptions;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.EventKind;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.Lineage;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.table.EntityRef;
import org.arrowworld.table.TableView;
import org.arrowworld.tick.Tick;
import org.arrowworld.tick.TickBody;
import org.arrowworld.tick.TickTable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The rows of a tick, one by one (spec O-1 to O-14), and what is refused. */
class CanonicalOrderTest {
  private static final WorldSchema SCHEMA =
      WorldSchema.of(
              TableSchema.row("a")
                  .column("x", ColumnType.F32)
                  .column("n", ColumnType.U8, 7)
                  .lineage(Lineage.PARENT, Lineage.CAUSE)
                  .event(EventKind.of("hit", ColumnType.I32))
                  .event(EventKind.of("said", ColumnType.STRING))
                  .build(),
              TableSchema.row("b").externalIds().column("big", ColumnType.U64).build(),
              TableSchema.presence("p", "a"),
              TableSchema.appendOnly("log").column("count", ColumnType.U32).build(),
              TableSchema.row("once").withoutGenerations().build())
          .withInput(EventKind.of("rate", ColumnType.F64));

  private final MemoryStorage storage = new MemoryStorage();
  private final BufferAllocator memory = new RootAllocator();
  private LiveWorld live;

  @BeforeEach
  void a_world_of_three_rows() throws IOException {
    live =
        LiveWorld.create(
            storage,
            StoreInfo.create(SCHEMA, "tick", Map.of()),
            WorldOptions.DEFAULT
                .withLog(LogOptions.DEFAULT.withDurability(Durability.NONE))
                .withAllocator(memory));
    live.tick(
        t -> {
          for (int i = 0; i < 3; i++) {
            t.table("a").insert().set("x", (float) i);
          }
        });
  }

  @AfterEach
  void no_byte_is_leaked() throws IOException {
    live.close();
    assertThat(memory.getAllocatedMemory()).isZero();
    memory.close();
  }

  /** The rows of one tick as text: key rid value [word]. */
  private List<String> rowsOf(TickBody<RuntimeException> systems) throws IOException {
    live.tick(systems);
    live.sync();
    List<String> rows = new ArrayList<>();
    try (Log log = live.info().openLog(storage)) {
      log.scan(
          live.lastTick(),
          live.lastTick(),
          (batch, from, to) -> {
            for (int i = from; i < to; i++) {
              Key key = log.keys().key(batch.key(i));
              String value =
                  switch (key.encoding()) {
                    case BITS -> key.code() == 0 ? "" : Long.toUnsignedString(batch.val(i));
                    case CODE -> batch.word(i);
                    case VALUE -> Double.toString(Double.longBitsToDouble(batch.val(i)));
                  };
              rows.add((key.name() + " " + batch.rid(i) + " " + value).strip());
            }
          });
    }
    return rows;
  }

  @Test
  void rows_come_in_canonical_order_whatever_order_they_were_asked_for() throws IOException {
    List<String> rows =
        rowsOf(
            t -> {
              TickTable a = t.table("a");
              t.table("p").insert(2);
              t.table("p").insert(1);
              t.table("log").insert().set("count", 3);
              t.system(2);
              a.insertCausedBy(5).set("x", 9f).parent(1);
              t.system(1);
              a.insertCausedBy(8).parent(0);
              a.insertCausedBy(3).set("n", 0);
              a.removeSlot(0, "old");
              a.removeSlot(2);
              a.event("said", 1, "hello");
              a.event("hit", 2, 5);
              a.event("hit", 1, -4);
              a.event("hit", 1, -9);
              a.setSlot(1, "n", 1);
              a.setSlot(0, "n", 2);
              a.setSlot(1, "n", 3);
              a.write("x", new float[] {1, 2, 3});
              a.setSlot(1, "x", -0.0f);
              t.input("rate", 4, 0.5);
            });
    assertThat(rows)
        .containsExactly(
            "in.rate 4 0.5",
            "a.x 0 1.0",
            "a.x 1 -0.0",
            "a.x 2 3.0",
            "a.n 0 2.0",
            "a.n 1 3.0",
            "a.hit 1 -4.0",
            "a.hit 1 -9.0",
            "a.hit 2 5.0",
            "a.said 1 hello",
            "a.died 2 0.0",
            "a.died 0 0.0",
            "a.cause 0 old",
            "a.born 0 1.0",
            "a.n 0 0.0",
            "a.born 2 1.0",
            "a.parent 2 0.0",
            "a.born 3 0.0",
            "a.parent 3 1.0",
            "a.x 3 9.0",
            "log.born 0 0.0",
            "log.count 0 3.0",
            "p.born 1 0.0", // 2 is the row that dies in this tick, not the one born to its id (O-5)
            "tick.commit 23");
    TableView a = live.world().table("a");
    assertThat(a.ids()).containsExactly(1, 0, 2, 3);
    assertThat(a.slotOf(new EntityRef(0, 0))).as("a stale reference").isEqualTo(-1);
    assertThat(a.slotOf(new EntityRef(0, 1))).isEqualTo(1);
    assertThat(a.u8("n").get(3)).isEqualTo(7);
    assertThat(live.world().table("p").ids()).containsExactly(1);
  }

  @Test
  void an_entity_that_dies_leaves_every_presence_table_in_the_same_tick() throws IOException {
    rowsOf(
        t -> {
          t.table("p").insert(0);
          t.table("p").insert(1);
        });
    List<String> rows =
        rowsOf(
            t -> {
              t.table("a").removeSlot(0);
              t.table("a").removeSlot(2);
              t.table("p").insert(2);
            });
    assertThat(rows)
        .containsExactly("a.died 2 0.0", "a.died 0 0.0", "p.died 0 0.0", "tick.commit 3");
  }

  @Test
  void ids_without_generations_are_never_used_twice() throws IOException {
    rowsOf(t -> t.table("once").insert());
    rowsOf(t -> t.table("once").removeSlot(0));
    assertThat(rowsOf(t -> t.table("once").insert())).startsWith("once.born 1 0.0");
  }

  @Test
  void external_ids_may_be_born_again_in_the_tick_they_died_in() throws IOException {
    rowsOf(t -> t.table("b").insert(-1).setUnsigned("big", -2));
    List<String> rows =
        rowsOf(
            t -> {
              t.table("b").removeSlot(0);
              t.table("b").insert(-1);
            });
    assertThat(rows).containsExactly("b.died -1 0.0", "b.born -1 1.0", "tick.commit 2");
  }

  private void refused(String message, TickBody<RuntimeException> systems) {
    assertThatThrownBy(() -> live.tick(systems))
        .isInstanceOf(InvalidUseException.class)
        .hasMessage(message);
  }

  @Test
  void invalid_use_is_refused_by_name_and_changes_nothing() throws IOException {
    refused("Unknown table 'z': this world has [a, b, p, log, once]", t -> t.table("z"));
    refused(
        "Unknown column 'y' of table 'a': it has [id, gen, x, n]",
        t -> t.table("a").setSlot(0, "y", 1));
    refused(
        "Cannot write column 'gen' of table 'a': it is set by birth",
        t -> t.table("a").setSlot(0, "gen", 1));
    refused(
        "Cannot store 256 in column 'a.n': its type u8 cannot hold it exactly; it takes 0 to 255",
        t -> t.table("a").setSlot(0, "n", 256));
    refused(
        "Cannot store a double in 'a.n': its type is u8; give an int or long",
        t -> t.table("a").setSlot(0, "n", 1.0));
    refused(
        "Cannot store a double in 'a.x': its type is f32; give a float, as in 1.5f or (float) x",
        t -> t.table("a").setSlot(0, "x", 0.1));
    refused(
        "Cannot store a float in 'a.n': its type is u8; give an int or long",
        t -> t.table("a").setSlot(0, "n", 1.5f));
    refused("Unknown slot 3 of table 'a': it has 3 rows", t -> t.table("a").setSlot(3, "x", 1f));
    refused(
        "Cannot write column 'a.x': 2 values for 3 rows",
        t -> t.table("a").write("x", new float[2]));
    refused(
        "Stale reference: a 0 of generation 4 does not live",
        t -> t.table("a").slot(new EntityRef(0, 4)));
    refused(
        "Duplicate id: cannot give birth to b 9, which is born in this tick already",
        t -> {
          t.table("b").insert(9);
          t.table("b").insert(9);
        });
    refused(
        "Cannot change b 9: it is born in this very tick; use the handle that insert gave",
        t -> {
          t.table("b").insert(9);
          t.table("b").remove(9);
        });
    refused(
        "Cannot insert id 9 into table 'a': it allocates its ids; use insert(), whose handle has the id after the tick",
        t -> t.table("a").insert(9));
    refused("Cannot add a 77 to table 'p': it does not live", t -> t.table("p").insert(77));
    refused("Cannot remove from append-only table 'log'", t -> t.table("log").removeSlot(0));
    refused(
        "Cannot log a cause: table 'b' declares no such lineage; lineage(Lineage.CAUSE) in its schema does",
        t -> t.table("b").removeSlot(0, "x"));
    refused("Unknown input 'wind': this world takes [rate]", t -> t.input("wind", 0, 1));
    Tick[] kept = new Tick[1];
    live.tick(t -> kept[0] = t);
    assertThatThrownBy(() -> kept[0].table("a"))
        .isInstanceOf(InvalidUseException.class)
        .hasMessageStartingWith("Cannot change the world outside a tick: this one is over");
    assertThat(live.world().table("a").rows()).isEqualTo(3);
    assertThatThrownBy(() -> live.tick(1, t -> {}))
        .hasMessage("Cannot run tick 1: the world is at tick 1");
  }
}
