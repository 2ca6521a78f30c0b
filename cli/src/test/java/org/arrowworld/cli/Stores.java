package org.arrowworld.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.live.LiveWorld;
import org.arrowworld.log.LogOptions;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.EventKind;
import org.arrowworld.schema.Lineage;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.tick.MutationBuffer;

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
        LiveWorld.create(store, SCHEMA, Map.of("made", EVIL), LogOptions.DEFAULT, memory);
    live.tick(
        t -> {
          t.table("ship").insert().set("flag", "blue").setFloat("x", 0.1f).set("afloat", 1);
          t.table("ship").insert().set("flag", EVIL).setLong("serial", -1);
          t.table("fleet").insert().set("n", 2);
        });
    live.tick(
        t -> {
          t.input("wind", 7, Double.NaN);
          t.table("ship").set("x", 0, 0.5);
          t.table("ship").set("mass", 1, Double.POSITIVE_INFINITY);
          t.table("ship").event("hit", 0, -3);
          t.table("damaged").insertId(0);
        });
    live.tick(t -> t.table("ship").remove(0, "sunk"));
    live.tick(t -> t.table("ship").insert().set("flag", "red").parent(1));
    live.tick(t -> t.table("ship").set("x", t.table("ship").slotOfId(0), 8));
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
  static void goOn(Path store, Consumer<MutationBuffer> systems) throws IOException {
    try (BufferAllocator memory = new RootAllocator();
        LiveWorld live = LiveWorld.resume(new DiskStorage(store), LogOptions.DEFAULT, memory)) {
      live.tick(systems);
      live.seal();
    }
  }
}
