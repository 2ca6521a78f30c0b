// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.Store;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.export.internal.Subdirectory;
import org.arrowworld.export.parquet.ParquetArchive;
import org.arrowworld.export.parquet.ParquetOptions;
import org.arrowworld.hash.Hashes;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.json.ChecksummedJson;
import org.arrowworld.internal.json.JsonObject;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.maintenance.StoreTruncation;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.storage.WritableFile;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.table.World;
import org.junit.jupiter.api.Test;

/**
 * One store, two histories: an archive that was begun of one, and gone on with after a truncation
 * and new ticks, holds nothing but the other; files of both that are put together are refused (spec
 * T-46). Ticks, row counts and store id are the same in both.
 */
class ParquetHistoriesTest {
  private static final int TICKS = 6;

  private final MemoryStorage store = new MemoryStorage();
  private final MemoryStorage archives = new MemoryStorage();

  private void run(LiveWorld live, int from, float value) throws IOException {
    for (int tick = from; tick < TICKS; tick++) {
      float x = value + tick;
      live.tick(t -> t.table("c").insert().set("x", x));
    }
  }

  private void firstHistory(BufferAllocator memory) throws IOException {
    TableSchema table = TableSchema.row("c").column("x", ColumnType.F32).build();
    StoreInfo info = StoreInfo.create(WorldSchema.of(table), "tick", Map.of());
    try (LiveWorld live =
        LiveWorld.create(store, info, WorldOptions.DEFAULT.withAllocator(memory))) {
      run(live, 0, 0);
    }
  }

  /** Truncates, and runs to the same tick with other values. */
  private void secondHistory(BufferAllocator memory) throws IOException {
    StoreTruncation.after(store, 2);
    try (LiveWorld live = LiveWorld.resume(store, WorldOptions.DEFAULT.withAllocator(memory))) {
      run(live, 3, 100);
    }
  }

  /** Exports in three files, and publishes them or is interrupted before it. */
  private int export(String name, boolean publishes) throws IOException {
    try (Store history = Store.open(store);
        ParquetArchive archive =
            ParquetArchive.create(archives, name, history.info(), ParquetOptions.DEFAULT)) {
      archive.log(history, 0, 1);
      archive.log(history, 2, 3);
      archive.log(history, 4, 5);
      if (publishes) {
        archive.commit();
      }
      return archive.resumed();
    }
  }

  private String importedHash(String name, BufferAllocator memory) throws IOException {
    MemoryStorage imported = new MemoryStorage();
    Subdirectory archive = new Subdirectory(archives, name);
    return ParquetArchiveImport.restore(archive, name, imported, memory).hashWorld().orElseThrow();
  }

  private String storedHash() throws IOException {
    try (Store history = Store.open(store);
        World world = history.at(TICKS - 1)) {
      return Hashes.world(world.tables());
    }
  }

  private static String file(int first) {
    return Text.of("log/%020d.parquet", first);
  }

  @Test
  void an_export_that_is_gone_on_with_holds_nothing_of_an_older_history() throws IOException {
    try (BufferAllocator memory = new RootAllocator()) {
      firstHistory(memory);
      export("out", false);
      secondHistory(memory);
      assertThat(export("out", true)).as("files kept: that before the truncation").isEqualTo(1);
      export("clean", true);
      for (int first : List.of(0, 2, 4)) {
        assertThat(archives.bytes("out/" + file(first)))
            .as(file(first))
            .isEqualTo(archives.bytes("clean/" + file(first)));
      }
      assertThat(archives.bytes("out/manifest.json"))
          .isEqualTo(archives.bytes("clean/manifest.json"));
      assertThat(importedHash("out", memory)).isEqualTo(storedHash());
    }
  }

  @Test
  void the_chain_at_both_ends_of_every_file_is_in_the_progress_and_the_manifest()
      throws IOException {
    try (BufferAllocator memory = new RootAllocator()) {
      firstHistory(memory);
      export("out", false);
      List<JsonObject> progress =
          ChecksummedJson.read(archives, "out.tmp/progress.json").objects("files");
      export("out", true);
      List<JsonObject> manifest =
          ChecksummedJson.read(archives, "out/manifest.json").objects("files");
      assertThat(progress).hasSize(3);
      String chain = "0000000000000000";
      String seq = "0000000000000000";
      for (int i = 0; i < 3; i++) {
        assertThat(progress.get(i).members()).isEqualTo(manifest.get(i).members());
        assertThat(manifest.get(i).string("prev_chain")).isEqualTo(chain);
        assertThat(manifest.get(i).string("first_seq")).isEqualTo(seq);
        chain = manifest.get(i).string("last_chain");
        seq = manifest.get(i).string("end_seq");
      }
      try (Store history = Store.open(store)) {
        assertThat(chain).isEqualTo(Text.of("%016x", history.end().chain()));
        assertThat(seq).isEqualTo(Text.of("%016x", history.end().seq()));
      }
    }
  }

  private void put(String path, byte[] bytes) throws IOException {
    archives.delete(path);
    try (WritableFile file = archives.create(path)) {
      file.write(ByteBuffer.wrap(bytes), 0);
    }
  }

  /** Replaces a file's entry in an archive's manifest by another's; the rest of it stays. */
  private void putEntry(String archive, int index, Map<String, Object> entry) throws IOException {
    String path = archive + "/manifest.json";
    Map<String, Object> manifest =
        new LinkedHashMap<>(ChecksummedJson.read(archives, path).members());
    List<Object> files = new ArrayList<>();
    for (JsonObject file : ChecksummedJson.read(archives, path).objects("files")) {
      files.add(file.members());
    }
    files.set(index, entry);
    manifest.put("files", files);
    manifest.remove("crc");
    ChecksummedJson.write(archives, path, manifest);
  }

  private Map<String, Object> entry(String archive, int index) throws IOException {
    JsonObject manifest = ChecksummedJson.read(archives, archive + "/manifest.json");
    return new LinkedHashMap<>(manifest.objects("files").get(index).members());
  }

  @Test
  void files_of_two_histories_in_one_archive_are_refused() throws IOException {
    try (BufferAllocator memory = new RootAllocator()) {
      firstHistory(memory);
      export("old", true);
      secondHistory(memory);
      export("new", true);
      put("new/" + file(4), archives.bytes("old/" + file(4)));
      putEntry("new", 2, entry("old", 2));
      assertThatThrownBy(() -> importedHash("new", memory))
          .isInstanceOf(DamagedFileException.class)
          .hasMessageContaining(file(4))
          .hasMessageContaining("its footer has aw.prev_chain")
          .hasMessageContaining("it is of another history");
    }
  }

  @Test
  void a_manifest_that_tells_another_chain_than_the_footer_is_refused() throws IOException {
    try (BufferAllocator memory = new RootAllocator()) {
      firstHistory(memory);
      for (String member : List.of("first_seq", "end_seq", "prev_chain", "last_chain")) {
        String name = "out-" + member;
        export(name, true);
        Map<String, Object> entry = entry(name, 1);
        String told = (String) entry.put(member, "0123456789abcdef");
        putEntry(name, 1, entry);
        assertThatThrownBy(() -> importedHash(name, memory))
            .isInstanceOf(DamagedFileException.class)
            .hasMessageContaining(member)
            .hasMessageContaining(told)
            .hasMessageContaining("0123456789abcdef");
      }
    }
  }
}
