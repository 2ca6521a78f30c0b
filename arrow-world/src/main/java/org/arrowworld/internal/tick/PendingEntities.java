// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.tick;

import java.util.ArrayList;
import java.util.List;
import org.arrowworld.schema.Values;

/**
 * Rows born in this tick that are referred to before they have a number. Where a u32 value's
 * pattern stands, such a reference is a NaN, which no u32 is; where an id stands in a long, it is
 * below {@link InsertionList#NO_ID}.
 */
final class PendingEntities {
  private static final long PATTERN = 0xFFF8_0000L;

  private final List<NewRow> rows = new ArrayList<>();

  void clear() {
    rows.clear();
  }

  boolean isEmpty() {
    return rows.isEmpty();
  }

  /** Stands for a row's id among ids in longs. */
  long id(NewRow row) {
    rows.add(row);
    return InsertionList.NO_ID - rows.size();
  }

  static boolean isPending(long id) {
    return id < InsertionList.NO_ID;
  }

  /** The id, now that there is one. */
  int resolve(long id) {
    return isPending(id) ? rows.get((int) (InsertionList.NO_ID - 1 - id)).assignedId() : (int) id;
  }

  /** Stands for a row's id among patterns of a u32 column. */
  long pattern(NewRow row) {
    rows.add(row);
    return PATTERN << 32 | (rows.size() - 1);
  }

  static boolean isPendingPattern(long pattern) {
    return pattern >>> 32 == PATTERN;
  }

  /** The pattern of the id, now that there is one. */
  long resolvePattern(long pattern) {
    return isPendingPattern(pattern)
        ? Values.ofInteger(Integer.toUnsignedLong(rows.get((int) pattern).assignedId()))
        : pattern;
  }
}
