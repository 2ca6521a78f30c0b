// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.Store;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.json.Json;
import org.arrowworld.internal.json.JsonObject;
import org.arrowworld.internal.store.MutableCodebook;
import org.arrowworld.log.LogOptions;
import org.arrowworld.log.LogPosition;
import org.arrowworld.log.LogWriter;
import org.arrowworld.log.Triples;
import org.arrowworld.migration.Migrations;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.EventKind;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.schema.Lineage;
import org.arrowworld.schema.SchemaJson;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.Values;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.table.EntityRef;
import org.arrowworld.tick.Born;
import org.arrowworld.tick.TickTable;
import org.arrowworld.timeline.Projection;
import org.arrowworld.timeline.Verifier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Columns that hold ids (spec S-14, O-16). */
class ReferencesTest {
  private static final WorldSchema SCHEMA =
      WorldSchema.of(
          TableSchema.row("ship")
              .reference("mate", "ship")
              .reference("home", "port")
              .lineage(Lineage.PARENT)
              .event(EventKind.of("hit", ColumnType.F64))
              .build(),
          TableSchema.row("port").externalIds().reference("owner", "ship").build());

  private final MemoryStorage storage = new MemoryStorage();
  private final BufferAllocator memory = new RootAllocator();
  private LiveWorld world;

  @BeforeEach
  void three_ships() throws IOException {
    world = LiveWorld.create(storage, SCHEMA, WorldOptions.DEFAULT);
    world.tick(t -> t.table("ship").insertAll(3));
  }

  @AfterEach
  void no_byte_is_leaked() throws IOException {
    world.close();
    memory.close();
  }

  private long[] column(String table, String name) {
    var view = world.world().table(table);
    long[] values = new long[view.rows()];
    for (int slot = 0; slot < values.length; slot++) {
      values[slot] = view.u32(name).number(slot);
    }
    return values;
  }

  private void refused(Consumer<TickTable> change, String message) {
    assertThatThrownBy(() -> world.tick(t -> change.accept(t.table("ship"))))
        .isInstanceOf(InvalidUseException.class)
        .hasMessageContaining(message);
  }

  @Test
  void an_id_column_begins_with_no_row_and_takes_it() throws IOException {
    assertThat(column("ship", "mate")).containsOnly(Column.NO_ROW);
    world.tick(t -> t.table("ship").write("mate", new long[] {1, 2, Column.NO_ROW}));
    assertThat(column("ship", "mate")).containsExactly(1, 2, Column.NO_ROW);
    world.tick(t -> t.table("ship").set(0, "mate", Column.NO_ROW));
    assertThat(column("ship", "mate")).containsExactly(Column.NO_ROW, 2, Column.NO_ROW);
  }

  @Test
  void a_newborn_and_an_entity_stand_where_an_id_stands() throws IOException {
    world.tick(
        t -> {
          TickTable ships = t.table("ship");
          Born port = t.table("port").insert(40);
          Born ship = ships.insert().set("mate", new EntityRef(2, 0)).set("home", 40);
          ships.set(0, "mate", ship);
          ships.setSlot(1, "home", port);
          ships.insertAll(2).write("mate", new int[] {3, 0});
          port.set("owner", ship);
        });
    assertThat(column("ship", "mate")).containsExactly(3, Column.NO_ROW, Column.NO_ROW, 2, 3, 0);
    assertThat(column("ship", "home")).startsWith(Column.NO_ROW, 40, Column.NO_ROW, 40);
    assertThat(column("port", "owner")).containsExactly(3);
  }

  @Test
  void what_neither_lives_nor_is_born_is_refused_with_the_tick() {
    String nobody = ": it does not live, and is not born in this tick";
    refused(s -> s.set(0, "mate", 9), "Cannot write 'ship.mate' with ");
    refused(s -> s.setSlot(0, "mate", 9), nobody);
    refused(s -> s.write("mate", new int[] {0, 9, 1}), nobody);
    refused(s -> s.write("home", new long[] {0, 0, 0}), nobody);
    refused(s -> s.insert().set("mate", 9), nobody);
    refused(s -> s.insertAll(2).write("mate", new long[] {0, 9}), nobody);
    refused(s -> s.insert().parent(9), "Cannot name as a parent");
    refused(s -> s.event("hit", 9, 1.0), "Cannot report event 'hit' of");
    assertThat(world.world().tick()).isZero();
  }

  @Test
  void a_life_that_has_ended_and_a_newborn_of_another_table_are_refused() throws IOException {
    world.tick(
        t -> {
          t.table("ship").remove(2);
          t.table("ship").insert();
        });
    refused(s -> s.set(0, "mate", new EntityRef(2, 0)), "Stale reference");
    refused(s -> s.set(0, "home", s.insert()), "in table 'port'");
  }

  @Test
  void a_later_death_leaves_the_value_as_it_is_and_verifies() throws IOException {
    world.tick(
        t -> {
          t.table("ship").set(0, "mate", 1);
          t.table("ship").remove(1);
        });
    assertThat(column("ship", "mate")).containsExactly(1, Column.NO_ROW);
    world.close();
    assertThat(Verifier.verify(storage, Verifier.Options.STANDARD, memory).findings()).isEmpty();
  }

  @Test
  void the_number_that_says_no_row_is_no_id_where_ids_are_referred_to() {
    assertThatThrownBy(() -> world.tick(t -> t.table("port").insert(-1)))
        .isInstanceOf(InvalidUseException.class)
        .hasMessageContaining("Cannot insert id 4294967295 into table 'port'")
        .hasMessageContaining("it says no row");
  }

  @Test
  void verification_names_the_values_that_were_wrongwhen_written() throws IOException {
    MemoryStorage wrong = new MemoryStorage();
    StoreInfo info = StoreInfo.create(SCHEMA, "step", Map.of());
    info.write(wrong);
    int[] codes = {key("ship.born"), key("ship.mate"), key("ship.died")};
    Triples rows = new Triples(8);
    LogWriter.Start start = new LogWriter.Start(info.id(), 1, false, LogPosition.START);
    KeyTable keys = new KeyTable(SCHEMA.keys());
    try (LogWriter log =
        LogWriter.open(wrong, start, keys, new MutableCodebook(), LogOptions.DEFAULT)) {
      rows.add(0, 0, codes[0], 0);
      rows.add(0, 1, codes[0], 0);
      log.commitTick(0, rows);
      rows.clear();
      rows.add(1, 0, codes[1], Values.ofInteger(2));
      rows.add(1, 1, codes[1], Values.ofInteger(0));
      rows.add(1, 0, codes[2], 0);
      log.commitTick(1, rows);
    }
    assertThat(Verifier.verify(wrong, Verifier.Options.STANDARD, memory).findings())
        .singleElement()
        .asString()
        .contains("seq 3, tick 1: 'ship.mate' of row 0 was written with")
        .contains("which did not live and was not born in that tick");
  }

  private static int key(String name) {
    return SCHEMA.keys().stream()
        .filter(k -> k.name().equals(name))
        .findFirst()
        .orElseThrow()
        .code();
  }

  @Test
  void the_store_says_whose_ids_a_column_holds_and_going_on_keeps_it() throws IOException {
    world.close();
    assertThat(StoreInfo.read(storage).schema()).isEqualTo(SCHEMA);
    world = LiveWorld.resume(storage, WorldOptions.DEFAULT);
    assertThat(world.schema()).isEqualTo(SCHEMA);
    refused(s -> s.set(0, "mate", 9), "Cannot write 'ship.mate' with ");
    String json = Json.write(SchemaJson.schema(SCHEMA));
    assertThat(json)
        .contains(
            "{\"name\":\"home\",\"type\":\"u32\",\"default\":\"41efffffffe00000\",\"table\":\"port\"}");
    assertThatThrownBy(
            () ->
                SchemaJson.schema(
                    JsonObject.parse("x", json.replace("41efffffffe00000", "0000000000000000"))))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining("its default is 4294967295, no row");
  }

  @Test
  void a_part_of_a_world_shows_an_id_column_without_the_table_it_names() throws IOException {
    world.tick(t -> t.table("port").insert(7).set("owner", 2));
    world.close();
    try (Store store = Store.open(storage);
        var shown = store.at(1, Projection.of("port"))) {
      assertThat(shown.table("port").u32("owner").get(0)).isEqualTo(2);
      assertThat(shown.schema().tables()).hasSize(1);
    }
  }

  @Test
  void a_schema_refuses_ids_of_no_row_table_and_of_another_type() {
    assertThatThrownBy(() -> WorldSchema.of(TableSchema.row("a").reference("b", "c").build()))
        .isInstanceOf(InvalidUseException.class)
        .hasMessageContaining("it refers to 'c', which is not a row table of this world");
    assertThatThrownBy(() -> new Column("b", ColumnType.U64, 0, Optional.of("a")))
        .isInstanceOf(InvalidUseException.class)
        .hasMessageContaining("ids are u32");
  }

  @Test
  void a_migration_keeps_whose_ids_a_column_holds() throws IOException {
    WorldSchema renamed =
        Migrations.from(1).rename("ship", "mate", "friend").build().migrate(SCHEMA);
    assertThat(renamed.table("ship").columns().get(0))
        .isEqualTo(Column.reference("friend", "ship"));
    assertThatThrownBy(
            () -> Migrations.from(1).widen("ship", "mate", ColumnType.U64).build().migrate(SCHEMA))
        .hasMessageContaining("it holds ids of table 'ship'");
  }
}
