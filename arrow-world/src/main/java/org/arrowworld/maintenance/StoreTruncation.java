// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.maintenance;

import java.io.Closeable;
import java.io.IOException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.log.LogPosition;
import org.arrowworld.log.LogRecovery;
import org.arrowworld.log.LogTruncation;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreLock;
import org.arrowworld.timeline.Timeline;

/** Gives up the end of a store's history (spec L-21). */
public final class StoreTruncation {

  /**
   * What was done.
   *
   * @param last the position after the last tick that stays
   * @param rowsRemoved rows that are gone
   * @param ticksEndedAt the last tick there was
   */
  public record Report(LogPosition last, long rowsRemoved, long ticksEndedAt) {}

  private StoreTruncation() {}

  /**
   * Removes every tick after {@code tick}, and the snapshots of those ticks. Whatever interrupts
   * it, the store is the old one or the new one; the next writable open finishes the work.
   *
   * @throws InvalidUseException if the tick lies outside the committed span, or nothing is after it
   */
  @SuppressWarnings("try") // the lock is only held
  public static Report after(Storage storage, long tick) throws IOException {
    try (Closeable lock = StoreLock.take(storage)) {
      LogRecovery.prepare(storage);
      LogPosition keep;
      LogPosition end;
      try (Timeline timeline = Timeline.open(storage)) {
        end = timeline.end();
        if (tick < timeline.firstTick() || tick >= end.tick()) {
          throw new InvalidUseException(
              Text.of(
                  "Cannot truncate after tick %d: the store has ticks %d to %d, and at least one must go and one stay",
                  tick, timeline.firstTick(), end.tick()));
        }
        keep = timeline.positionOf(tick);
      }
      LogTruncation.begin(storage, keep);
      LogTruncation.finish(storage);
      return new Report(keep, end.seq() - keep.seq(), end.tick());
    }
  }
}
