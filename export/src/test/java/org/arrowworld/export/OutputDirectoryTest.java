// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.arrowworld.LiveWorld;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.export.parquet.ParquetArchive;
import org.arrowworld.internal.json.ChecksummedJson;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.DiskStorage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputDirectoryTest {
  @TempDir Path folder;

  @Test
  void what_somebody_keeps_in_a_store_is_not_deleted_with_it() throws IOException {
    Path store = folder.resolve("store");
    WorldSchema schema = WorldSchema.of(TableSchema.row("t").column("x", ColumnType.F64).build());
    try (LiveWorld live = LiveWorld.create(store, schema)) {
      live.tick(t -> t.table("t").insert());
    }
    OutputDirectory.check(store, OutputDirectory.Existing.REPLACE);
    Path notes = Files.writeString(store.resolve("notes.txt"), "mine");
    assertThatThrownBy(() -> OutputDirectory.check(store, OutputDirectory.Existing.REPLACE))
        .isInstanceOf(InvalidUseException.class)
        .hasMessageContaining("it holds notes.txt, which is not part of the store");
    assertThat(notes).hasContent("mine");
  }

  @Test
  void what_somebody_keeps_in_an_archive_is_not_deleted_with_it() throws IOException {
    Path archive = folder.resolve("archive");
    Files.createDirectories(archive.resolve("log").resolve("_delta_log"));
    Files.writeString(archive.resolve("log").resolve("0.parquet"), "rows");
    ChecksummedJson.write(
        new DiskStorage(archive),
        "manifest.json",
        Map.of("kind", ParquetArchive.KIND, "files", List.of(Map.of("path", "log/0.parquet"))));
    OutputDirectory.check(archive, OutputDirectory.Existing.REPLACE);
    assertThatThrownBy(
            () ->
                OutputDirectory.checkFile(
                    archive.resolve("log/0.parquet"), OutputDirectory.Existing.REPLACE))
        .isInstanceOf(InvalidUseException.class)
        .hasMessageContaining("it is a part of " + archive);
    Path other = Files.createDirectories(folder.resolve("other"));
    Files.writeString(other.resolve("manifest.json"), "{}");
    Path table = Files.writeString(other.resolve("t.parquet"), "rows");
    OutputDirectory.checkFile(table, OutputDirectory.Existing.REPLACE);
    for (String mine : List.of("mine.sql", "log/_delta_log/0.json")) {
      Path file = Files.writeString(archive.resolve(mine), "mine");
      assertThatThrownBy(() -> OutputDirectory.check(archive, OutputDirectory.Existing.REPLACE))
          .isInstanceOf(InvalidUseException.class)
          .hasMessageContaining("it holds " + mine + ", which is not part of the archive");
      Files.delete(file);
    }
  }
}
