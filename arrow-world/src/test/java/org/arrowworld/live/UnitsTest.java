// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.arrowworld.LiveWorld;
import org.arrowworld.Store;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.json.ChecksummedJson;
import org.arrowworld.internal.json.Json;
import org.arrowworld.migration.Migrations;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.SchemaJson;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.snapshot.TableFile;
import org.arrowworld.snapshot.TableFiles;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.store.TickTime;
import org.arrowworld.table.World;
import org.arrowworld.timeline.StoreDiff;
import org.arrowworld.timeline.WorldColumns;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Units, docs and the time of ticks go wherever a store goes (spec S-15, S-16). */
class UnitsTest {
  private static final WorldSchema PLAIN = schema("", "", "");
  private static final WorldSchema SAID = schema("m", "east of the buoy", "the hatch");
  private static final TickTime TIME =
      TickTime.every("0.5", "h").withSince(Instant.parse("2026-11-30T12:00:00Z"));

  @TempDir Path folder;

  private static WorldSchema schema(String unit, String doc, String hatch) {
    return WorldSchema.of(
        TableSchema.row("ship")
            .column("x", ColumnType.F64)
            .unit(unit)
            .doc(doc)
            .column("open", ColumnType.BOOL)
            .doc(hatch)
            .column("name", ColumnType.STRING)
            .build());
  }

  private static void run(Storage storage, WorldSchema schema) throws IOException {
    WorldOptions options = WorldOptions.DEFAULT.withTime(TIME);
    try (LiveWorld world = LiveWorld.create(storage, schema, options)) {
      for (int tick = 0; tick < 3; tick++) {
        world.tick(t -> t.table("ship").insert().set("name", "n").set("x", 1.5));
      }
      world.snapshot();
      world.seal();
    }
  }

  private static void requireSaid(StoreInfo info) {
    assertThat(Json.write(SchemaJson.schema(info.schema())))
        .contains("\"unit\":\"m\",\"doc\":\"east of the buoy\"")
        .contains("\"doc\":\"the hatch\"");
    assertThat(info.time()).contains(TIME);
  }

  @Test
  void they_stand_in_the_store_its_worlds_and_its_arrow_vectors_and_not_in_its_keys()
      throws IOException {
    Storage storage = new MemoryStorage();
    run(storage, SAID);
    try (Store store = Store.open(storage)) {
      requireSaid(store.info());
      assertThat(store.verify().findings()).isEmpty();
      assertThat(SchemaJson.keys(store.schema().keys())).isEqualTo(SchemaJson.keys(PLAIN.keys()));
      try (World world = store.at(2)) {
        Column x = world.table("ship").columns().get(2);
        assertThat(x.unit()).contains("m");
        assertThat(world.table("ship").vector("x").getField().getMetadata())
            .containsEntry("aw.unit", "m")
            .containsEntry("aw.doc", "east of the buoy");
        assertThat(world.table("ship").vector("open").getField().getMetadata())
            .containsEntry("aw.type", "bool")
            .containsEntry("aw.doc", "the hatch");
      }
    }
  }

  @Test
  void a_world_is_found_by_its_time() throws IOException {
    Storage storage = new MemoryStorage();
    run(storage, SAID);
    try (Store store = Store.open(storage)) {
      assertThat(store.time(2)).isEqualTo(1.0);
      for (Number time : List.of(0.5, new BigDecimal("0.50"))) {
        try (World world = store.atTime(time)) {
          assertThat(world.tick()).isEqualTo(1);
        }
      }
      try (World world = store.atTime(Instant.parse("2026-11-30T13:00:00Z"))) {
        assertThat(world.tick()).isEqualTo(2);
      }
      assertThatThrownBy(() -> store.atTime(0.75))
          .isInstanceOf(InvalidUseException.class)
          .hasMessageContaining("tick 1 is at 0.5 h, tick 2 at 1 h");
      assertThatThrownBy(() -> store.atTime(4)).isInstanceOf(InvalidUseException.class);
    }
  }

  @Test
  void a_store_without_a_time_says_so() throws IOException {
    Storage storage = new MemoryStorage();
    LiveWorld.create(storage, PLAIN, WorldOptions.DEFAULT).close();
    try (Store store = Store.open(storage)) {
      assertThatThrownBy(() -> store.atTime(1))
          .isInstanceOf(InvalidUseException.class)
          .hasMessage(
              "The store does not say the time of its ticks: it counts them by 'tick'; give the tick");
      assertThatThrownBy(() -> store.time(1)).hasMessageContaining("does not say the time");
    }
  }

  @Test
  void a_fork_a_recovery_and_a_migration_keep_them() throws IOException {
    Storage storage = new DiskStorage(folder.resolve("run"));
    run(storage, SAID);
    Migrations steps =
        Migrations.from(1)
            .widen("ship", "open", ColumnType.U8)
            .rename("ship", "x", "east")
            .unit("ship", "open", "1")
            .doc("ship", "name", "as painted")
            .add("ship", Column.of("speed", ColumnType.F32).withUnit("kn"))
            .build();
    try (Store store = Store.open(storage)) {
      store.fork(1, folder.resolve("fork"));
      store.migrate(steps, folder.resolve("migrated"));
      store.compact();
      requireSaid(store.info());
    }
    Store.recover(storage, folder.resolve("recovered"));
    for (String name : List.of("fork", "recovered")) {
      try (Store store = Store.open(folder.resolve(name))) {
        requireSaid(store.info());
        assertThat(store.verify().findings()).isEmpty();
      }
    }
    try (Store store = Store.open(folder.resolve("migrated"))) {
      List<Column> columns = store.schema().table("ship").columns();
      assertThat(columns).extracting(Column::name).containsExactly("east", "open", "name", "speed");
      assertThat(columns)
          .extracting(c -> c.unit().orElse("-"))
          .containsExactly("m", "1", "-", "kn");
      assertThat(columns)
          .extracting(c -> c.doc().orElse("-"))
          .containsExactly("east of the buoy", "the hatch", "as painted", "-");
      assertThat(store.info().time()).contains(TIME);
      assertThat(store.verify().findings()).isEmpty();
    }
  }

  @Test
  void a_table_file_has_them() throws IOException {
    Storage storage = new MemoryStorage();
    run(storage, SAID);
    try (Store store = Store.open(storage);
        WorldColumns world = store.columnsAt(2)) {
      TableFiles.Origin origin =
          new TableFiles.Origin(store.info().id(), 1, 2, world.words(), Optional.of(TIME));
      TableFiles.write(storage, "ship.arrow", world.table("ship"), origin);
    }
    try (TableFile file = TableFile.open(storage, "ship.arrow")) {
      assertThat(file.columns().get(2).unit()).contains("m");
      assertThat(file.columns().get(3).doc()).contains("the hatch");
      assertThat(file.metadata())
          .containsEntry(
              "aw.time",
              "{\"zero\":\"0\",\"step\":\"0.5\",\"unit\":\"h\",\"since\":\"2026-11-30T12:00:00Z\"}");
      file.verify();
    }
  }

  @Test
  void words_about_columns_make_no_other_schema_and_no_other_hash() throws IOException {
    Storage said = new MemoryStorage();
    Storage plain = new MemoryStorage();
    run(said, SAID);
    run(plain, PLAIN);
    assertThat(SAID).isEqualTo(PLAIN).hasSameHashCodeAs(PLAIN);
    try (Store a = Store.open(said);
        Store b = Store.open(plain)) {
      assertThat(a.diff(b).outcome()).isEqualTo(StoreDiff.Outcome.EQUAL);
      assertThat(a.resumeHash(2)).isEqualTo(b.resumeHash(2));
    }
    LiveWorld.open(said, PLAIN, WorldOptions.DEFAULT).close();
    assertThatThrownBy(() -> LiveWorld.open(plain, SAID, WorldOptions.DEFAULT))
        .isInstanceOf(InvalidUseException.class)
        .hasMessageContaining("tables 'ship' columns 'x': unit is m, the store's is not set");
    assertThatThrownBy(() -> LiveWorld.open(said, schema("km", "", ""), WorldOptions.DEFAULT))
        .hasMessageContaining("unit is km, the store's is m");
  }

  @Test
  void words_beyond_their_bounds_are_refused() {
    Column column = Column.of("x", ColumnType.F64);
    column.withUnit("\u00b5".repeat(50)).withDoc("d".repeat(10_000));
    assertThatThrownBy(() -> column.withUnit("\u00b5".repeat(51)))
        .hasMessage("Cannot give column 'x' a unit of 102 bytes: expected 1 to 100 bytes of UTF-8");
    assertThatThrownBy(() -> column.withDoc("d".repeat(10_001)))
        .hasMessageContaining("10001 bytes");
    assertThatThrownBy(() -> column.withDoc("\ud800")).hasMessageContaining("surrogate");
    assertThatThrownBy(() -> column.withDoc(null)).isInstanceOf(InvalidUseException.class);
    assertThatThrownBy(() -> TableSchema.row("t").unit("m"))
        .hasMessageContaining("it is that of the column added before, and there is none");
    TableSchema.Builder many = TableSchema.row("t");
    for (int i = 0; i < 839; i++) {
      many.column("c" + i, ColumnType.U8).doc("d".repeat(10_000));
    }
    TableSchema table = many.build();
    assertThatThrownBy(() -> WorldSchema.of(table))
        .hasMessageContaining("units and docs have 8390000 bytes: expected at most 8388608");
  }

  @Test
  void a_store_json_whose_time_breaks_the_rules_is_damaged() throws IOException {
    for (String wrong :
        List.of(
            "{\"zero\":\"0\",\"step\":\"0\",\"unit\":\"s\"}",
            "{\"zero\":0,\"step\":\"1\",\"unit\":\"s\"}",
            "{\"zero\":\"0\",\"step\":\"1\",\"unit\":\"s\",\"since\":\"2026-11-30\"}",
            "[]")) {
      Storage storage = new MemoryStorage();
      StoreInfo.create(SAID, "tick", Map.of()).write(storage);
      Map<String, Object> members =
          new LinkedHashMap<>(ChecksummedJson.read(storage, "store.json").members());
      members.remove("crc");
      members.put("time", Json.parse(wrong));
      storage.delete("store.json");
      ChecksummedJson.write(storage, "store.json", members);
      assertThatThrownBy(() -> StoreInfo.read(storage))
          .as(wrong)
          .isInstanceOf(DamagedFileException.class);
    }
  }
}
