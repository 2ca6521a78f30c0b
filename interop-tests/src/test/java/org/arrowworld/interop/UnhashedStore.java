// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.interop;

import java.io.IOException;
import org.arrowworld.LiveWorld;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;

/** A cache snapshot without hashes, with a free stack, dead external ids and an empty table. */
final class UnhashedStore {
  private static final WorldSchema SCHEMA =
      WorldSchema.of(
          TableSchema.row("boat")
              .column("x", ColumnType.F32)
              .column("name", ColumnType.STRING)
              .build(),
          TableSchema.row("port").externalIds().column("depth", ColumnType.I16).build(),
          TableSchema.presence("docked", "boat"),
          TableSchema.appendOnly("trip").column("miles", ColumnType.U32).build());

  private UnhashedStore() {}

  static void write(GoldenStore golden) throws IOException {
    golden.hashOnDemand();
    try (LiveWorld live = golden.create("89abcdef0123456789abcdef01234567", SCHEMA)) {
      golden.tick(
          live,
          0,
          t -> {
            for (int i = 0; i < 4; i++) {
              t.table("boat").insert().set("name", "b" + i).set("x", i / 4f);
            }
            t.table("port").insert(7).set("depth", -12);
            t.table("port").insert(9);
          });
      golden.tick(
          live,
          2,
          t -> {
            t.table("boat").removeSlot(3);
            t.table("boat").removeSlot(1);
            t.table("port").remove(9);
            t.table("docked").insert(2);
          });
      live.snapshot();
      live.seal();
    }
    try (LiveWorld live = golden.resume()) {
      golden.tick(live, 3, t -> t.table("boat").insert().set("name", "again"));
      golden.expect(live);
    }
  }
}
