// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.interop;

import java.io.IOException;
import org.arrowworld.LiveWorld;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;

/** A live segment as a killed writer leaves it: with room behind its last message. */
final class RoomStore {
  private static final int BUOYS = 100;
  private static final WorldSchema SCHEMA =
      WorldSchema.of(
          TableSchema.row("buoy")
              .column("height", ColumnType.F64)
              .column("state", ColumnType.STRING)
              .build(),
          TableSchema.presence("adrift", "buoy"));

  private RoomStore() {}

  static void write(GoldenStore golden) throws IOException {
    try (LiveWorld live = golden.create("fedcba98765432100123456789abcdef", SCHEMA)) {
      golden.tick(
          live,
          0,
          t -> {
            for (int i = 0; i < BUOYS; i++) {
              t.table("buoy").insert().set("height", i / 8.0).set("state", i % 2 == 0 ? "" : "lit");
            }
          });
      live.snapshot();
      live.seal();
    }
    try (LiveWorld live = golden.resume()) {
      for (int tick = 1; tick < 6; tick++) {
        int now = tick;
        golden.tick(
            live,
            tick,
            t -> {
              double[] heights = new double[t.table("buoy").before().rows()];
              for (int slot = 0; slot < heights.length; slot++) {
                heights[slot] = now + slot / 16.0;
              }
              t.table("buoy").write("height", heights);
              t.table("buoy").setSlot(now, "state", "r\u00f6d " + now);
              t.table("adrift").insert(now);
              t.table("buoy").remove(10 * now);
            });
      }
      golden.expect(live);
      golden.killWriterAfter(live);
    }
  }
}
