package org.arrowworld.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.EventKind;
import org.arrowworld.schema.Lineage;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.tick.TickBody;

/** Small stores for tests. */
final class Stores {
  /** A word that would turn text around on a terminal. */
  static final String EVIL = "a\u202Eb\u001B[2Jc";

  static final WorldSchema SCHEMA =
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
              TableSchema.appendOnly("fleet").column("n", ColumnType.U32).build())
          .withInput(EventKind.of("wind", ColumnType.F64));

  private Stores() {}

  /** Ticks 0 to 4: ships 0 and 1 are made, 0 is hit, damaged and sinks, its id is used again. */
  static LiveWorld play(Path store, BufferAllocator memory) throws IOException {
    LiveWorld live =
        LiveWorld.create(
            store,
            SCHEMA,
            WorldOptions.DEFAULT.withProperties(Map.of("made", EVIL)).withAllocator(memory));
    live.tick(
        t -> {
          t.table("ship").insert().set("flag", "blue").set("x", 0.1f).set("afloat", true);
          t.table("ship").insert().set("flag", EVIL).setUnsigned("serial", -1);
          t.table("fleet").insert().set("n", 2);
        });
    live.tick(
        t -> {
          t.input("wind", 7, Double.NaN);
          t.table("ship").setSlot(0, "x", 0.5f);
          t.table("ship").setSlot(1, "mass", Double.POSITIVE_INFINITY);
          t.table("ship").event("hit", 0, -3);
          t.table("damaged").insert(0);
        });
    live.tick(t -> t.table("ship").removeSlot(0, "sunk"));
    live.tick(t -> t.table("ship").insert().set("flag", "red").parent(1));
    live.tick(t -> t.table("ship").set(0, "x", 8f));
    return live;
  }

  /** The same, sealed and closed. */
  static Path sealed(Path store) throws IOException {
    try (BufferAllocator memory = new RootAllocator();
        LiveWorld live = play(store, memory)) {
      live.seal();
    }
    return store;
  }

  /** Runs one more tick of a store, and seals it. */
  static void goOn(Path store, TickBody<RuntimeException> systems) throws IOException {
    try (BufferAllocator memory = new RootAllocator();
        LiveWorld live =
            LiveWorld.resume(new DiskStorage(store), WorldOptions.DEFAULT.withAllocator(memory))) {
      live.tick(systems);
      live.seal();
    }
  }
}
