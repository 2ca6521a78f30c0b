// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.reliability;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.UnsupportedVersionException;
import org.arrowworld.hash.Hashes;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.LogOptions;
import org.arrowworld.log.Tail;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.Lineage;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.BufferCompression;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.table.WorldView;
import org.arrowworld.timeline.Timeline;
import org.arrowworld.timeline.Verifier;

/** Stores of a few kilobytes for sweeps over every byte and bit, and what a reader says of them. */
final class SmallStores {
  static final int TICKS = 5;

  static final WorldSchema SCHEMA =
      WorldSchema.of(
          TableSchema.row("c")
              .column("x", ColumnType.F32)
              .column("k", ColumnType.STRING)
              .lineage(Lineage.CAUSE)
              .build());

  private SmallStores() {}

  enum Form {
    LIVE,
    SEALED,
    ZSTD
  }

  /** A store of {@link #TICKS} ticks, with a snapshot at tick 2. */
  static MemoryStorage create(Form form, BufferAllocator memory) throws IOException {
    MemoryStorage storage = new MemoryStorage();
    StoreInfo info = StoreInfo.create(SCHEMA, "tick", Map.of("seed", "3"));
    LogOptions options =
        form == Form.ZSTD
            ? LogOptions.DEFAULT.withSealing(BufferCompression.zstd(3))
            : LogOptions.DEFAULT;
    try (LiveWorld live =
        LiveWorld.create(
            storage, info, WorldOptions.DEFAULT.withLog(options).withAllocator(memory))) {
      for (int tick = 0; tick < TICKS; tick++) {
        float x = tick * 1.5f;
        live.tick(
            t -> {
              if (t.table("c").before().rows() > 2) {
                t.table("c").removeSlot(0, "old");
              }
              t.table("c").insert().set("x", x).set("k", "word " + (int) x % 3);
            });
        if (tick == 2) {
          live.snapshot();
        }
      }
      if (form != Form.LIVE) {
        live.seal();
      }
    }
    return storage;
  }

  /** What a reader says of a store, in one of three ways. */
  sealed interface Reading {
    /** A typed error. */
    record Refused(String message) implements Reading {}

    /** A log that ends where it ends, and says how. */
    record Valid(long lastTick, Tail.Kind tail, Map<Long, String> hashes) implements Reading {}
  }

  /** Reads every tick of a store; anything but a typed error or an IOException escapes. */
  static Reading read(MemoryStorage storage, BufferAllocator memory) throws IOException {
    try (Timeline timeline = Timeline.open(storage)) {
      Map<Long, String> hashes = new LinkedHashMap<>();
      if (timeline.log().end().tick() < 0 && timeline.snapshots().isEmpty()) {
        return new Reading.Valid(-1, timeline.log().tail().kind(), hashes);
      }
      timeline.log().verifyChain();
      for (long tick = timeline.firstTick(); tick <= timeline.lastTick(); tick++) {
        try (MutableWorld world = timeline.at(tick, memory)) {
          hashes.put(tick, describe(world));
        }
      }
      return new Reading.Valid(timeline.lastTick(), timeline.log().tail().kind(), hashes);
    } catch (DamagedFileException | UnsupportedVersionException | InvalidUseException e) {
      return new Reading.Refused(e.getMessage());
    }
  }

  /** Hash and words: everything a reader can see of a world. */
  static String describe(WorldView world) {
    StringBuilder text = new StringBuilder(Hashes.resume(world));
    for (int code = 0; code < world.codebook().size(); code++) {
      text.append('|').append(world.codebook().word(code));
    }
    world.tables().forEach(t -> text.append('|').append(t.name()).append(t.columns()));
    return text.toString();
  }

  /** Whether verification finds damage or a torn tail. */
  static boolean isReported(MemoryStorage storage, BufferAllocator memory) {
    try {
      Verifier.Report report = Verifier.verify(storage, Verifier.Depth.STANDARD, 1, memory);
      return !report.findings().isEmpty() || !report.notes().isEmpty();
    } catch (UnsupportedVersionException | InvalidUseException e) {
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
