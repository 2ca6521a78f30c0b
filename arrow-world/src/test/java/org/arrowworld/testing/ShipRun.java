// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.testing;

import java.io.IOException;
import org.arrowworld.LiveWorld;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.EventKind;
import org.arrowworld.schema.Lineage;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;

/** A small run with a bit of everything, for tests. */
public final class ShipRun {
  public static final WorldSchema SCHEMA =
      WorldSchema.of(
          TableSchema.row("ship")
              .column("x", ColumnType.F32)
              .column("mass", ColumnType.F64, 2.5)
              .column("flag", ColumnType.STRING)
              .column("serial", ColumnType.U64)
              .column("afloat", ColumnType.BOOL)
              .lineage(Lineage.PARENT, Lineage.CAUSE)
              .event(EventKind.of("hit", ColumnType.I16))
              .build(),
          TableSchema.presence("damaged", "ship"),
          TableSchema.appendOnly("fleet").column("n", ColumnType.U32).build());

  private ShipRun() {}

  /**
   * Ticks 0 to 4: ships 0 and 1 are made, 0 is hit, damaged and sinks, its id is used again. A wind
   * blows in tick 1, where the schema has such an input.
   *
   * @param flag of ship 1
   */
  public static void play(LiveWorld live, String flag) throws IOException {
    live.tick(
        t -> {
          t.table("ship").insert().set("flag", "blue").set("x", 0.1f).set("afloat", true);
          t.table("ship").insert().set("flag", flag).setUnsigned("serial", -1);
          t.table("fleet").insert().set("n", 2);
        });
    live.tick(
        t -> {
          if (!live.schema().inputs().isEmpty()) {
            t.input("wind", 7, Double.NaN);
          }
          t.table("ship").setSlot(0, "x", 0.5f);
          t.table("ship").setSlot(1, "mass", Double.POSITIVE_INFINITY);
          t.table("ship").event("hit", 0, -3);
          t.table("damaged").insert(0);
        });
    live.tick(t -> t.table("ship").removeSlot(0, "sunk"));
    live.tick(t -> t.table("ship").insert().set("flag", "red").parent(1));
    live.tick(t -> t.table("ship").set(0, "x", 8f));
  }
}
