// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.reliability;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.Durability;
import org.arrowworld.log.LogOptions;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.tick.Tick;

/**
 * A process that runs ticks until it is killed. For every acknowledged tick it prints the tick's
 * number. The state after tick t depends on t alone, so that the parent can check it.
 */
final class KillChild {
  static final int ROWS = 200;

  static final WorldSchema SCHEMA =
      WorldSchema.of(
          TableSchema.row("cell")
              .column("value", ColumnType.I64)
              .column("word", ColumnType.STRING)
              .build());

  private KillChild() {}

  /**
   * Arguments: store directory, durability or "later" for commits that are not waited for, ticks
   * between snapshots, "background" or "waiting".
   */
  public static void main(String[] args) throws IOException {
    DiskStorage storage = new DiskStorage(Path.of(args[0]));
    boolean later = args[1].equals("later");
    Durability durability = later ? Durability.COMMIT : Durability.parse(args[1]);
    int snapshotEvery = Integer.parseInt(args[2]);
    boolean background = args[3].equals("background");
    LogOptions options =
        LogOptions.DEFAULT
            .withDurability(durability)
            .withContainers(2, 1000)
            .withSegmentBytes(200_000);
    try (BufferAllocator memory = new RootAllocator();
        LiveWorld live =
            StoreInfo.exists(storage)
                ? LiveWorld.resume(
                    storage, WorldOptions.DEFAULT.withLog(options).withAllocator(memory))
                : LiveWorld.create(
                    storage,
                    StoreInfo.create(SCHEMA, "tick", Map.of()),
                    WorldOptions.DEFAULT.withLog(options).withAllocator(memory))) {
      System.out.println("start " + live.lastTick());
      while (true) {
        long tick = live.lastTick() + 1;
        if (later) {
          live.tickLater(KillChild::step);
        } else {
          live.tick(KillChild::step);
        }
        if (tick % snapshotEvery == 0) {
          if (background) {
            live.snapshotLater();
          } else {
            live.snapshot();
          }
        }
        if (durability.mode() != Durability.Mode.COMMIT) {
          live.sync();
        }
        System.out.println(later ? live.acknowledged().tick() : tick);
        System.out.flush();
      }
    }
  }

  static void step(Tick t) {
    if (t.tick() == 0) {
      for (int i = 0; i < ROWS; i++) {
        t.table("cell").insert().set("value", value(0, i)).set("word", word(0, i));
      }
      return;
    }
    long[] values = new long[ROWS];
    for (int i = 0; i < ROWS; i++) {
      values[i] = value(t.tick(), i);
    }
    t.table("cell").write("value", values);
    int changed = (int) (t.tick() % ROWS);
    t.table("cell").setSlot(changed, "word", word(t.tick(), changed));
  }

  static long value(long tick, int row) {
    return (tick * ROWS + row) * 0x9E37_79B9_7F4A_7C15L;
  }

  /** The word of a row changes in every tick that is its number modulo the row count. */
  static String word(long tick, int row) {
    long last = tick < row ? 0 : tick - Math.floorMod(tick - row, (long) ROWS);
    return "w" + last * 31 % 97;
  }
}
