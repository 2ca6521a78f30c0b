// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import java.io.Serializable;

/**
 * A batch of the log that is to be read. With the checksum of the batch before it, it verifies
 * alone (spec B-2).
 *
 * @param segment path of its file in the store
 * @param index its number in the segment, from 0
 * @param offset first byte that its checksum covers: the end of the batch before it
 * @param lengthBytes bytes from there to its end
 * @param firstSeq seq of its first row
 * @param rows rows it holds; those at or behind the plan's end do not exist
 * @param tickMin first tick
 * @param tickMax last tick
 * @param ridMin least row id, unsigned
 * @param ridMax greatest row id, unsigned
 * @param previousCrc stored checksum of the batch before it in the segment; 0 for the first
 * @param crc its stored checksum
 */
public record PlannedBatch(
    String segment,
    int index,
    long offset,
    long lengthBytes,
    long firstSeq,
    int rows,
    long tickMin,
    long tickMax,
    int ridMin,
    int ridMax,
    int previousCrc,
    int crc)
    implements Serializable {

  static PlannedBatch of(String segment, SegmentIndex index, int number) {
    SegmentIndex.Entry entry = index.batches().get(number);
    return new PlannedBatch(
        segment,
        number,
        entry.from(),
        entry.to() - entry.from(),
        entry.firstSeq(),
        entry.rows(),
        entry.tickMin(),
        entry.tickMax(),
        entry.ridMin(),
        entry.ridMax(),
        number == 0 ? 0 : index.batches().get(number - 1).crc(),
        entry.crc());
  }

  SegmentIndex.Entry entry() {
    return new SegmentIndex.Entry(
        offset, offset + lengthBytes, firstSeq, rows, tickMin, tickMax, ridMin, ridMax, crc);
  }
}
