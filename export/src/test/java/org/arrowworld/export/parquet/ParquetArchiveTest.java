// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.parquet;

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
import org.arrowworld.internal.Text;
import org.arrowworld.internal.json.ChecksummedJson;
import org.arrowworld.internal.json.JsonObject;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.FaultPlan;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.table.World;
import org.junit.jupiter.api.Test;

/** An archive is there as a whole or not at all. */
class ParquetArchiveTest {
  private static MemoryStorage store(BufferAllocator memory) throws IOException {
    MemoryStorage storage = new MemoryStorage();
    TableSchema table =
        TableSchema.row("c").column("x", ColumnType.F32).column("k", ColumnType.STRING).build();
    StoreInfo info = StoreInfo.create(WorldSchema.of(table), "tick", Map.of());
    try (LiveWorld live =
        LiveWorld.create(storage, info, WorldOptions.DEFAULT.withAllocator(memory))) {
      for (int tick = 0; tick < 4; tick++) {
        float x = tick;
        live.tick(t -> t.table("c").insert().set("x", x).set("k", "word " + x));
      }
    }
    return storage;
  }

  private static void export(MemoryStorage store, MemoryStorage target) throws IOException {
    try (Store history = Store.open(store);
        World world = history.at(3);
        ParquetArchive archive =
            ParquetArchive.create(target, "out", history.info(), ParquetOptions.DEFAULT)) {
      archive.world(world);
      archive.log(history, 0, 3);
      archive.commit();
    }
  }

  @Test
  void the_manifest_lists_every_file_and_the_state() throws IOException {
    try (BufferAllocator memory = new RootAllocator()) {
      MemoryStorage store = store(memory);
      MemoryStorage target = new MemoryStorage();
      export(store, target);
      JsonObject manifest = ChecksummedJson.read(target, "out/manifest.json");
      assertThat(manifest.objects("files")).hasSize(3);
      for (JsonObject file : manifest.objects("files")) {
        assertThat(target.bytes("out/" + file.string("path"))).hasSize((int) file.number("bytes"));
      }
      try (Store history = Store.open(store);
          World world = history.at(3)) {
        assertThat(manifest.object("world").string("hash_world"))
            .isEqualTo(Hashes.world(world.tables()));
      }
      assertThat(target.list("")).containsExactly("out");
      assertThatThrownBy(() -> export(store, target))
          .isInstanceOf(InvalidUseException.class)
          .hasMessage("Cannot export to out: it exists; choose another name or remove it");
    }
  }

  @Test
  void what_no_archive_can_hold_is_refused_before_anything_is_written() throws IOException {
    try (BufferAllocator memory = new RootAllocator()) {
      MemoryStorage store = new MemoryStorage();
      MemoryStorage target = new MemoryStorage();
      TableSchema table = TableSchema.row("c").column("x", ColumnType.F32).build();
      WorldSchema schema = WorldSchema.of(table, TableSchema.appendOnly("app").build());
      try (LiveWorld live =
          LiveWorld.create(
              store,
              StoreInfo.create(schema, "tick", Map.of()),
              WorldOptions.DEFAULT.withAllocator(memory))) {
        live.tick(
            t -> {
              t.table("c").insert().set("x", 1f);
              t.table("app").insert();
            });
      }
      try (Store history = Store.open(store);
          World world = history.at(0);
          ParquetArchive archive =
              ParquetArchive.create(target, "out", history.info(), ParquetOptions.DEFAULT)) {
        assertThatThrownBy(() -> archive.world(world))
            .isInstanceOf(InvalidUseException.class)
            .hasMessageStartingWith("Cannot export table 'app': it has no columns, only 1 rows");
      }
      assertThat(target.list("")).isEmpty();
    }
  }

  /** An export that is interrupted behind its tables and a file of the log. */
  private static MemoryStorage interrupted(MemoryStorage store) throws IOException {
    MemoryStorage target = new MemoryStorage();
    try (Store history = Store.open(store);
        World world = history.at(2);
        ParquetArchive archive =
            ParquetArchive.create(target, "out", history.info(), ParquetOptions.DEFAULT)) {
      archive.world(world);
      archive.log(history, 0, 1);
      archive.log(history, 2, 2);
    }
    assertThat(target.list("")).containsExactly("out.tmp");
    return target;
  }

  @Test
  void files_of_another_tick_or_of_fewer_ticks_are_not_taken_over() throws IOException {
    try (BufferAllocator memory = new RootAllocator()) {
      MemoryStorage store = store(memory);
      MemoryStorage clean = new MemoryStorage();
      export(store, clean);
      MemoryStorage target = interrupted(store);
      export(store, target); // tick 3, ticks 0 to 3
      for (String file : List.of("manifest.json", "codebook.parquet", "tables/c.parquet", log(0))) {
        assertThat(target.bytes("out/" + file)).as(file).isEqualTo(clean.bytes("out/" + file));
      }
      assertThat(target.list("out/log")).hasSize(1); // what is not in the manifest is gone
      assertThat(target.list("out")).isEqualTo(clean.list("out"));
    }
  }

  private static String log(long first) {
    return Text.of("log/%020d.parquet", first);
  }

  @Test
  void files_of_the_same_ticks_are_taken_over() throws IOException {
    try (BufferAllocator memory = new RootAllocator()) {
      MemoryStorage store = store(memory);
      MemoryStorage target = interrupted(store);
      try (Store history = Store.open(store);
          World world = history.at(2);
          ParquetArchive archive =
              ParquetArchive.create(target, "out", history.info(), ParquetOptions.DEFAULT)) {
        long before = target.operations();
        archive.world(world);
        archive.log(history, 0, 1);
        archive.log(history, 2, 2);
        assertThat(target.operations()).isEqualTo(before); // nothing was written
        assertThat(archive.resumed()).isEqualTo(4);
        archive.commit();
      }
    }
  }

  @Test
  void a_second_archive_of_the_name_is_refused_until_the_first_is_there() throws IOException {
    try (BufferAllocator memory = new RootAllocator()) {
      MemoryStorage store = store(memory);
      MemoryStorage target = new MemoryStorage();
      List<String> refused = new ArrayList<>();
      StoreInfo info = StoreInfo.read(store);
      target.plan(
          (index, operation, path) -> {
            if (operation == FaultPlan.Operation.RENAME && path.equals("out.tmp")) {
              try {
                ParquetArchive.create(
                    target,
                    "out",
                    new ParquetArchive.Contents(info, Map.of()),
                    ParquetOptions.DEFAULT);
              } catch (IOException e) {
                refused.add(e.getMessage());
              }
            }
            return FaultPlan.Fault.NONE;
          });
      export(store, target);
      assertThat(refused).hasSize(1);
      assertThat(refused.get(0)).contains("it is held by process", "exporting to out;");
      assertThat(target.list("")).containsExactly("out");
      assertThat(target.list("out"))
          .containsExactly("codebook.parquet", "log", "manifest.json", "tables");
    }
  }

  @Test
  void whatever_operation_fails_no_archive_is_seen_and_a_rerun_completes_it() throws IOException {
    try (BufferAllocator memory = new RootAllocator()) {
      MemoryStorage store = store(memory);
      MemoryStorage clean = new MemoryStorage();
      export(store, clean);
      long operations = clean.operations();
      for (FaultPlan.Fault fault :
          new FaultPlan.Fault[] {
            FaultPlan.Fault.FAIL, FaultPlan.Fault.SHORT, FaultPlan.Fault.CRASH
          }) {
        for (long at = 0; at < operations; at++) {
          MemoryStorage target = new MemoryStorage();
          target.plan(FaultPlan.from(at, fault));
          assertThatThrownBy(() -> export(store, target)).isInstanceOf(IOException.class);
          target.plan(FaultPlan.none());
          MemoryStorage after = target.afterCrash(MemoryStorage.CrashKind.PROCESS);
          if (after.exists("out")) {
            ChecksummedJson.read(after, "out/manifest.json");
            // Published, but not yet forced, or the lock not yet deleted.
            assertThat(at).isGreaterThanOrEqualTo(operations - 2);
          } else {
            export(store, after);
            assertThat(after.bytes("out/manifest.json"))
                .isEqualTo(clean.bytes("out/manifest.json"));
          }
        }
      }
    }
  }
}
