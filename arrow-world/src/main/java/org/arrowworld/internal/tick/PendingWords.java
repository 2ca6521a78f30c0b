// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.tick;

import java.util.ArrayList;
import java.util.List;
import org.arrowworld.internal.given.WellFormed;

/** Words of a tick that have no code yet: codes are given in row order, when rows are made. */
final class PendingWords {
  private final List<String> words = new ArrayList<>();

  /**
   * Keeps a word; the result stands for it in staged patterns.
   *
   * @param name what it is the value of, for messages
   */
  long add(String name, String word) {
    int index = words.size();
    words.add(WellFormed.text("store as '" + name + "'", word));
    return index;
  }

  String word(long pending) {
    return words.get((int) pending);
  }

  void clear() {
    words.clear();
  }
}
