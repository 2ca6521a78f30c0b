// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.interop;

import java.io.IOException;
import org.arrowworld.LiveWorld;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.tick.Born;
import org.arrowworld.tick.Tick;
import org.arrowworld.tick.TickTable;

/**
 * Presence tables with columns of every type: values of rows that leave, that die with their
 * entity, that leave and enter again, and of newborns with the id of one that dies in their tick.
 */
final class ComponentsStore {
  private static final WorldSchema SCHEMA =
      WorldSchema.of(
          TableSchema.component("hungry", "cat")
              .column("since", ColumnType.F64, 1.5)
              .column("for", ColumnType.STRING)
              .reference("led_by", "cat")
              .build(),
          TableSchema.row("cat").column("x", ColumnType.F32).build(),
          TableSchema.row("bowl").externalIds().orderPreserving().build(),
          TableSchema.row("mark").withoutGenerations().column("size", ColumnType.I16).build(),
          TableSchema.component("full", "bowl")
              .orderPreserving()
              .column("u8", ColumnType.U8, 7)
              .column("i8", ColumnType.I8, -3)
              .column("u16", ColumnType.U16)
              .column("i16", ColumnType.I16)
              .column("u32", ColumnType.U32)
              .column("i32", ColumnType.I32)
              .column("u64", ColumnType.U64)
              .column("i64", ColumnType.I64)
              .column("f32", ColumnType.F32)
              .column("bool", ColumnType.BOOL, 1)
              .column("grams", ColumnType.F64)
              .unit("g")
              .doc("what is left")
              .build(),
          TableSchema.presence("seen", "cat"),
          TableSchema.component("old", "mark").column("age", ColumnType.U16).build(),
          TableSchema.appendOnly("meal").column("grams", ColumnType.F64).build());

  private ComponentsStore() {}

  static void write(GoldenStore golden) throws IOException {
    try (LiveWorld live = golden.create("0fedcba987654321f0e1d2c3b4a59687", SCHEMA)) {
      golden.tick(live, 0, ComponentsStore::begin);
      golden.tick(live, 1, ComponentsStore::change);
      live.snapshot();
      golden.tick(live, 4, ComponentsStore::exchange);
      live.seal();
    }
    try (LiveWorld live = golden.resume()) {
      golden.tick(live, 5, ComponentsStore::leave);
      golden.tick(live, 6, t -> {});
      golden.expect(live);
    }
  }

  private static void begin(Tick t) {
    TickTable cats = t.table("cat");
    for (int i = 0; i < 5; i++) {
      Born cat = cats.insert().set("x", i / 8f);
      if (i % 2 == 0) {
        t.table("hungry").insert(cat).set("for", "fish " + i);
      }
      if (i > 2) {
        t.table("seen").insert(cat);
      }
    }
    t.table("bowl").insert(40);
    t.table("bowl").insert(-1);
    t.table("bowl").insert(7);
    TickTable full = t.table("full");
    full.insert(7).set("u64", -1L >>> 1).set("f32", Float.intBitsToFloat(0x7FA0_1234));
    full.insert(40).set("i8", -128).set("bool", false).set("grams", -0.0);
    full.insert(-1).set("u8", 255).set("u16", 65535).set("u32", 0xFFFF_FFFFL).set("i16", -32768);
    t.table("mark").insert().set("size", -9);
    t.table("mark").insert();
    t.table("old").insert(1).set("age", 65535);
  }

  private static void change(Tick t) {
    TickTable hungry = t.table("hungry");
    hungry.write("since", new double[] {-0.0, Double.longBitsToDouble(0x7FF0_0000_0000_0001L), 8});
    hungry.set(2, "for", "mice");
    hungry.set(2, "for", "na\u00efve \ud83d\udc1f");
    hungry.set(4, "led_by", 0);
    t.table("full").setUnsigned(40, "u64", 0x8000_0000_0000_0001L);
    t.table("full").set(-1, "i64", Long.MIN_VALUE);
    t.table("meal").insert().set("grams", 12.5);
  }

  /** Cat 2 dies, and a newborn gets its id and its place among the hungry; others change theirs. */
  private static void exchange(Tick t) {
    TickTable hungry = t.table("hungry");
    hungry.set(2, "since", 99.0);
    t.table("cat").remove(2);
    t.system(3);
    Born kitten = t.table("cat").insert();
    hungry.insert(kitten).set("for", "milk").set("led_by", kitten);
    hungry.set(kitten, "since", 4.0);
    t.system(1);
    hungry.remove(0);
    hungry.insert(0).set("for", "more");
    hungry.insert(1).set("for", "").set("since", 1.5).set("led_by", kitten);
    t.table("bowl").remove(7);
    t.table("full").set(7, "grams", 3.0);
    t.table("mark").remove(0);
    t.table("old").insert(t.table("mark").insert());
  }

  private static void leave(Tick t) {
    t.table("cat").remove(0);
    t.table("hungry").set(0, "for", "nothing");
    t.table("hungry").insert(3).set("for", "left").set("led_by", 0);
    t.table("full").remove(40);
    t.table("bowl").remove(40);
    t.table("bowl").insert(40);
    t.table("bowl").insert(7);
    t.table("full").insert(7);
    t.table("old").remove(2);
  }
}
