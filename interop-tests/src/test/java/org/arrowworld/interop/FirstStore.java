// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.interop;

import java.io.IOException;
import org.arrowworld.LiveWorld;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.EventKind;
import org.arrowworld.schema.Lineage;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.tick.Tick;
import org.arrowworld.tick.TickTable;

/**
 * Every kind of table and type, the values that are easily lost, a recycled id, a gap between
 * ticks, a sealed and a live segment, a snapshot.
 */
final class FirstStore {
  static final WorldSchema SCHEMA =
      WorldSchema.of(
              TableSchema.row("creature")
                  .column("x", ColumnType.F32)
                  .column("energy", ColumnType.F64, 2.5)
                  .column("kind", ColumnType.STRING)
                  .column("big", ColumnType.U64)
                  .column("debt", ColumnType.I64)
                  .column("awake", ColumnType.BOOL, 1)
                  .column("level", ColumnType.I8, -3)
                  .lineage(Lineage.PARENT, Lineage.CAUSE)
                  .event(EventKind.reference("ate", "food"))
                  .build(),
              TableSchema.row("food")
                  .orderPreserving()
                  .externalIds()
                  .column("size", ColumnType.U16)
                  .build(),
              TableSchema.row("ticket")
                  .withoutGenerations()
                  .column("seat", ColumnType.U8)
                  .column("price", ColumnType.I16, -1)
                  .column("code", ColumnType.I32)
                  .build(),
              TableSchema.presence("hungry", "creature"),
              TableSchema.appendOnly("census").column("n", ColumnType.U32).build())
          .withInput(EventKind.of("order", ColumnType.STRING));

  private static final float SIGNALLING = Float.intBitsToFloat(0xFFA0_0001);
  private static final double PAYLOAD = Double.longBitsToDouble(0x7FF0_0000_0000_0BADL);
  private static final int FAR = 0xFFFF_FFFF;

  private FirstStore() {}

  static void write(GoldenStore golden) throws IOException {
    try (LiveWorld live = golden.create("00112233445566778899aabbccddeeff", SCHEMA)) {
      golden.tick(live, 0, FirstStore::begin);
      golden.tick(live, 1, FirstStore::change);
      live.snapshot();
      golden.tick(live, 4, FirstStore::recycle);
      live.seal();
    }
    try (LiveWorld live = golden.resume()) {
      golden.tick(live, 5, t -> {});
      golden.tick(live, 7, FirstStore::end);
      golden.expect(live);
    }
  }

  static void begin(Tick t) {
    TickTable creatures = t.table("creature");
    creatures.insert().set("kind", "cat").set("x", -0.0f).set("big", 0);
    creatures.insert().set("kind", "dog").set("x", SIGNALLING).setUnsigned("big", -1);
    creatures.insert().set("kind", "cat").set("energy", PAYLOAD).parent(0);
    creatures.insert().set("kind", "").set("energy", -0.0).set("debt", Long.MIN_VALUE);
    TickTable food = t.table("food");
    food.insert(FAR).set("size", 65535);
    food.insert(7);
    food.insert(3).set("size", 1);
    TickTable tickets = t.table("ticket");
    tickets.insert().set("seat", 255).set("code", Integer.MIN_VALUE);
    tickets.insert().set("price", -32768);
    t.table("hungry").insert(1);
    t.table("census").insert().set("n", 4);
    t.input("order", 9, "schön");
  }

  static void change(Tick t) {
    TickTable creatures = t.table("creature");
    creatures.write("x", new float[] {SIGNALLING, 0.1f, Float.NEGATIVE_INFINITY, Float.MIN_VALUE});
    creatures.setSlotUnsigned(0, "big", 0x8000_0000_0000_0001L);
    creatures.setSlot(0, "awake", false);
    creatures.event("ate", 0, 7);
    creatures.removeSlot(1, "cold");
    t.table("hungry").insert(3);
    t.table("food").removeSlot(1);
    t.table("ticket").removeSlot(0);
    t.table("census").insert().set("n", 4_294_967_295L);
  }

  static void recycle(Tick t) {
    TickTable creatures = t.table("creature");
    creatures.insertCausedBy(5).set("kind", "猫");
    creatures.insertCausedBy(4).set("kind", "dog").parent(3);
    creatures.remove(0);
    t.table("food").insert(7).set("size", 2);
    t.table("ticket").insert();
    t.table("census").setSlot(0, "n", 0);
  }

  static void end(Tick t) {
    TickTable creatures = t.table("creature");
    creatures.set(1, "kind", "猫");
    creatures.set(1, "level", -128);
    creatures.remove(3, "age");
    t.table("food").removeSlot(0);
    t.input("order", 0, "cold");
  }
}
