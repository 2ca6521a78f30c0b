package org.arrowworld.tick;

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
  private int[] ends = new int[64];

  ScatterBlock(IntFunction<TripleApplier.Action> actions) {
    this.actions = actions;
  }

  /** Applies rows {@code [from, to)}, at most {@link #MOST_ROWS}, none of which is structural. */
  void apply(Triples rows, int from, int to) {
    int greatest = sort(rows, from, to);
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

  /** Sorts by key, keeping the order within a key; returns the greatest key's code. */
  private int sort(Triples rows, int from, int to) {
    char[] codes = rows.keys();
    int greatest = 0;
    for (int row = from; row < to; row++) {
      greatest = Math.max(greatest, codes[row]);
    }
    if (ends.length <= greatest) {
      ends = new int[greatest + 64];
    }
    Arrays.fill(ends, 0, greatest + 1, 0);
    for (int row = from; row < to; row++) {
      ends[codes[row]]++;
    }
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
    return greatest;
  }
}
