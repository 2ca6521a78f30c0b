// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.zip.CRC32;
import org.arrowworld.internal.Blake2b;

/**
 * The digest chain over ticks (spec L-15). Fed with the column bytes of the present tick, piece by
 * piece, then closed by {@link #commit}.
 */
final class ChainDigest {
  private final CRC32 ticks = new CRC32();
  private final CRC32 rids = new CRC32();
  private final CRC32 keys = new CRC32();
  private final CRC32 vals = new CRC32();
  private final CRC32 texts = new CRC32();
  private final List<CRC32> columns;
  private long previous;
  private long rows;

  ChainDigest(long previous, boolean strings) {
    this.previous = previous;
    this.columns =
        strings ? List.of(ticks, rids, keys, vals, texts) : List.of(ticks, rids, keys, vals);
  }

  /** Little-endian bytes of some rows, column by column; keys as u16s. */
  record Piece(ByteBuffer ticks, ByteBuffer rids, ByteBuffer keys, ByteBuffer vals) {}

  /** Adds rows of the present tick, without their text. */
  void update(Piece piece, int rowCount) {
    ticks.update(piece.ticks);
    rids.update(piece.rids);
    keys.update(piece.keys);
    vals.update(piece.vals);
    rows += rowCount;
  }

  /** Adds text bytes of the present tick: lengths and words, as the spec lays them out. */
  void updateText(ByteBuffer text) {
    texts.update(text);
  }

  /** Rows of the present tick so far. */
  long rows() {
    return rows;
  }

  /** Ends the tick and returns its chain. */
  long commit(long tick) {
    ByteBuffer input = ByteBuffer.allocate(20 + 4 * columns.size()).order(ByteOrder.LITTLE_ENDIAN);
    input.putLong(previous).putLong(tick).putInt((int) rows);
    for (CRC32 column : columns) {
      input.putInt((int) column.getValue());
      column.reset();
    }
    previous = new Blake2b(8).update(input.array()).digestLong();
    rows = 0;
    return previous;
  }

  /** The chain of the last committed tick. */
  long last() {
    return previous;
  }
}
