// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.maintenance;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.hash.Hashes;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.log.LogPosition;
import org.arrowworld.log.LogRecovery;
import org.arrowworld.log.Tail;
import org.arrowworld.snapshot.Snapshot;
import org.arrowworld.snapshot.SnapshotWriter;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.store.StoreLock;
import org.arrowworld.timeline.Timeline;

/** Seals a store's log, and writes snapshots of its past, so that it is opened and read faster. */
public final class StoreSnapshot {

  /** Whether a snapshot had to be written. */
  public enum Outcome {
    /** It was written. */
    MADE,
    /** A sound one stood there. */
    KEPT
  }

  /**
   * A snapshot that is there now.
   *
   * @param outcome whether it was written
   * @param tick its tick
   * @param directory its directory in the store
   * @param hashWorld {@code hash_world} of its state
   * @param warnings damaged snapshots that were passed over to write it
   */
  public record Report(
      Outcome outcome, long tick, String directory, String hashWorld, List<String> warnings) {}

  private StoreSnapshot() {}

  /** Refuses record logs, which have no state that a snapshot or a base could hold. */
  static void requireTables(StoreInfo info, String action, Storage storage) {
    if (info.schema().tables().isEmpty()) {
      throw new InvalidUseException(
          Text.of(
              "Cannot %s %s: it has no tables; a record log is all in its log",
              action, storage.description()));
    }
  }

  /**
   * Seals what is live: finishes what a writer that ended left undone. Nothing happens where all is
   * sealed.
   *
   * @throws DamagedFileException if the log is damaged rather than torn; nothing is changed
   */
  @SuppressWarnings("try") // the lock is only held
  public static void seal(Storage storage) throws IOException {
    StoreInfo info = StoreInfo.read(storage);
    try (Closeable lock = StoreLock.take(storage)) {
      requireSoundTail(storage, info);
      LogRecovery.prepare(storage);
    }
  }

  /**
   * Makes sure there is a snapshot of the last committed tick at or before {@code tick}; the log is
   * sealed first.
   *
   * @throws org.arrowworld.errors.InvalidUseException if the tick lies outside the committed span
   * @throws DamagedFileException if the log is damaged, or a damaged snapshot stands there
   */
  @SuppressWarnings("try") // the lock is only held
  public static Report at(Storage storage, long tick, BufferAllocator allocator)
      throws IOException {
    StoreInfo info = StoreInfo.read(storage);
    requireTables(info, "make a snapshot of", storage);
    try (Closeable lock = StoreLock.take(storage)) {
      requireSoundTail(storage, info);
      LogRecovery.prepare(storage);
      try (Timeline timeline = Timeline.open(storage);
          MutableWorld world = timeline.at(tick, allocator)) {
        LogPosition position = timeline.positionOf(tick);
        for (Snapshot.Location location : timeline.snapshots()) {
          if (location.tick() == position.tick()) {
            return present(storage, info, location);
          }
        }
        String directory =
            SnapshotWriter.write(
                storage, info.id(), world, position, SnapshotWriter.Role.CACHE, info.properties());
        return new Report(
            Outcome.MADE,
            world.tick(),
            directory,
            Hashes.world(world.tables()),
            timeline.warnings());
      }
    }
  }

  private static Report present(Storage storage, StoreInfo info, Snapshot.Location location)
      throws IOException {
    Snapshot.requireSound(storage, location, info.id());
    try (Snapshot present = Snapshot.open(storage, location, info.id())) {
      return new Report(
          Outcome.KEPT, location.tick(), location.directory(), present.hashWorld(), List.of());
    }
  }

  private static void requireSoundTail(Storage storage, StoreInfo info) throws IOException {
    try (var log = info.openLog(storage)) {
      Tail tail = log.tail();
      if (tail.kind() == Tail.Kind.DAMAGED) {
        throw new DamagedFileException(
            tail.file(), tail.offset(), tail.finding() + "; run aw recover first");
      }
    }
  }
}
