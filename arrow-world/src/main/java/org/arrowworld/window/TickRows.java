// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.window;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.arrowworld.log.TripleBatch;
import org.arrowworld.log.Triples;

/** The rows of one committed tick in memory, and an index of them by row id. */
final class TickRows {
  private static final int ROW_BYTES = 8 + 4 + 2 + 8 + 8;
  private static final int WORD_BYTES = 64;

  private final Triples rows;
  private final Map<Integer, String> words;

  /** Per row its rid above, its number below; ascending, so that the rows of a rid are together. */
  private final long[] byRid;

  private TickRows(Triples rows, Map<Integer, String> words) {
    this.rows = rows;
    this.words = words;
    this.byRid = new long[rows.size()];
    for (int row = 0; row < byRid.length; row++) {
      byRid[row] = Integer.toUnsignedLong(rows.rids()[row]) << 31 | row;
    }
    Arrays.sort(byRid);
  }

  /** Collects the rows of a tick, which may span batches. */
  static final class Builder {
    private Triples rows = new Triples(16);
    private Map<Integer, String> words = new HashMap<>();

    void add(TripleBatch batch, int from, int to) {
      for (int row = from; row < to; row++) {
        String word = batch.word(row);
        if (word != null) {
          words.put(rows.size() + row - from, word);
        }
      }
      batch.copyTo(rows, from, to);
    }

    /** The tick, after its commit row was added; the builder is empty again. */
    TickRows build() {
      Triples exact = new Triples(rows.size());
      exact.addAll(rows, 0, rows.size());
      TickRows tick = new TickRows(exact, words);
      rows = new Triples(16);
      words = new HashMap<>();
      return tick;
    }
  }

  long tick() {
    return rows.ticks()[0];
  }

  /** The chain after this tick, which its commit row tells. */
  long chain() {
    return rows.vals()[rows.size() - 1];
  }

  Triples rows() {
    return rows;
  }

  String word(int row) {
    return words.get(row);
  }

  long bytes() {
    return (long) ROW_BYTES * rows.size() + (long) WORD_BYTES * words.size();
  }

  /** Takes rows by number. */
  interface RowVisitor {
    void visit(int row) throws IOException;
  }

  /** Visits the rows of a rid in order. */
  void forRid(int rid, RowVisitor visitor) throws IOException {
    long key = Integer.toUnsignedLong(rid) << 31;
    int at = Arrays.binarySearch(byRid, key);
    for (int i = at < 0 ? -at - 1 : at; i < byRid.length && byRid[i] >> 31 == key >> 31; i++) {
      visitor.visit((int) (byRid[i] & Integer.MAX_VALUE));
    }
  }
}
