// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.world;

import java.util.Arrays;
import java.util.function.IntFunction;
import org.arrowworld.log.Triples;
import org.arrowworld.schema.KeyKind;

/**
 * Applies value rows of many keys in two passes: sorts a block by key, rows of a key in their
 * order, then turns the ids of each key into slots and scatters its values. Taking each row by
 * itself would chain a load, a lookup and a store, and jump between column types.
 */
final class ScatterBlock {
  /** Fewer rows are not worth the sorting. */
  static final int LEAST_ROWS = 64;

  /** Rows of a block: what the first-level caches hold. */
  static final int MOST_ROWS = 8192;

  private final IntFunction<TripleApplier.Action> actions;
  private final int[] rids = new int[MOST_ROWS];
  private final long[] vals = new long[MOST_ROWS];
  private final int[] slots = new int[MOST_ROWS];

  /** By key code: how many rows, then where the next one goes, at last where they end. */
  private int[] ends = new int[64];

  private int greatest;

  ScatterBlock(IntFunction<TripleApplier.Action> actions) {
    this.actions = actions;
  }

  /**
   * Takes the rows of a block and counts them by key; {@link #apply} is next.
   *
   * @param plain by key code, whether a row may be in a block
   * @return the end of the rows taken, at most {@code to}
   */
  int count(Triples rows, int from, int to, boolean[] plain) {
    char[] codes = rows.keys();
    if (ends.length < plain.length) {
      ends = new int[plain.length];
    }
    Arrays.fill(ends, 0);
    greatest = 0;
    int row = from;
    while (row < to && codes[row] < plain.length && plain[codes[row]]) {
      int code = codes[row++];
      ends[code]++;
      greatest = Math.max(greatest, code);
    }
    return row;
  }

  /** Applies the rows {@code [from, to)} that were counted, at most {@link #MOST_ROWS}. */
  void apply(Triples rows, int from, int to) {
    sort(rows, from, to);
    int start = 0;
    for (int code = 0; code <= greatest; code++) {
      int end = ends[code];
      if (end > start) {
        TripleApplier.Action action = actions.apply(code);
        if (action.kind() == KeyKind.VALUE) {
          int missing = action.table().slotsOf(rids, start, end, slots);
          if (missing >= 0) {
            throw TripleApplier.notLive(action, rids[missing], rows.ticks()[from]);
          }
          action.column().scatter(slots, vals, start, end);
        }
      }
      start = end;
    }
  }

  /** Sorts by key, keeping the order within a key. */
  private void sort(Triples rows, int from, int to) {
    char[] codes = rows.keys();
    int start = 0;
    for (int code = 0; code <= greatest; code++) {
      int count = ends[code];
      ends[code] = start;
      start += count;
    }
    int[] sourceRids = rows.rids();
    long[] sourceVals = rows.vals();
    for (int row = from; row < to; row++) {
      int at = ends[codes[row]]++;
      rids[at] = sourceRids[row];
      vals[at] = sourceVals[row];
    }
  }
}
