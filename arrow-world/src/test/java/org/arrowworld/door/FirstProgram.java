// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.door;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.Store;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.table.World;

/** The README's program, and reading what it wrote. */
final class FirstProgram {
  private FirstProgram() {}

  public static void main(String[] args) throws IOException {
    Path run = Path.of(args[0]);
    if (args.length > 1) {
      new RootAllocator().close(); // Arrow settles on its memory before this library is touched
    }
    WorldSchema schema =
        WorldSchema.of(TableSchema.row("ship").column("x", ColumnType.F64).build());
    try (LiveWorld world = LiveWorld.create(run, schema)) {
      world.tick(t -> t.table("ship").insert().set("x", 1.0));
      for (int i = 0; i < 100; i++) {
        world.tick(t -> t.table("ship").set(0, "x", t.tick() * 0.5));
      }
      world.snapshot();
      world.seal();
    }
    try (Store store = Store.open(run);
        World world = store.at(50)) {
      System.out.println("x at tick 50 is " + world.table("ship").f64("x").get(0));
    }
    try (LiveWorld world = LiveWorld.resume(run)) {
      System.out.println("goes on after tick " + world.lastTick());
    }
  }
}
