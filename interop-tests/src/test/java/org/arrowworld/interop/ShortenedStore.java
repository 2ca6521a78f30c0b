// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.interop;

import java.io.IOException;
import java.util.Optional;
import org.arrowworld.LiveWorld;
import org.arrowworld.maintenance.StoreCompaction;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.Lineage;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.tick.Tick;
import org.arrowworld.tick.TickTable;

/**
 * A history that was given up before tick 6: a base snapshot with free ids, their generations and
 * words that no remaining row carries; a log that begins after seq 0 and before the base; two
 * merged segments and a live one.
 */
final class ShortenedStore {
  private static final WorldSchema SCHEMA =
      WorldSchema.of(
          TableSchema.row("agent")
              .column("mood", ColumnType.STRING)
              .column("load", ColumnType.F32, 0.5)
              .lineage(Lineage.PARENT, Lineage.CAUSE)
              .build(),
          TableSchema.presence("idle", "agent"),
          TableSchema.appendOnly("note").column("text", ColumnType.STRING).build());

  private static final long BASE = 6;
  private static final long KEPT = 4;

  private ShortenedStore() {}

  static void write(GoldenStore golden) throws IOException {
    try (LiveWorld live = golden.create("0123456789abcdef0123456789abcdef", SCHEMA)) {
      golden.tick(live, 1, ShortenedStore::begin);
      golden.tick(live, 2, t -> t.table("agent").removeSlot(0, "forgotten"));
      live.snapshot();
      live.seal();
    }
    try (LiveWorld live = golden.resume()) {
      golden.tick(live, 4, ShortenedStore::turnOver);
      golden.tick(live, 6, t -> t.table("agent").removeSlot(1, "retired"));
      golden.tick(live, 7, ShortenedStore::turnOver);
      live.seal();
    }
    StoreCompaction.keep(golden.storage(), 1, Optional.empty(), golden.memory());
    golden.forgetBefore(BASE);
    try (LiveWorld live = golden.resume()) {
      golden.tick(live, BASE + KEPT - 1, ShortenedStore::turnOver);
      golden.tick(live, BASE + KEPT, t -> t.table("note").insert().set("text", "forgotten"));
      golden.expect(live);
    }
  }

  private static void begin(Tick t) {
    TickTable agents = t.table("agent");
    for (int i = 0; i < 5; i++) {
      agents.insert().set("mood", "m" + i).set("load", i / 8f);
    }
    t.table("idle").insert(0);
    t.table("idle").insert(4);
    t.table("note").insert().set("text", "first");
  }

  private static void turnOver(Tick t) {
    TickTable agents = t.table("agent");
    agents.setSlot(0, "load", -0.0f);
    agents.removeSlot(2, "retired");
    agents.insert().set("mood", "new").parent(4);
    t.table("note").insert().set("text", "");
  }
}
