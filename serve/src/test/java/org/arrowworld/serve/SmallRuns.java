package org.arrowworld.serve;

import java.io.IOException;
import java.nio.file.Path;
import org.arrowworld.LiveWorld;
import org.arrowworld.ecosystem.EcosystemRun;
import org.arrowworld.ecosystem.Preset;
import org.arrowworld.ecosystem.Progress;
import org.arrowworld.ecosystem.RunOptions;
import org.arrowworld.log.Durability;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.EventKind;
import org.arrowworld.schema.Lineage;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;

/** Small runs for tests. */
final class SmallRuns {
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
          TableSchema.appendOnly("fleet").column("n", ColumnType.U32).build());

  private SmallRuns() {}

  /** Ticks 0 to 4: ships 0 and 1 are made, 0 is hit, damaged and sinks, its id is used again. */
  static LiveWorld play(Path store) throws IOException {
    LiveWorld live = LiveWorld.create(store, SCHEMA);
    live.tick(
        t -> {
          t.table("ship").insert().set("flag", "blue").set("x", 0.1f).set("afloat", true);
          t.table("ship").insert().set("flag", "sea \u2603").setUnsigned("serial", -1);
          t.table("fleet").insert().set("n", 2);
        });
    live.tick(
        t -> {
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

  static Path ships(Path store) throws IOException {
    try (LiveWorld live = play(store)) {
      live.seal();
    }
    return store;
  }

  /** The reference simulation for some ticks. */
  static Path ecosystem(Path store, long ticks, long seed) throws IOException {
    RunOptions options =
        RunOptions.DEFAULT
            .withPreset(Preset.named("tiny"))
            .withSeed(seed)
            .withTicks(ticks)
            .withDurability(Durability.NONE);
    try (EcosystemRun run = EcosystemRun.create(store, options)) {
      run.run(ticks, Progress.NONE);
    }
    return store;
  }
}
