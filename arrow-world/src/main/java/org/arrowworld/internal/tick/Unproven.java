// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.tick;

import java.util.Arrays;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;

/**
 * Ids of one table that were named in a tick and did not live at its start: each must be born in
 * it, which is known when the tick ends.
 */
final class Unproven {
  private int[] ids = new int[16];
  private String[] uses = new String[16];
  private int size;

  void clear() {
    Arrays.fill(uses, 0, size, null);
    size = 0;
  }

  /**
   * @param use what the id was named for, for the message: "Cannot [use] creature 7: ..."
   */
  void add(int id, String use) {
    if (size == ids.length) {
      // The array that tells the capacity grows last, in case the heap ends between two.
      uses = Arrays.copyOf(uses, size * 2);
      ids = Arrays.copyOf(ids, size * 2);
    }
    ids[size] = id;
    uses[size++] = use;
  }

  void check(TableBuffer table, Lives lives) {
    for (int i = 0; i < size; i++) {
      if (!lives.livesOrIsBorn(ids[i])) {
        throw new InvalidUseException(
            Text.of(
                "Cannot %s %s: it does not live, and is not born in this tick",
                uses[i], table.table().describe(ids[i])));
      }
    }
  }
}
