// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.Durability;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.store.StoreInfo;
import org.junit.jupiter.api.Test;

/** Where a cursor keeps worlds along the log. */
class KeyframesTest {
  private static final int TICKS = 300;
  private static final int ENTITIES = 10;
  private static final int WORLD_BYTES = 80 + ENTITIES * (24 + 4); // with the empty word

  @Test
  void all_of_the_memory_serves_and_no_stretch_of_the_log_is_left_out() throws IOException {
    MemoryStorage storage = new MemoryStorage();
    WorldSchema schema = WorldSchema.of(TableSchema.row("dot").column("x", ColumnType.F32).build());
    WorldOptions options = WorldOptions.DEFAULT.withDurability(Durability.NONE);
    try (LiveWorld live =
        LiveWorld.create(storage, StoreInfo.create(schema, "tick", Map.of()), options)) {
      live.tick(tick -> tick.table("dot").insertAll(ENTITIES));
      for (int i = 1; i < TICKS; i++) {
        float[] values = new float[ENTITIES];
        values[0] = i;
        live.tick(tick -> tick.table("dot").write("x", values));
      }
    }
    try (RootAllocator memory = new RootAllocator();
        Timeline timeline = Timeline.open(storage)) {
      for (int room = 1; room < 30; room += 4) {
        try (Cursor cursor = timeline.cursor(Projection.ALL, memory)) {
          cursor.keyframes().spacing(1);
          cursor.keepWorlds((long) room * WORLD_BYTES);
          while (cursor.next()) {
            assertThat(cursor.keyframes().size()).isLessThanOrEqualTo(room);
          }
          assertThat(cursor.keyframes().size()).isEqualTo(room);
          for (long tick = 2L * TICKS / (room + 1) + 2; tick < TICKS; tick++) {
            long from = cursor.keyframes().before(tick).orElseThrow().tick();
            assertThat(tick - from).isLessThanOrEqualTo(2L * TICKS / (room + 1) + 2);
          }
        }
      }
    }
  }
}
