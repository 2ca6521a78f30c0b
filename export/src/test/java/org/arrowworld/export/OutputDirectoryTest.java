// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.arrowworld.LiveWorld;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
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
}
