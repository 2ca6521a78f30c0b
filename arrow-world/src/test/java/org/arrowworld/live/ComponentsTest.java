// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.Store;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.hash.Hashes;
import org.arrowworld.log.Log;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.EventKind;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.KeyEncoding;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.table.EntityRef;
import org.arrowworld.table.TableView;
import org.arrowworld.table.World;
import org.arrowworld.tick.Born;
import org.arrowworld.tick.BornRows;
import org.arrowworld.tick.TickBody;
import org.arrowworld.timeline.HistoryQuery;
import org.arrowworld.timeline.NetChange;
import org.arrowworld.timeline.Projection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Components: presence tables with columns (spec S-6, O-3, O-5, O-6, O-18). */
class ComponentsTest {
  private static final WorldSchema SCHEMA =
      WorldSchema.of(
          TableSchema.component("hungry", "ship")
              .column("since", ColumnType.F64, 1.5)
              .column("why", ColumnType.STRING)
              .reference("by", "ship")
              .build(),
          TableSchema.row("ship")
              .column("x", ColumnType.F64)
              .event(EventKind.of("hit", ColumnType.F64))
              .build(),
          TableSchema.component("tired", "ship").column("n", ColumnType.I64).build());

  private final BufferAllocator memory = new RootAllocator();
  private final MemoryStorage files = new MemoryStorage();
  private LiveWorld live;

  /** Ships 0 to 3; 0 and 2 are hungry. */
  @BeforeEach
  void begin() throws IOException {
    live =
        LiveWorld.create(
            files,
            StoreInfo.create(SCHEMA, "tick", Map.of()),
            WorldOptions.DEFAULT.withAllocator(memory));
    live.tick(
        t -> {
          BornRows ships = t.table("ship").insertAll(4);
          t.table("hungry").insert(ships.get(2)).set("why", "late").set("since", 2.0);
          t.table("hungry").insert(ships.get(0)).set("why", "early");
        });
  }

  @AfterEach
  void no_byte_is_leaked() throws IOException {
    live.close();
    assertThat(memory.getAllocatedMemory()).isZero();
    memory.close();
  }

  /** The rows of one tick, without the last: key rid value. */
  private List<String> rowsOf(TickBody<RuntimeException> systems) throws IOException {
    live.tick(systems);
    List<String> rows = new ArrayList<>();
    try (Log log = live.info().openLog(files)) {
      log.scan(
          live.lastTick(),
          live.lastTick(),
          (batch, from, to) -> {
            for (int i = from; i < to; i++) {
              Key key = log.keys().key(batch.key(i));
              boolean word = key.encoding() == KeyEncoding.CODE;
              double number = Double.longBitsToDouble(batch.val(i));
              rows.add(key.name() + " " + batch.rid(i) + " " + (word ? batch.word(i) : number));
            }
          });
    }
    return rows.subList(0, rows.size() - 1);
  }

  @Test
  void values_are_set_by_id_by_slot_and_whole_and_read_by_slot() throws IOException {
    TableView hungry = live.world().table("hungry");
    assertThat(hungry.ids()).containsExactly(0, 2);
    live.tick(t -> t.table("hungry").set(2, "since", 3.0));
    live.tick(t -> t.table("hungry").setSlot(0, "by", 3));
    assertThat(hungry.f64("since").get(hungry.slotOf(2))).isEqualTo(3.0);
    assertThat(hungry.f64("since").get(hungry.slotOf(0))).isEqualTo(1.5);
    assertThat(hungry.u32("by").get(0)).isEqualTo(3);
    live.tick(t -> t.table("hungry").write("why", new String[] {"a", "b"}));
    assertThat(hungry.string("why").get(1)).isEqualTo("b");
  }

  @Test
  void a_presence_tables_rows_come_last_values_then_who_leaves_then_who_enters()
      throws IOException {
    assertThat(
            rowsOf(
                t -> {
                  t.table("hungry").insert(3).set("by", 2).set("why", "new");
                  t.table("hungry").insert(1).set("why", "").set("since", 1.5);
                  t.table("hungry").remove(0);
                  t.table("hungry").set(0, "why", "gone");
                  t.table("hungry").set(2, "since", 8.0);
                  t.table("ship").remove(2);
                  t.table("ship").set(1, "x", 4.0);
                }))
        .containsExactly(
            "ship.x 1 4.0",
            "ship.died 2 0.0",
            "hungry.since 2 8.0",
            "hungry.why 0 gone",
            "hungry.died 2 0.0",
            "hungry.died 0 0.0",
            "hungry.born 1 0.0",
            "hungry.why 1 ",
            "hungry.born 3 0.0",
            "hungry.why 3 new",
            "hungry.by 3 2.0");
    assertThat(live.world().table("hungry").ids()).containsExactly(1, 3);
  }

  @Test
  void who_dies_in_its_tick_enters_nowhere_and_leaves_no_word() throws IOException {
    int words = live.world().codebook().size();
    live.tick(
        t -> {
          t.table("ship").remove(3);
          t.table("hungry").insert(3).set("why", "never");
        });
    assertThat(live.world().codebook().size()).isEqualTo(words);
    assertThat(live.world().table("hungry").ids()).containsExactly(0, 2);
  }

  @Test
  void a_newborns_handle_names_its_row_in_a_component_too() throws IOException {
    live.tick(
        t -> {
          Born ship = t.table("ship").insert();
          Born row = t.table("hungry").insert(ship).set("why", "a");
          t.table("hungry").set(ship, "since", 7.0);
          t.table("hungry").set(row, "by", ship);
          assertThatThrownBy(() -> t.table("tired").set(ship, "n", 1))
              .isInstanceOf(InvalidUseException.class)
              .hasMessageContaining("in table 'tired': it enters it by insert(handle)");
          assertThatThrownBy(() -> t.table("hungry").remove(ship))
              .isInstanceOf(InvalidUseException.class)
              .hasMessageContaining("it is born in this very tick");
        });
    TableView hungry = live.world().table("hungry");
    int slot = hungry.slotOf(4);
    assertThat(hungry.f64("since").get(slot)).isEqualTo(7.0);
    assertThat(hungry.u32("by").get(slot)).isEqualTo(4);
  }

  @Test
  void many_rows_enter_at_once_by_ids_and_by_handles() throws IOException {
    live.tick(
        t -> {
          t.table("tired").insertAll(new int[] {3, 1}).write("n", new long[] {30, 10});
          BornRows ships = t.table("ship").insertAll(2);
          t.table("tired").insertAll(ships).write("n", new long[] {40, 50});
          assertThatThrownBy(() -> t.table("ship").insertAll(new int[] {9}))
              .isInstanceOf(InvalidUseException.class)
              .hasMessageContaining("it allocates its ids");
          assertThatThrownBy(() -> t.table("ship").insertAll(ships))
              .isInstanceOf(InvalidUseException.class)
              .hasMessageContaining("it is not a presence table");
        });
    TableView tired = live.world().table("tired");
    assertThat(tired.ids()).containsExactly(1, 3, 4, 5);
    assertThat(tired.i64("n").get(1)).isEqualTo(30);
    assertThat(tired.i64("n").get(3)).isEqualTo(50);
  }

  @Test
  void an_entity_in_a_presence_table_is_that_life_of_its_own_table() throws IOException {
    live.tick(t -> t.table("ship").remove(2));
    EntityRef[] entered = new EntityRef[1];
    Born[] row = new Born[1];
    live.tick(t -> row[0] = t.table("tired").insert(t.table("ship").insert()).set("n", 5));
    entered[0] = row[0].ref();
    assertThat(entered[0]).isEqualTo(new EntityRef(2, 1));
    TableView tired = live.world().table("tired");
    assertThat(tired.ref(0)).isEqualTo(entered[0]);
    assertThat(tired.slotOf(new EntityRef(2, 0))).isEqualTo(-1);
    live.tick(t -> t.table("tired").set(tired.ref(0), "n", 6));
    assertThat(tired.i64("n").get(0)).isEqualTo(6);
    assertThatThrownBy(() -> live.tick(t -> t.table("tired").remove(new EntityRef(2, 0))))
        .isInstanceOf(InvalidUseException.class)
        .hasMessageContaining("Stale reference");
    live.tick(t -> t.table("tired").remove(entered[0]));
    assertThat(tired.rows()).isZero();
  }

  @Test
  void what_cannot_be_is_refused() {
    refused(t -> t.table("hungry").insert(1), "without a value for string column 'why'");
    refused(t -> t.table("hungry").insert(0).set("why", "x"), "Duplicate id");
    refused(
        t -> t.table("hungry").set(1, "since", 2.0),
        "Cannot change hungry 1: it is not in the presence table");
    refused(
        t -> t.table("hungry").set(new EntityRef(1, 0), "since", 2.0),
        "Cannot change hungry 1: it is not in the presence table; insert(id) puts it there");
    refused(t -> t.table("hungry").set(0, "by", 77), "Cannot write 'hungry.by' with ship 77");
    refused(t -> t.table("hungry").insert(), "says who enters");
    assertThatThrownBy(() -> TableSchema.component("c", "ship").externalIds().build())
        .isInstanceOf(InvalidUseException.class)
        .hasMessageContaining("a presence table has no such ids");
    assertThatThrownBy(
            () ->
                TableSchema.component("c", "ship").event(EventKind.of("e", ColumnType.U8)).build())
        .isInstanceOf(InvalidUseException.class)
        .hasMessageContaining("a presence table has no such ids, generations, lineage, events");
  }

  private void refused(TickBody<RuntimeException> change, String text) {
    String before = Hashes.resume(live.world());
    assertThatThrownBy(() -> live.tick(change))
        .isInstanceOf(InvalidUseException.class)
        .hasMessageContaining(text);
    assertThat(Hashes.resume(live.world())).isEqualTo(before);
  }

  @Test
  void what_an_old_life_leaves_in_a_component_is_its_own() throws IOException { // O-18
    live.tick(
        t -> {
          t.table("hungry").set(2, "since", 9.0);
          t.table("ship").remove(2);
          t.table("hungry").insert(t.table("ship").insert()).set("why", "young");
        });
    try (Store store = Store.open(files)) {
      assertThat(history(store, 0))
          .containsExactly(
              "0 ship.born",
              "0 hungry.born",
              "0 hungry.since",
              "0 hungry.why",
              "1 ship.died",
              "1 hungry.since",
              "1 hungry.died");
      assertThat(history(store, 1)).containsExactly("1 ship.born", "1 hungry.born", "1 hungry.why");
      HistoryQuery young = HistoryQuery.of("ship", new EntityRef(2, 1));
      assertThat(store.between(0, 1).toList())
          .extracting(NetChange::key)
          .containsExactly("hungry.died", "hungry.born", "ship.died", "ship.born");
      assertThat(store.history(young.withKey("hungry.since")).toList()).isEmpty();
    }
  }

  private static List<String> history(Store store, int gen) throws IOException {
    return store.history("ship", new EntityRef(2, gen)).toList().stream()
        .map(c -> c.tick() + " " + c.key().name())
        .toList();
  }

  @Test
  void a_column_alone_brings_its_ids_and_the_table_it_is_of() throws IOException {
    try (Store store = Store.open(files);
        World part = store.at(0, Projection.of("hungry.since"))) {
      assertThat(part.schema().tables())
          .extracting(TableSchema::name)
          .containsExactly("hungry", "ship");
      assertThat(part.table("hungry").f64("since").get(1)).isEqualTo(2.0);
      assertThat(part.table("hungry").columns()).hasSize(2);
    }
  }
}
