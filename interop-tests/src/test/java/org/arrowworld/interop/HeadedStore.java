// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.interop;

import java.io.IOException;
import org.arrowworld.LiveWorld;
import org.arrowworld.log.LogOptions;
import org.arrowworld.log.SmallBatches;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.BufferCompression;

/**
 * A sealed segment of many batches, some of them within a tick, some with words, of which each can
 * be read without another one (spec B-12).
 */
final class HeadedStore {
  private static final int SHEEP = 40;

  private static final WorldSchema SCHEMA =
      WorldSchema.of(
          TableSchema.row("flock").column("name", ColumnType.STRING).build(),
          TableSchema.row("sheep").column("wool", ColumnType.U8).build());

  private HeadedStore() {}

  static void write(GoldenStore golden) throws IOException {
    golden.create("76543210fedcba9876543210fedcba98", SCHEMA).close();
    try (LiveWorld live = golden.resume(LogOptions.DEFAULT.withContainers(2, 7))) {
      golden.tick(
          live,
          0,
          t -> {
            t.table("flock").insert().set("name", "white");
            t.table("sheep").insertAll(SHEEP).write("wool", new int[SHEEP]);
          });
      for (int tick = 1; tick < 4; tick++) {
        String name = "grey " + tick;
        int wool = tick;
        golden.tick(
            live,
            tick,
            t -> {
              t.table("flock").set(0, "name", name);
              for (int sheep = 0; sheep < 10 * wool; sheep++) {
                t.table("sheep").set(sheep, "wool", wool);
              }
            });
      }
    }
    SmallBatches.seal(golden.storage(), 0, BufferCompression.zstd(3), 15);
    try (LiveWorld live = golden.resume()) {
      golden.tick(live, 4, t -> t.table("flock").set(0, "name", "black"));
      golden.expect(live);
    }
  }
}
