// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.spark;

import java.io.Serializable;
import org.arrowworld.log.PlannedBatch;
import org.arrowworld.log.TripleBatch;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.KeyKind;
import org.arrowworld.schema.KeyTable;

/** Which rows of a log a view shows. */
enum WantedRows {
  ALL,
  EVENTS;

  private boolean show(Key key) {
    return this == ALL || key.kind() == KeyKind.EVENT;
  }

  /**
   * Those of them that a query wants.
   *
   * @param columns of them
   * @param pruning what is known of them
   */
  record Wanted(
      Columns columns, Pruning.Range ticks, Pruning.Range rids, Pruning pruning, WantedRows of)
      implements Serializable {

    Wanted(Columns columns, Pruning pruning, WantedRows of) {
      this(columns, pruning.range("tick"), pruning.range("rid"), pruning, of);
    }

    boolean mayBeIn(PlannedBatch batch) {
      return ticks.first() <= batch.tickMax()
          && batch.tickMin() <= ticks.last()
          && rids.first() <= Integer.toUnsignedLong(batch.ridMax())
          && Integer.toUnsignedLong(batch.ridMin()) <= rids.last();
    }

    /** By code, whether rows of a key are wanted. */
    boolean[] keys(KeyTable keys) {
      boolean[] wanted = new boolean[keys.size()];
      for (int code = 0; code < wanted.length; code++) {
        Key key = keys.key(code);
        wanted[code] = of.show(key) && pruning.mayHoldWord("key", key.name());
      }
      return wanted;
    }

    /**
     * Chooses among the rows {@code [from, to)} of a batch.
     *
     * @param chosen has room for all of them; is given their numbers
     * @return how many
     */
    int choose(TripleBatch batch, int from, int to, boolean[] keys, int[] chosen) {
      boolean areAllTicks = ticks.holds(batch.tick(from)) && ticks.holds(batch.tick(to - 1));
      int count = 0;
      for (int row = from; row < to; row++) {
        if (keys[batch.key(row)]
            && (areAllTicks || ticks.holds(batch.tick(row)))
            && rids.holds(Integer.toUnsignedLong(batch.rid(row)))) {
          chosen[count++] = row;
        }
      }
      return count;
    }
  }
}
