// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.runs;

import java.io.IOException;
import org.arrowworld.LiveWorld;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.Durability;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.EventKind;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;

/** A ship that moves by {@code rate} a tick, from where {@code seed} says. */
final class SmallSimulation {
  static final WorldSchema SCHEMA =
      WorldSchema.of(
          TableSchema.row("ship")
              .column("x", ColumnType.F64)
              .event(EventKind.of("seen", ColumnType.U32))
              .build());
  static final WorldOptions FAST = WorldOptions.DEFAULT.withDurability(Durability.NONE);

  private SmallSimulation() {}

  static SweepFunction to(long lastTick) {
    return run -> {
      try (LiveWorld world = run.open(SCHEMA, FAST)) {
        while (world.lastTick() < lastTick && !run.stopRequested()) {
          tick(world, run.parameters());
        }
      }
    };
  }

  static void tick(LiveWorld world, Parameters parameters) throws IOException {
    double rate = parameters.doubleValue("rate");
    long seed = parameters.longValue("seed");
    world.tick(
        t -> {
          if (t.tick() == 0) {
            t.table("ship").insert().set("x", (double) seed);
          } else {
            t.table("ship").set(0, "x", seed + rate * t.tick());
            t.table("ship").event("seen", 0, t.tick());
          }
        });
  }
}
