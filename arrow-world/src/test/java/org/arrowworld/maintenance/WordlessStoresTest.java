// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.maintenance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.arrowworld.LiveWorld;
import org.arrowworld.Store;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.migration.Migrations;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.simlog.SimLog;
import org.arrowworld.table.World;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stores whose words no column has, and logs that no table has. */
class WordlessStoresTest {
  @TempDir Path folder;

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(p -> p.getFileName().toString()).toList();
    }
  }

  @Test
  void a_migration_that_drops_the_last_column_of_words_makes_a_sound_store() throws IOException {
    Path old = folder.resolve("old");
    WorldSchema schema =
        WorldSchema.of(
            TableSchema.row("s").column("w", ColumnType.STRING).column("n", ColumnType.U8).build());
    try (LiveWorld world = LiveWorld.create(old, schema)) {
      world.tick(t -> t.table("s").insert().set("w", "a").set("n", 1));
      world.tick(t -> t.table("s").insert().set("w", "b").set("n", 2));
    }
    Path migrated = folder.resolve("new");
    try (Store store = Store.open(old)) {
      store.migrate(Migrations.from(1).drop("s", "w").build(), migrated);
    }
    try (Store store = Store.open(migrated)) {
      assertThat(store.verify().findings()).isEmpty();
    }
    try (LiveWorld world = LiveWorld.resume(migrated)) {
      world.tick(t -> t.table("s").insert().set("n", 3));
    }
    try (Store store = Store.open(migrated);
        World world = store.at(store.lastTick())) {
      assertThat(world.table("s").u8("n").get(2)).isEqualTo(3);
      store.snapshot(store.lastTick());
      assertThat(store.verify().findings()).isEmpty();
    }
  }

  @Test
  void a_record_log_has_neither_snapshots_nor_forks() throws IOException {
    Path records = folder.resolve("records");
    try (SimLog log = SimLog.open(records)) {
      log.log(1.0, "word", "a");
    }
    try (Store store = Store.open(records)) {
      assertThatThrownBy(() -> store.snapshot(store.lastTick()))
          .isInstanceOf(InvalidUseException.class)
          .hasMessageContaining("Cannot make a snapshot of")
          .hasMessageContaining("it has no tables; a record log is all in its log");
      assertThatThrownBy(() -> store.fork(store.lastTick(), folder.resolve("fork")))
          .isInstanceOf(InvalidUseException.class)
          .hasMessageContaining("Cannot fork");
    }
    try (Store store = Store.open(records)) {
      assertThat(store.verify().findings()).isEmpty();
    }
    assertThat(names()).containsExactly("records");
  }

  @Test
  void what_a_killed_process_left_of_a_new_store_is_gone_after_the_next_one() throws IOException {
    Path old = folder.resolve("old");
    WorldSchema schema = WorldSchema.of(TableSchema.row("s").column("n", ColumnType.U8).build());
    try (LiveWorld world = LiveWorld.create(old, schema)) {
      world.tick(t -> t.table("s").insert());
    }
    Files.createDirectories(folder.resolve(".fork.tmp/log"));
    Files.writeString(folder.resolve(".fork.tmp/log/half"), "half");
    Files.writeString(folder.resolve("fork.tmp.lock"), "process 1, forking"); // known by this
    try (Store store = Store.open(old)) {
      store.fork(0, folder.resolve("fork"));
    }
    assertThat(names()).containsExactlyInAnyOrder("fork", "old");
  }
}
