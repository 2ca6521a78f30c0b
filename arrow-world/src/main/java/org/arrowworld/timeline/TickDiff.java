// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.timeline;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.arrowworld.log.Log;
import org.arrowworld.log.Triples;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.schema.Values;

/** What differs between the rows of one tick in two logs. Holds the tick's rows of both. */
final class TickDiff {
  /** A tick's rows, with their words. */
  private static final class Rows {
    private final KeyTable keys;
    private final Triples rows = new Triples(1024);
    private final Map<Integer, String> words = new HashMap<>();

    Rows(Log log, long tick) throws IOException {
      keys = log.keys();
      log.scan(
          tick,
          tick,
          (batch, from, to) -> {
            for (int row = from; row < to; row++) {
              String word = batch.word(row);
              if (word != null) {
                words.put(rows.size() + row - from, word);
              }
            }
            batch.copyTo(rows, from, to);
          });
      int size = rows.size();
      count = size > 0 && rows.keys()[size - 1] == KeyTable.COMMIT ? size - 1 : size;
    }

    /** Rows without the commit. */
    private final int count;

    Key key(int row) {
      return keys.key(rows.keys()[row]);
    }

    Object value(int row) {
      Key key = key(row);
      return key.type() == ColumnType.STRING
          ? words.get(row)
          : Values.decode(key.type(), rows.vals()[row]);
    }

    boolean equals(int row, Rows other, int otherRow) {
      return rows.rids()[row] == other.rows.rids()[otherRow]
          && key(row).name().equals(other.key(otherRow).name())
          && sameValue(row, other, otherRow);
    }

    boolean sameValue(int row, Rows other, int otherRow) {
      return key(row).type() == ColumnType.STRING
          ? Objects.equals(words.get(row), other.words.get(otherRow))
          : rows.vals()[row] == other.rows.vals()[otherRow];
    }
  }

  private record Place(String key, int rid) {}

  private final Rows left;
  private final Rows right;
  private final int most;
  private final List<StoreDiff.Difference> named = new ArrayList<>();
  private long count;

  private TickDiff(Rows left, Rows right, int most) {
    this.left = left;
    this.right = right;
    this.most = most;
  }

  static TickDiff of(Log left, Log right, long tick, int most) throws IOException {
    TickDiff diff = new TickDiff(new Rows(left, tick), new Rows(right, tick), most);
    diff.run();
    return diff;
  }

  /** The first differences. */
  List<StoreDiff.Difference> named() {
    return List.copyOf(named);
  }

  /**
   * How many there are; 0 if the same rows stand in another order, or the tick is empty in both.
   */
  long count() {
    return count;
  }

  private void run() {
    int from = 0;
    while (from < left.count && from < right.count && left.equals(from, right, from)) {
      from++;
    }
    int leftTo = left.count;
    int rightTo = right.count;
    while (leftTo > from && rightTo > from && left.equals(leftTo - 1, right, rightTo - 1)) {
      leftTo--;
      rightTo--;
    }
    Map<Place, ArrayDeque<Integer>> others = new HashMap<>();
    for (int row = from; row < rightTo; row++) {
      others.computeIfAbsent(place(right, row), p -> new ArrayDeque<>()).add(row);
    }
    for (int row = from; row < leftTo; row++) {
      Place place = place(left, row);
      ArrayDeque<Integer> same = others.get(place);
      Integer other = same == null ? null : same.poll();
      if (other == null) {
        add(place, left.value(row), null);
      } else if (!left.sameValue(row, right, other)) {
        add(place, left.value(row), right.value(other));
      }
    }
    for (int row = from; row < rightTo; row++) {
      Place place = place(right, row);
      if (others.get(place).remove((Object) row)) {
        add(place, null, right.value(row));
      }
    }
  }

  private static Place place(Rows rows, int row) {
    return new Place(rows.key(row).name(), rows.rows.rids()[row]);
  }

  private void add(Place place, Object leftValue, Object rightValue) {
    if (count++ < most) {
      named.add(new StoreDiff.Difference(place.key, place.rid, leftValue, rightValue));
    }
  }
}
