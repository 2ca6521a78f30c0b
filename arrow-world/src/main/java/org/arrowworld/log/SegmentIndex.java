// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import java.util.List;
import java.util.Optional;

/**
 * Where a segment's batches are, and where its valid part ends.
 *
 * @param batches in file order, of the valid part
 * @param end the position after the last commit row of the valid part; the segment's start if it
 *     has none
 * @param tail what follows the valid part
 * @param head what stands before the first batch of a sealed segment; empty where its footer does
 *     not say, and for a live one
 */
record SegmentIndex(List<Entry> batches, LogPosition end, Tail tail, Optional<Head> head) {

  SegmentIndex(List<Entry> batches, LogPosition end, Tail tail) {
    this(batches, end, tail, Optional.empty());
  }

  /**
   * The schema and the dictionaries of a sealed segment: its bytes from the first on.
   *
   * @param lengthBytes how many they are: where the first batch's message begins
   * @param crc the checksum of the first batch as it stands there (spec B-12)
   */
  record Head(long lengthBytes, int crc) {}

  /**
   * One batch.
   *
   * @param from first byte its checksum covers: the end of the previous batch
   * @param to the byte after it
   * @param firstSeq seq of its first row
   * @param rows number of rows
   * @param tickMin first tick
   * @param tickMax last tick
   * @param ridMin least rid, unsigned
   * @param ridMax greatest rid, unsigned
   * @param crc its stored checksum
   */
  record Entry(
      long from,
      long to,
      long firstSeq,
      int rows,
      long tickMin,
      long tickMax,
      int ridMin,
      int ridMax,
      int crc) {

    /** The entry of a batch of these rows. */
    static Entry of(Triples rows, long firstSeq, long from, long to, int crc) {
      int ridMin = -1;
      int ridMax = 0;
      for (int row = 0; row < rows.size(); row++) {
        int rid = rows.rids()[row];
        ridMin = Integer.compareUnsigned(rid, ridMin) < 0 ? rid : ridMin;
        ridMax = Integer.compareUnsigned(rid, ridMax) > 0 ? rid : ridMax;
      }
      long tickMin = rows.ticks()[0];
      long tickMax = rows.ticks()[rows.size() - 1];
      return new Entry(from, to, firstSeq, rows.size(), tickMin, tickMax, ridMin, ridMax, crc);
    }
  }

  /** Rows up to the last commit. */
  long committedRows(long firstSeq) {
    return end.seq() - firstSeq;
  }
}
