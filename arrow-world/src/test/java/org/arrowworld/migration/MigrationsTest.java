// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.UnsupportedVersionException;
import org.arrowworld.hash.Hashes;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.world.MutableTable;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.internal.world.WorldState;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.LogPosition;
import org.arrowworld.maintenance.StoreMigration;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.Values;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.snapshot.Snapshot;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.storage.Storage;
import org.arrowworld.storage.WritableFile;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.table.TableView;
import org.arrowworld.timeline.Timeline;
import org.arrowworld.timeline.Verifier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Migrations (spec M-1 to M-8). */
class MigrationsTest {
  private static final int SIGNALLING_NAN = 0x7FA0_1234;
  private static final WorldSchema V1 =
      WorldSchema.of(
          TableSchema.row("ship")
              .column("x", ColumnType.F32)
              .column("mass", ColumnType.U8, 7)
              .column("flag", ColumnType.STRING)
              .build(),
          TableSchema.presence("damaged", "ship"),
          TableSchema.appendOnly("fleet").column("n", ColumnType.I16).build());

  private final BufferAllocator memory = new RootAllocator();

  @AfterEach
  void no_byte_leaks() {
    memory.close();
  }

  /** Ships 1 and 2 live, ids 3 then 0 are free; tick 3. */
  private Storage store() throws IOException {
    Storage storage = new MemoryStorage();
    try (LiveWorld live =
        LiveWorld.create(
            storage,
            StoreInfo.create(V1, "tick", Map.of()),
            WorldOptions.DEFAULT.withAllocator(memory))) {
      live.tick(
          t -> {
            for (int i = 0; i < 4; i++) {
              t.table("ship").insert().set("flag", "f" + i).set("mass", 200 + i);
            }
            t.table("fleet").insert().set("n", -5);
          });
      live.tick(t -> t.table("damaged").insert(1));
      live.tick(t -> t.table("ship").removeSlot(3));
      live.tick(
          t -> {
            t.table("ship").removeSlot(0);
            t.table("ship").set(1, "x", Float.intBitsToFloat(SIGNALLING_NAN));
          });
      live.snapshot();
      live.seal();
    }
    return storage;
  }

  private static final Migrations TO_3 =
      Migrations.from(1)
          .add("ship", new Column("hull", ColumnType.I32, Double.doubleToRawLongBits(-3)))
          .addWords("fleet", "name", "home")
          .rename("ship", "mass", "load")
          .next()
          .widen("ship", "load", ColumnType.U64)
          .widen("ship", "x", ColumnType.F64)
          .map("fleet", "n", n -> n * 2 - 1)
          .drop("ship", "flag")
          .build();

  @Test
  void a_snapshot_of_version_1_is_read_as_version_3_and_its_files_stay() throws IOException {
    Storage storage = store();
    Snapshot.Location location = Snapshot.list(storage).get(0);
    StoreInfo info = StoreInfo.read(storage);
    try (Snapshot snapshot = Snapshot.open(storage, location, info.id());
        MutableWorld old = snapshot.load(memory);
        MutableWorld world = TO_3.load(snapshot, memory)) {
      assertThat(world.schema().version()).isEqualTo(3);
      assertThat(world.tick()).isEqualTo(3);
      MutableTable ships = world.table("ship");
      assertThat(ships.columns().stream().map(Column::name))
          .containsExactly("id", "gen", "x", "load", "hull");
      assertThat(ships.ids()).isEqualTo(old.table("ship").ids());
      int slot = ships.slotOf(1);
      assertThat(ships.column("load").i64(slot)).isEqualTo(201);
      assertThat(ships.column("hull").i32(slot)).isEqualTo(-3);
      // the NaN's payload is widened on its bits
      assertThat(Double.doubleToRawLongBits(ships.column("x").f64(slot)))
          .isEqualTo(0x7FF4_0246_8000_0000L);
      assertThat(world.table("fleet").column("n").pattern(0))
          .isEqualTo(Double.doubleToRawLongBits(-11));
      assertThat(world.codebook().word(world.table("fleet").column("name").i32(0)))
          .isEqualTo("home");
      assertThat(world.table("damaged").ids()).containsExactly(1);
      assertThat(ships.deadIds()).containsExactly(old.table("ship").deadIds());
      assertThat(ships.nextId()).isEqualTo(4);
      // a default is migrated with its column
      assertThat(world.schema().tables().get(0).columns().get(1).defaultBits()).isEqualTo(7);
      snapshot.verify();
    }
  }

  @Test
  void a_migrated_store_begins_at_a_base_and_goes_on() throws IOException {
    Storage old = store();
    Storage target = new MemoryStorage();
    StoreMigration.Report report = StoreMigration.run(old, target, TO_3, memory);
    assertThat(report.fromVersion()).isEqualTo(1);
    assertThat(report.toVersion()).isEqualTo(3);
    assertThat(report.firstTick()).isZero();
    StoreInfo info = StoreInfo.read(target);
    LogPosition end;
    try (Timeline timeline = Timeline.open(old)) {
      end = timeline.end();
      assertThat(info.parent()).contains(new StoreInfo.Parent(timeline.info().id(), end));
    }
    assertThat(info.properties()).containsEntry("migrated_from_schema", "1");
    try (Timeline timeline = Timeline.open(target);
        MutableWorld world = timeline.at(3, memory)) {
      assertThat(timeline.firstTick()).isEqualTo(3);
      assertThat(timeline.lastTick()).isEqualTo(3);
      long chain = Hashes.beginning(WorldState.of(world));
      assertThat(timeline.end()).isEqualTo(new LogPosition(end.tick(), end.seq(), chain));
      assertThat(info.begins()).contains(timeline.end());
      assertThat(Hashes.world(world.tables())).isEqualTo(report.hashWorld());
    }
    assertThat(Verifier.verify(target, Verifier.Depth.DEEP, 1, memory).isSound()).isTrue();
    try (LiveWorld live = LiveWorld.resume(target, WorldOptions.DEFAULT.withAllocator(memory))) {
      live.tick(t -> t.table("ship").insert().set("hull", 9)); // takes the free id on top
      assertThat(live.world().table("ship").slotOf(0)).isEqualTo(2);
      assertThat(live.world().table("ship").gen(2)).isEqualTo(1);
      live.seal();
    }
    Verifier.Report sound = Verifier.verify(target, Verifier.Depth.DEEP, 1, memory);
    assertThat(sound.findings()).isEmpty();
    assertThat(sound.isSound()).isTrue();
    try (Timeline timeline = Timeline.open(target)) {
      assertThat(timeline.firstTick()).isEqualTo(3);
      assertThat(timeline.lastTick()).isEqualTo(4);
      assertThat(timeline.log().start().seq()).isEqualTo(end.seq());
    }
  }

  /** Spec M-8. */
  @Test
  void a_presence_table_becomes_a_component_and_a_component_a_presence_table() throws IOException {
    Storage component = new MemoryStorage();
    Column since = new Column("since", ColumnType.F64, Double.doubleToRawLongBits(2.5));
    Migrations steps =
        Migrations.from(1).add("damaged", since).addWords("damaged", "by", "storm").build();
    StoreMigration.run(store(), component, steps, memory);
    try (LiveWorld live = LiveWorld.resume(component, WorldOptions.DEFAULT.withAllocator(memory))) {
      TableView damaged = live.world().table("damaged");
      assertThat(damaged.ids()).containsExactly(1);
      assertThat(damaged.f64("since").get(0)).isEqualTo(2.5);
      assertThat(damaged.string("by").get(0)).isEqualTo("storm");
      live.tick(
          t -> {
            t.table("damaged").set(1, "since", 4.0);
            t.table("damaged").insert(2).set("by", "fire");
          });
      assertThat(damaged.f64("since").get(0)).isEqualTo(4.0);
      assertThat(damaged.string("by").get(damaged.slotOf(2))).isEqualTo("fire");
    }
    Storage plain = new MemoryStorage();
    Migrations back = Migrations.from(2).drop("damaged", "since").drop("damaged", "by").build();
    StoreMigration.run(component, plain, back, memory);
    try (Timeline timeline = Timeline.open(plain);
        MutableWorld world = timeline.at(timeline.lastTick(), memory)) {
      assertThat(world.table("damaged").columns().stream().map(Column::name)).containsExactly("id");
      assertThat(world.table("damaged").ids()).containsExactly(1, 2);
    }
  }

  @Test
  void an_unknown_newer_version_is_refused_by_its_number() throws IOException {
    Storage newer = new MemoryStorage();
    StoreMigration.run(store(), newer, TO_3, memory);
    Migrations known = Migrations.from(1).drop("ship", "x").build();
    Storage target = new MemoryStorage();
    assertThatThrownBy(() -> StoreMigration.run(newer, target, known, memory))
        .isInstanceOf(UnsupportedVersionException.class)
        .hasMessageContaining("schema version 3 is not known to this release (it knows 1 to 2)");
    assertThat(target.list("")).isEmpty();
    Migrations later = Migrations.from(7).drop("ship", "x").build();
    assertThatThrownBy(() -> StoreMigration.run(newer, target, later, memory))
        .isInstanceOf(InvalidUseException.class)
        .hasMessageContaining("it has schema version 3, the steps begin at 7");
  }

  @Test
  void a_step_that_does_not_fit_is_named_before_anything_is_written() throws IOException {
    Storage target = new MemoryStorage();
    refused(target, Migrations.from(1).drop("ship", "y"), "Cannot drop column 'ship.y'");
    refused(target, Migrations.from(1).drop("boat", "y"), "the world has no such table");
    refused(
        target, Migrations.from(1).rename("ship", "x", "mass"), "Cannot rename column 'ship.x'");
    refused(target, Migrations.from(1).rename("ship", "x", "id"), "used twice or reserved");
    refused(
        target, Migrations.from(1).widen("ship", "mass", ColumnType.I8), "does not hold every u8");
    refused(target, Migrations.from(1).map("ship", "flag", x -> x), "does not travel as a float64");
    refused(target, Migrations.from(1).map("fleet", "n", x -> 0.5), "row 0: Cannot store 0.5");
    refused(
        target,
        Migrations.from(1).add("damaged", Column.of("id", ColumnType.U8)),
        "the name 'id' is used twice or reserved");
    assertThat(target.list("")).isEmpty();
  }

  private void refused(Storage target, Migrations.Builder steps, String text) throws IOException {
    Storage source = store();
    assertThatThrownBy(() -> StoreMigration.run(source, target, steps.build(), memory))
        .isInstanceOf(InvalidUseException.class)
        .hasMessageContaining(text);
  }

  @ParameterizedTest
  @CsvSource({
    "U8,I16,true",
    "U8,U16,true",
    "U8,F32,true",
    "U8,I8,false",
    "I8,U16,false",
    "I8,I16,true",
    "U16,F32,true",
    "U32,F32,false",
    "U32,F64,true",
    "U32,I64,true",
    "I32,U64,false",
    "U64,F64,false",
    "I64,F64,false",
    "F32,F64,true",
    "F64,F32,false",
    "BOOL,U8,true",
    "U8,BOOL,false",
    "STRING,U32,false",
    "U8,U8,false",
    "I32,F64,true",
    "F32,I64,false"
  })
  void a_type_is_wider_if_it_holds_every_value(ColumnType from, ColumnType to, boolean wider) {
    assertThat(WidenColumn.isWider(from, to)).isEqualTo(wider);
  }

  private static final String FILE =
      """
      {"from": 1, "versions": [
        {"steps": [
          {"step": "add", "table": "ship", "column": "hull", "type": "i32", "default": -3},
          {"step": "add", "table": "fleet", "column": "name", "type": "string", "default": "home"},
          {"step": "rename", "table": "ship", "column": "mass", "to": "load"}]},
        {"steps": [
          {"step": "widen", "table": "ship", "column": "load", "type": "u64"},
          {"step": "widen", "table": "ship", "column": "x", "type": "f64"},
          {"step": "linear", "table": "fleet", "column": "n", "factor": 2, "offset": -1.0},
          {"step": "drop", "table": "ship", "column": "flag"}]}]}
      """;

  @Test
  void steps_in_a_file_do_the_same() throws IOException {
    Storage byFile = new MemoryStorage();
    Storage byCode = new MemoryStorage();
    Storage source = store();
    String expected = StoreMigration.run(source, byCode, TO_3, memory).hashWorld();
    Migrations steps = MigrationFile.parse("steps.json", FILE);
    assertThat(StoreMigration.run(source, byFile, steps, memory).hashWorld()).isEqualTo(expected);
    assertThat(StoreInfo.read(byFile).schema()).isEqualTo(StoreInfo.read(byCode).schema());
  }

  @Test
  void a_file_that_is_cut_or_changed_anywhere_gives_typed_errors_only() throws IOException {
    for (int length = 0; length < FILE.stripTrailing().length(); length++) {
      String cut = FILE.substring(0, length);
      assertThatThrownBy(() -> MigrationFile.parse("s", cut))
          .isInstanceOf(DamagedFileException.class)
          .hasMessageStartingWith("Cannot read s: ");
    }
    for (int at = 0; at < FILE.length(); at++) {
      for (char c : new char[] {'0', '"', '{', '-', 'x', '\u0000'}) {
        String changed = FILE.substring(0, at) + c + FILE.substring(at + 1);
        try {
          MigrationFile.parse("s", changed);
        } catch (DamagedFileException e) {
          assertThat(e).hasMessageStartingWith("Cannot read s: ");
        }
      }
    }
  }

  @Test
  void what_a_file_says_wrongly_is_named() {
    wrong("{\"from\":0,\"versions\":[{\"steps\":[]}]}", "versions begin at 1");
    wrong("{\"from\":1,\"versions\":[]}", "'versions' should be one version or more");
    wrong(step("{\"step\":\"twist\",\"table\":\"a\",\"column\":\"b\"}"), "'step' should be add,");
    wrong(
        step("{\"step\":\"add\",\"table\":\"a\",\"column\":\"b\",\"type\":\"u8\",\"default\":256}"),
        "Cannot store 256 in column 'b'");
    wrong(
        step("{\"step\":\"add\",\"table\":\"a\",\"column\":\"b\",\"type\":\"string\"}"),
        "'default' should be string");
  }

  @Test
  void a_default_is_the_nearest_f32_and_exact_elsewhere() throws IOException {
    assertThat(added("f32", "16777217")).isEqualTo(Values.ofF32(16777216f));
    assertThat(added("f32", "16777217.0")).isEqualTo(Values.ofF32(16777216f));
    assertThat(added("f32", "99999999999999999999")).isEqualTo(Values.ofF32(1e20f));
    assertThat(added("u64", "18446744073709551615")).isEqualTo(-1);
    assertThat(added("u64", "9223372036854775809")).isEqualTo(Long.MIN_VALUE + 1);
    assertThat(added("f64", "100000000000000000000")).isEqualTo(Values.ofF64(1e20));
    for (String[] bad :
        new String[][] {
          {"f32", "1e39"},
          {"u64", "18446744073709551616"},
          {"u64", "-9223372036854775809"},
          {"i64", "9223372036854775808"},
          {"f64", "100000000000000000001"},
        }) {
      String member = "\"default\":" + bad[1];
      wrong(
          step(
              "{\"step\":\"add\",\"table\":\"a\",\"column\":\"b\",\"type\":\""
                  + bad[0]
                  + "\","
                  + member
                  + "}"),
          "'default' should be a value of type " + bad[0]);
    }
  }

  private static long added(String type, String value) throws IOException {
    WorldSchema schema = WorldSchema.of(TableSchema.row("a").column("x", ColumnType.U8).build());
    String json =
        "{\"step\":\"add\",\"table\":\"a\",\"column\":\"b\",\"type\":\""
            + type
            + "\",\"default\":"
            + value
            + "}";
    WorldSchema migrated = MigrationFile.parse("s", step(json)).migrate(schema);
    return migrated.tables().get(0).columns().get(1).defaultBits();
  }

  private static String step(String json) {
    return Text.of("{\"from\":1,\"versions\":[{\"steps\":[%s]}]}", json);
  }

  private static void wrong(String json, String text) {
    assertThatThrownBy(() -> MigrationFile.parse("s", json))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining(text);
  }

  @Test
  void a_history_whose_base_is_damaged_is_not_replayed_from_nothing() throws IOException {
    Storage target = new MemoryStorage();
    StoreMigration.run(store(), target, TO_3, memory);
    try (LiveWorld live = LiveWorld.resume(target, WorldOptions.DEFAULT.withAllocator(memory))) {
      live.tick(t -> t.table("fleet").insert().set("name", "far"));
      live.seal();
    }
    String directory = Snapshot.list(target).get(0).directory();
    AtomicFiles.discard(target, directory + "/manifest.json");
    try (WritableFile file = target.create(directory + "/manifest.json")) {
      file.write(java.nio.ByteBuffer.wrap(new byte[] {'{', '}'}), 0);
    }
    try (Timeline timeline = Timeline.open(target)) {
      assertThatThrownBy(() -> timeline.at(4, memory)).isInstanceOf(DamagedFileException.class);
    }
    assertThat(List.of(Verifier.verify(target, Verifier.Depth.STANDARD, 0, memory).isSound()))
        .containsExactly(false);
  }
}
