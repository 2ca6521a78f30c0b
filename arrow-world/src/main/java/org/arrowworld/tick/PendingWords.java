package org.arrowworld.tick;

import java.util.ArrayList;
import java.util.List;

/** Words of a tick that have no code yet: codes are given in row order, when rows are made. */
final class PendingWords {
  private final List<String> words = new ArrayList<>();

  /** Keeps a word; the result stands for it in staged patterns. */
  long add(String word) {
    int index = words.size();
    words.add(word);
    return index;
  }

  String word(long pending) {
    return words.get((int) pending);
  }

  void clear() {
    words.clear();
  }
}
