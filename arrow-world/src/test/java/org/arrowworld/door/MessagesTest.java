// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.door;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.arrowworld.LiveWorld;
import org.arrowworld.Store;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.StoreLockedException;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.table.World;
import org.arrowworld.table.WorldView;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a message says must be enough to do the right thing. */
final class MessagesTest {
  private static final WorldSchema SCHEMA =
      WorldSchema.of(
          TableSchema.row("ship").column("x", ColumnType.F64).build(),
          TableSchema.presence("docked", "ship"));

  @Test
  void aStoreIsNotMadeAmongOtherFiles(@TempDir Path folder) throws Exception {
    Files.writeString(folder.resolve("notes.txt"), "mine");
    assertThatThrownBy(() -> LiveWorld.create(folder, SCHEMA).close())
        .isInstanceOf(InvalidUseException.class)
        .hasMessageEndingWith("it is not empty, it has notes.txt; choose another path");
    assertThat(folder.toFile().list()).containsExactly("notes.txt");
  }

  @Test
  void whoHoldsTheStoreItselfIsNotToldToWait(@TempDir Path folder) throws Exception {
    try (LiveWorld world = LiveWorld.create(folder.resolve("s"), SCHEMA)) {
      assertThat(world.lastTick()).isEqualTo(-1);
      assertThatThrownBy(() -> LiveWorld.resume(folder.resolve("s")).close())
          .isInstanceOf(StoreLockedException.class)
          .hasMessageContaining("which is this process; close it there first");
    }
  }

  @Test
  void aClosedWorldSaysSoAndRowsReadAsText(@TempDir Path folder) throws Exception {
    WorldView view;
    try (LiveWorld world = LiveWorld.create(folder.resolve("s"), SCHEMA)) {
      world.tick(t -> t.table("ship").insert().set("x", 1.5));
      assertThatThrownBy(() -> world.tick(t -> t.table("docked").insert()))
          .hasMessageContaining("without an id: insert(id)");
      view = world.world();
    }
    WorldView closed = view;
    assertThatThrownBy(() -> closed.table("ship"))
        .hasMessage("Cannot read the world: it is closed; open its store again");
    try (Store store = Store.open(folder.resolve("s"));
        World world = store.at(0)) {
      assertThat(world.table("ship").rows()).isEqualTo(1);
      assertThat(store.rows("ship.x").first().orElseThrow())
          .hasToString("tick 0: ship.x of 0 = 1.5");
      assertThat(store.history("ship", 0).toList().get(1))
          .hasToString("tick 0: ship.x of 0 gen 0 = 1.5");
    }
  }
}
