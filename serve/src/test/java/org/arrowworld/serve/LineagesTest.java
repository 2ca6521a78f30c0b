// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;
import org.arrowworld.LiveWorld;
import org.arrowworld.Store;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.table.EntityRef;
import org.junit.jupiter.api.Test;

class LineagesTest {
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
}
