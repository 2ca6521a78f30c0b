// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.arrowworld.LiveWorld;
import org.arrowworld.Store;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.Lineage;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.table.EntityRef;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LineagesTest {
  @TempDir Path folder;

  @Test
  void without_generations_an_id_means_its_last_life() throws IOException {
    WorldSchema schema =
        WorldSchema.of(
            TableSchema.row("ext")
                .externalIds()
                .withoutGenerations()
                .column("x", ColumnType.F64)
                .build());
    MemoryStorage storage = new MemoryStorage();
    try (LiveWorld live =
        LiveWorld.create(
            storage, StoreInfo.create(schema, "tick", Map.of()), WorldOptions.DEFAULT)) {
      live.tick(t -> t.table("ext").insert(7));
      live.tick(t -> t.table("ext").remove(7));
      live.tick(t -> t.table("ext").insert(7));
    }
    try (Store store = Store.open(storage)) {
      Lineages lineages = Lineages.of(store, "ext").orElseThrow();
      assertThat(lineages.life("ext", new EntityRef(7, 0)).born()).hasValue(2);
      assertThat(lineages.lives(7)).hasSize(2);
    }
  }

  /** Where ids have no generations, a life is told from another by its ticks alone. */
  @Test
  void a_reborn_id_without_generations_has_the_children_of_its_last_life() throws IOException {
    WorldSchema schema =
        WorldSchema.of(
            TableSchema.row("e")
                .externalIds()
                .withoutGenerations()
                .lineage(Lineage.PARENT)
                .build());
    Path path = folder.resolve("reborn");
    try (LiveWorld live = LiveWorld.create(path, schema)) {
      live.tick(t -> t.table("e").insert(1));
      live.tick(t -> t.table("e").insert(2).parent(1));
      live.tick(t -> t.table("e").remove(1));
      live.tick(t -> t.table("e").insert(1));
      live.tick(t -> t.table("e").insert(3).parent(1));
    }
    try (ViewServer viewing = ViewServer.start(ServeOptions.of(path).withPort(0))) {
      Map<String, Object> life = new Client(viewing).json("/api/runs/reborn/life?table=e&id=1");
      assertThat(life).containsEntry("born", 3L).containsEntry("child_count", 1L);
      assertThat((List<?>) life.get("lives")).hasSize(2);
    }
  }
}
