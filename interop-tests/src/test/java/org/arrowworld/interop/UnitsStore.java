// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.interop;

import java.io.IOException;
import java.time.Instant;
import org.arrowworld.LiveWorld;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.store.TickTime;

/**
 * Columns with units and docs, on types that have field metadata of their own and on those that
 * have not, and a store whose ticks have a time that no decimal is.
 */
final class UnitsStore {
  private static final WorldSchema SCHEMA =
      WorldSchema.of(
          TableSchema.row("probe")
              .column("height", ColumnType.F64, -1.5)
              .unit("m")
              .doc("above the mean level of the sea;\nnegative below")
              .column("heat", ColumnType.F32)
              .unit("\u00b0C")
              .column("plain", ColumnType.I64)
              .column("open", ColumnType.BOOL)
              .doc("whether the lid is off \ud83d\ude00")
              .column("name", ColumnType.STRING)
              .unit("1")
              .doc("as painted on it")
              .reference("near", "probe")
              .doc("the next one")
              .build(),
          TableSchema.presence("lost", "probe"),
          TableSchema.appendOnly("reading").column("depth", ColumnType.U16).unit("cm").build());

  private static final TickTime TIME =
      new TickTime("-0.5", "1/30", "s", java.util.Optional.empty())
          .withSince(Instant.parse("2026-11-30T12:00:00.125Z"));

  private UnitsStore() {}

  static void write(GoldenStore golden) throws IOException {
    try (LiveWorld live = golden.create("00112233445566778899aabbccddeeff", SCHEMA, TIME)) {
      golden.tick(
          live,
          0,
          t -> {
            t.table("probe").insert().set("name", "n\u00f6rd").set("height", 2.25);
            t.table("probe").insert().set("name", "syd").set("open", true).set("near", 0);
          });
      golden.tick(live, 1, t -> t.table("probe").set(1, "heat", -0.0f));
      live.snapshot();
      golden.tick(live, 15, t -> t.table("reading").insert().set("depth", 650));
      live.seal();
    }
    try (LiveWorld live = golden.resume()) {
      golden.tick(
          live,
          31,
          t -> {
            t.table("probe").remove(0);
            t.table("lost").insert(1);
          });
      golden.expect(live);
    }
  }
}
