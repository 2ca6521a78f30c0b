// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.maintenance;

import java.io.Closeable;
import java.io.IOException;
import org.apache.arrow.memory.BufferAllocator;
import org.arrowworld.hash.Hashes;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.log.LogPosition;
import org.arrowworld.log.StoreId;
import org.arrowworld.snapshot.SnapshotWriter;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.store.StoreLock;
import org.arrowworld.timeline.Timeline;

/**
 * Makes a new store that goes on from a tick of another. It begins with a base snapshot at the log
 * position of its origin, so that ticks, seqs and digest chain continue; the origin is only read.
 */
public final class StoreFork {

  /**
   * What was made.
   *
   * @param store id of the new store
   * @param position where it begins
   * @param hashWorld {@code hash_world} of its first state
   */
  public record Report(StoreId store, LogPosition position, String hashWorld) {}

  private StoreFork() {}

  /**
   * Forks a store.
   *
   * @param tick the state after the last committed tick at or before this is where it begins
   * @param target a storage without a store
   * @throws org.arrowworld.errors.InvalidUseException if the tick lies outside the committed span,
   *     or the target holds a store
   */
  @SuppressWarnings("try") // the lock is only held
  public static Report at(Storage source, long tick, Storage target, BufferAllocator allocator)
      throws IOException {
    StoreSnapshot.requireTables(StoreInfo.read(source), "fork", source);
    try (Timeline timeline = Timeline.open(source);
        MutableWorld world = timeline.at(tick, allocator)) {
      StoreInfo origin = timeline.info();
      LogPosition position = timeline.positionOf(tick);
      StoreInfo fresh =
          StoreInfo.create(world.schema(), origin.tickUnit(), origin.properties())
              .withTime(origin.time())
              .withParent(origin.id(), position)
              .withBase(position);
      StoreInfo info = origin.strings() ? fresh.withStrings() : fresh;
      target.createDirectories("");
      try (Closeable lock = StoreLock.take(target)) {
        info.write(target);
        SnapshotWriter.write(
            target, info.id(), world, position, SnapshotWriter.Role.BASE, info.properties());
      }
      return new Report(info.id(), position, Hashes.world(world.tables()));
    }
  }
}
