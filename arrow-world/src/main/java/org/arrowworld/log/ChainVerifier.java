// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.KeyTable;

/**
 * Recomputes the digest chain over rows in log order and compares it with the commit rows: also
 * that each tick is later than the one before, and counts its rows.
 */
public final class ChainVerifier implements Log.Visitor {
  private final ChainDigest chain;
  private long openTick = -1;
  private long lastTick;

  /**
   * A verifier of the rows behind a position.
   *
   * @param start its tick is -1 where it is not known
   */
  public ChainVerifier(LogPosition start, boolean strings) {
    this.chain = new ChainDigest(start.chain(), strings);
    this.lastTick = start.tick();
  }

  @Override
  public void visit(TripleBatch batch, int from, int to) throws DamagedFileException {
    int tickFrom = from;
    for (int row = from; row < to; row++) {
      checkTick(batch, row);
      if (batch.key(row) == KeyTable.COMMIT) {
        batch.digest(tickFrom, row, chain);
        checkCommit(batch, row);
        tickFrom = row + 1;
      }
    }
    batch.digest(tickFrom, to, chain);
  }

  private void checkTick(TripleBatch batch, int row) throws DamagedFileException {
    long tick = batch.tick(row);
    boolean continues = tick == openTick;
    boolean begins = openTick < 0 && tick > lastTick;
    if (!continues && !begins) {
      throw wrong(
          batch, row, Text.of("tick %d follows tick %d", tick, Math.max(openTick, lastTick)));
    }
    openTick = tick;
  }

  private void checkCommit(TripleBatch batch, int row) throws DamagedFileException {
    long rows = chain.rows();
    long digest = chain.commit(openTick);
    if (batch.rid(row) != (int) rows) {
      throw wrong(
          batch,
          row,
          Text.of(
              "the commit of tick %d counts %d rows, found %d",
              openTick, Integer.toUnsignedLong(batch.rid(row)), rows));
    }
    if (batch.val(row) != digest) {
      throw wrong(
          batch,
          row,
          Text.of(
              "the chain of tick %d is %016x, expected %016x", openTick, digest, batch.val(row)));
    }
    lastTick = openTick;
    openTick = -1;
  }

  /** Compares the chain with where the log says it ends. */
  void finish(LogPosition end) throws DamagedFileException {
    if (chain.last() != end.chain()) {
      throw new DamagedFileException(
          SegmentFormat.LOG,
          -1,
          Text.of("its last chain is %016x, but its end says %016x", chain.last(), end.chain()));
    }
  }

  private static DamagedFileException wrong(TripleBatch batch, int row, String finding) {
    return new DamagedFileException(
        SegmentFormat.LOG, -1, Text.of("at seq %d: %s", batch.firstSeq() + row, finding));
  }
}
