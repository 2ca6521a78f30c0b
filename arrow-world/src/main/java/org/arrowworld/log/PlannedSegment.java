// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import java.io.Serializable;

/**
 * A segment of which a plan has batches.
 *
 * @param path its file in the store
 * @param start the position before its first row; its tick is not known and -1
 * @param end the position after its last row that the plan knows of
 * @param first its first batch, behind whose checksum its header and, where it is sealed, its words
 *     stand
 */
public record PlannedSegment(String path, LogPosition start, LogPosition end, PlannedBatch first)
    implements Serializable {

  /** Whether it has its end and its index for good. */
  public boolean isSealed() {
    return path.endsWith(SegmentFormat.SEALED_ENDING);
  }
}
