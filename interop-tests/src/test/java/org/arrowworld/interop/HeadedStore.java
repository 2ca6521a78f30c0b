// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.interop;

import java.io.IOException;
import org.arrowworld.LiveWorld;
import org.arrowworld.log.LogOptions;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.BufferCompression;

/**
 * A sealed segment of several batches with words, of which each can be read without another one
 * (spec B-12).
 */
final class HeadedStore {
  private static final int ROWS = 66_000;

  private static final WorldSchema SCHEMA =
      WorldSchema.of(
          TableSchema.row("flock").column("name", ColumnType.STRING).build(),
          TableSchema.row("sheep").column("wool", ColumnType.U8).build());

  private HeadedStore() {}

  static void write(GoldenStore golden) throws IOException {
    golden.create("76543210fedcba9876543210fedcba98", SCHEMA).close();
    LogOptions compressed = LogOptions.DEFAULT.withSealing(BufferCompression.zstd(3));
    try (LiveWorld live = golden.resume(compressed)) {
      golden.tick(
          live,
          0,
          t -> {
            t.table("flock").insert().set("name", "white");
            t.table("sheep").insertAll(ROWS).write("wool", new int[ROWS]);
          });
      for (int tick = 1; tick < 4; tick++) {
        String name = "grey " + tick;
        int wool = tick;
        golden.tick(
            live,
            tick,
            t -> {
              t.table("flock").set(0, "name", name);
              t.table("sheep").set(wool, "wool", wool);
            });
      }
      live.seal();
    }
    try (LiveWorld live = golden.resume()) {
      golden.tick(live, 4, t -> t.table("flock").set(0, "name", "black"));
      golden.expect(live);
    }
  }
}
