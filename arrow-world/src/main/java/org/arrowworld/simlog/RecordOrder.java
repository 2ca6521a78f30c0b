// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.simlog;

import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Text;

/** Counts records by their row ids, which are ordinals modulo 2^32 and ascend (spec G-2). */
final class RecordOrder {
  private long next;

  /** The number of the record after the last one. */
  long next() {
    return next;
  }

  /** The number of a new record's row id; those left out had no values. */
  long take(int rid) throws DamagedFileException {
    int gap = rid - (int) next;
    if (gap < 0) {
      throw new DamagedFileException(
          "log", -1, Text.of("record %d is followed by one with row id %08x", next - 1, rid));
    }
    long ordinal = next + gap;
    next = ordinal + 1;
    return ordinal;
  }
}
