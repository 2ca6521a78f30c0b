// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.maintenance;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.arrow.memory.BufferAllocator;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.given.Given;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.log.Log;
import org.arrowworld.log.LogCompaction;
import org.arrowworld.log.LogPosition;
import org.arrowworld.log.LogRecovery;
import org.arrowworld.log.StoreId;
import org.arrowworld.snapshot.Snapshot;
import org.arrowworld.snapshot.SnapshotWriter;
import org.arrowworld.storage.BufferCompression;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.store.StoreLock;
import org.arrowworld.timeline.Timeline;

/**
 * Makes a store smaller or tidier: seals what is live, merges small segments, and on request gives
 * up old history for a base snapshot. Repeatable after a failure at any point.
 */
public final class StoreCompaction {
  /** Segments are merged up to this size. */
  private static final long SEGMENT_BYTES = 256L << 20;

  /**
   * What was done.
   *
   * @param merged merged segments, in plain words
   * @param dropped segments and snapshots that are gone, with the ticks they held
   * @param base the tick of the base that was written, if one was
   * @param bytesBefore size of the log before
   * @param bytesAfter size of the log after
   */
  public record Report(
      List<String> merged,
      List<String> dropped,
      OptionalLong base,
      long bytesBefore,
      long bytesAfter) {}

  /**
   * What to do.
   *
   * @param keepTicks how many ticks of history stay; all if empty
   * @param compression of all segments afterwards; empty for that of the last sealed one
   */
  public record Options(OptionalLong keepTicks, Optional<BufferCompression> compression) {
    /** Every tick stays, and segments stay compressed or not as the last one is. */
    public static final Options ALL_TICKS = new Options(OptionalLong.empty(), Optional.empty());

    /** These options, giving up all but the last ticks, which then begin with a base. */
    public Options keepingTicks(long ticks) {
      return new Options(OptionalLong.of(ticks), compression);
    }

    /** These options, with all segments compressed so. */
    public Options compressing(BufferCompression with) {
      return new Options(keepTicks, Optional.of(with));
    }
  }

  private StoreCompaction() {}

  /** Compacts a store. */
  public static Report run(Storage storage, Options options, BufferAllocator allocator)
      throws IOException {
    return Given.required("compact", "choice", options).keepTicks().isPresent()
        ? keep(storage, options.keepTicks().getAsLong(), options.compression(), allocator)
        : merge(storage, options.compression());
  }

  /** Seals and merges; every tick stays, and segments stay compressed or not as the last one is. */
  public static Report merge(Storage storage) throws IOException {
    return merge(storage, Optional.empty());
  }

  /**
   * Seals and merges; every tick stays.
   *
   * @param compression of all segments afterwards; empty for that of the last sealed one
   */
  @SuppressWarnings("try") // the lock is only held
  public static Report merge(Storage storage, Optional<BufferCompression> compression)
      throws IOException {
    try (Closeable lock = StoreLock.take(storage)) {
      LogRecovery.prepare(storage, compression.orElse(BufferCompression.NONE));
      long before = logBytes(storage);
      List<String> merged = mergeSegments(storage, compression);
      return new Report(merged, List.of(), OptionalLong.empty(), before, logBytes(storage));
    }
  }

  /** As {@link #keep(Storage, long, Optional, BufferAllocator)}; segments stay as compressed. */
  public static Report keep(Storage storage, long keepTicks, BufferAllocator allocator)
      throws IOException {
    return keep(storage, keepTicks, Optional.empty(), allocator);
  }

  /**
   * Writes a base at the last tick but {@code keepTicks}, drops the whole segments and the
   * snapshots before it, then merges. History before the base is gone.
   *
   * @throws InvalidUseException if the store has no tables, as record logs have none
   * @param compression of all segments afterwards; empty for that of the last sealed one
   */
  @SuppressWarnings("try") // the lock is only held
  public static Report keep(
      Storage storage,
      long keepTicks,
      Optional<BufferCompression> compression,
      BufferAllocator allocator)
      throws IOException {
    if (keepTicks < 0) {
      throw new InvalidUseException(Text.of("Cannot keep %d ticks", keepTicks));
    }
    if (StoreInfo.read(storage).schema().tables().isEmpty()) {
      throw new InvalidUseException(
          Text.of(
              "Cannot drop history of %s: it has no tables, so no base could stand for what is dropped; compact it whole",
              storage.description()));
    }
    try (Closeable lock = StoreLock.take(storage)) {
      LogRecovery.prepare(storage);
      long before = logBytes(storage);
      List<String> dropped = new ArrayList<>();
      OptionalLong base = writeBase(storage, keepTicks, allocator);
      if (base.isPresent()) {
        long first = firstOfWholeLog(storage);
        dropSnapshots(storage, first, base.getAsLong(), dropped);
        dropSegments(storage, base.getAsLong(), dropped);
        if (firstOfWholeLog(storage) == 0) { // the log begins behind what was there
          dropSnapshots(storage, 0, first, dropped);
        }
      }
      List<String> merged = mergeSegments(storage, compression);
      return new Report(merged, dropped, base, before, logBytes(storage));
    }
  }

  private static long logBytes(Storage storage) throws IOException {
    try (Log log = StoreInfo.read(storage).openLog(storage)) {
      return log.bytes();
    }
  }

  private static List<String> mergeSegments(Storage storage, Optional<BufferCompression> asked)
      throws IOException {
    List<Log.Segment> segments;
    try (Log log = StoreInfo.read(storage).openLog(storage)) {
      segments = log.extents();
    }
    BufferCompression compression =
        asked.isPresent() ? asked.get() : LogCompaction.present(storage, segments);
    return LogCompaction.merge(storage, segments, SEGMENT_BYTES, compression);
  }

  /** Writes the base unless the history is shorter than what is to be kept. */
  private static OptionalLong writeBase(Storage storage, long keepTicks, BufferAllocator allocator)
      throws IOException {
    try (Timeline timeline = Timeline.open(storage)) {
      long tick = timeline.lastTick() - keepTicks;
      if (tick <= timeline.firstTick()) {
        return OptionalLong.empty();
      }
      LogPosition position = timeline.positionOf(tick);
      try (MutableWorld world = timeline.at(tick, allocator)) {
        SnapshotWriter.replace(
            storage,
            timeline.info().id(),
            world,
            position,
            SnapshotWriter.Role.BASE,
            timeline.info().properties());
        return OptionalLong.of(position.tick());
      }
    }
  }

  /**
   * The log's first tick where it begins at seq 0, else 0. A snapshot from before it is the base
   * such a log is replayed from; without it the same rows make another world.
   */
  private static long firstOfWholeLog(Storage storage) throws IOException {
    try (Log log = StoreInfo.read(storage).openLog(storage)) {
      return log.start().seq() == 0 ? log.firstTick().orElse(0L) : 0;
    }
  }

  /**
   * Drops the snapshots from a tick on, up to a base: older bases last, for the others are proven
   * from them.
   */
  private static void dropSnapshots(Storage storage, long from, long base, List<String> dropped)
      throws IOException {
    StoreId store = StoreInfo.read(storage).id();
    List<Snapshot.Location> bases = new ArrayList<>();
    for (Snapshot.Location location : Snapshot.list(storage)) {
      boolean old = location.tick() >= from && location.tick() < base;
      if (old && isBase(storage, location, store)) {
        bases.add(location);
      } else if (old) {
        Snapshot.delete(storage, location);
        dropped.add(location.directory());
      }
    }
    for (Snapshot.Location location : bases) {
      Snapshot.delete(storage, location);
      dropped.add(location.directory());
    }
  }

  private static boolean isBase(Storage storage, Snapshot.Location location, StoreId store)
      throws IOException {
    try (Snapshot snapshot = Snapshot.open(storage, location, store)) {
      return snapshot.isBase();
    } catch (DamagedFileException e) {
      return false;
    }
  }

  private static void dropSegments(Storage storage, long base, List<String> dropped)
      throws IOException {
    List<Log.Segment> old = new ArrayList<>();
    try (Log log = StoreInfo.read(storage).openLog(storage)) {
      long baseSeq = log.positionAt(base).seq();
      for (Log.Segment segment : log.extents()) {
        if (segment.end().seq() <= baseSeq) {
          old.add(segment);
          dropped.add(Text.of("%s, up to tick %d", segment.path(), segment.end().tick()));
        }
      }
    }
    LogCompaction.drop(storage, old);
  }
}
