package org.arrowworld.export.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.json.ChecksummedJson;
import org.arrowworld.internal.json.JsonObject;
import org.arrowworld.live.LiveWorld;
import org.arrowworld.log.LogOptions;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.FaultPlan;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.table.Hashes;
import org.arrowworld.table.World;
import org.arrowworld.timeline.Timeline;
import org.junit.jupiter.api.Test;

/** An archive is there as a whole or not at all. */
class ParquetArchiveTest {
  private static MemoryStorage store(BufferAllocator memory) throws IOException {
    MemoryStorage storage = new MemoryStorage();
    TableSchema table =
        TableSchema.row("c").column("x", ColumnType.F32).column("k", ColumnType.STRING).build();
    StoreInfo info = StoreInfo.create(WorldSchema.of(table), "tick", Map.of());
    try (LiveWorld live = LiveWorld.create(storage, info, LogOptions.DEFAULT, memory)) {
      for (int tick = 0; tick < 4; tick++) {
        float x = tick;
        live.tick(t -> t.table("c").insert().setFloat("x", x).set("k", "word " + x));
      }
    }
    return storage;
  }

  private static void export(MemoryStorage store, MemoryStorage target, BufferAllocator memory)
      throws IOException {
    try (Timeline history = Timeline.open(store);
        World world = history.at(3, memory);
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
      export(store, target, memory);
      JsonObject manifest = ChecksummedJson.read(target, "out/manifest.json");
      assertThat(manifest.objects("files")).hasSize(3);
      for (JsonObject file : manifest.objects("files")) {
        assertThat(target.bytes("out/" + file.string("path"))).hasSize((int) file.number("bytes"));
      }
      try (Timeline history = Timeline.open(store);
          World world = history.at(3, memory)) {
        assertThat(manifest.object("world").string("hash_world"))
            .isEqualTo(Hashes.world(world.tables()));
      }
      assertThat(target.list("")).containsExactly("out");
      assertThatThrownBy(() -> export(store, target, memory))
          .isInstanceOf(InvalidUseException.class)
          .hasMessage("Cannot export to out: it exists; choose another name or remove it");
    }
  }

  @Test
  void whatever_operation_fails_no_archive_is_seen_and_a_rerun_completes_it() throws IOException {
    try (BufferAllocator memory = new RootAllocator()) {
      MemoryStorage store = store(memory);
      MemoryStorage clean = new MemoryStorage();
      export(store, clean, memory);
      long operations = clean.operations();
      for (FaultPlan.Fault fault :
          new FaultPlan.Fault[] {
            FaultPlan.Fault.FAIL, FaultPlan.Fault.SHORT, FaultPlan.Fault.CRASH
          }) {
        for (long at = 0; at < operations; at++) {
          MemoryStorage target = new MemoryStorage();
          target.plan(FaultPlan.from(at, fault));
          assertThatThrownBy(() -> export(store, target, memory)).isInstanceOf(IOException.class);
          target.plan(FaultPlan.none());
          MemoryStorage after = target.afterCrash(MemoryStorage.CrashKind.PROCESS);
          if (after.exists("out")) {
            ChecksummedJson.read(after, "out/manifest.json");
            assertThat(at).isEqualTo(operations - 1); // published, but not yet forced
          } else {
            export(store, after, memory);
            assertThat(after.bytes("out/manifest.json"))
                .isEqualTo(clean.bytes("out/manifest.json"));
          }
        }
      }
    }
  }
}
