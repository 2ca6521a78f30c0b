// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import java.io.Serializable;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;

/**
 * Which rows of the log are wanted, as far as batches can be passed over for it: by their ticks and
 * row ids, which an index tells without a batch being read. Both ends are included.
 *
 * @param firstTick first tick
 * @param lastTick last tick
 * @param firstRid least row id, as an unsigned 32-bit number
 * @param lastRid greatest row id, as an unsigned 32-bit number
 */
public record BatchFilter(long firstTick, long lastTick, long firstRid, long lastRid)
    implements Serializable {
  private static final long MOST_RID = 0xFFFF_FFFFL;

  /** All rows there are. */
  public static final BatchFilter ALL = new BatchFilter(0, Long.MAX_VALUE, 0, MOST_RID);

  public BatchFilter {
    if (firstTick < 0 || firstTick > lastTick) {
      throw new InvalidUseException(
          Text.of(
              "No such range of ticks: %d to %d; the first is 0 or more and at most the last",
              firstTick, lastTick));
    }
    if (firstRid < 0 || firstRid > lastRid || lastRid > MOST_RID) {
      throw new InvalidUseException(
          Text.of(
              "No such range of row ids: %d to %d; they are from 0 to %d, the first at most the last",
              firstRid, lastRid, MOST_RID));
    }
  }

  /** This, of ticks {@code first} to {@code last}. */
  public BatchFilter ticks(long first, long last) {
    return new BatchFilter(first, last, firstRid, lastRid);
  }

  /** This, of row ids {@code first} to {@code last}. */
  public BatchFilter rids(long first, long last) {
    return new BatchFilter(firstTick, lastTick, first, last);
  }

  /** Whether a batch may hold such rows. */
  boolean mayHold(SegmentIndex.Entry batch) {
    return batch.tickMax() >= firstTick
        && batch.tickMin() <= lastTick
        && Integer.toUnsignedLong(batch.ridMax()) >= firstRid
        && Integer.toUnsignedLong(batch.ridMin()) <= lastRid;
  }
}
