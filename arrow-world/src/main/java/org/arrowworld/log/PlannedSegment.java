// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import java.io.Serializable;
import java.util.Optional;

/**
 * A segment of which a plan has batches.
 *
 * @param path its file in the store
 * @param start the position before its first row; its tick is not known and -1
 * @param end the position after its last row that the plan knows of
 * @param first its first batch
 * @param headBytes where it is sealed: how many bytes of its header and its words stand before that
 *     batch; 0 where its footer does not say, and they are verified with the first batch
 * @param headCrc the checksum of these bytes (spec B-12)
 */
public record PlannedSegment(
    String path,
    LogPosition start,
    LogPosition end,
    PlannedBatch first,
    long headBytes,
    int headCrc)
    implements Serializable {

  static PlannedSegment of(String path, LogPosition start, LogPosition end, SegmentIndex index) {
    SegmentIndex.Head head = index.head().orElse(new SegmentIndex.Head(0, 0));
    return new PlannedSegment(
        path, start, end, PlannedBatch.of(path, index, 0), head.lengthBytes(), head.crc());
  }

  Optional<SegmentIndex.Head> head() {
    return headBytes == 0
        ? Optional.empty()
        : Optional.of(new SegmentIndex.Head(headBytes, headCrc));
  }

  /** Whether it has its end and its index for good. */
  public boolean isSealed() {
    return path.endsWith(SegmentFormat.SEALED_ENDING);
  }
}
