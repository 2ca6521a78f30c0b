// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.parquet;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;

/** The distinct words of a chunk, in order of first use. One thread at a time. */
final class WordDictionary {
  /** Longer words are left out of statistics. */
  private static final int MAX_BOUND_BYTES = 1024;

  private int[] localOf = new int[256]; // by store-wide code: local index + 1, or 0
  private final List<Integer> codes = new ArrayList<>();
  private final List<byte[]> words = new ArrayList<>();
  private int[] ranks = new int[0];
  private byte[][] sorted = new byte[0][];

  /** Collects the words of a chunk; a null gets the index {@link ParquetColumn#NULL_CODE}. */
  void build(ByteBuffer data, int rows, IntFunction<byte[]> wordOfCode, int[] indices) {
    codes.forEach(code -> localOf[code] = 0);
    codes.clear();
    words.clear();
    for (int row = 0; row < rows; row++) {
      int code = data.getInt(4 * row);
      if (code == ParquetColumn.NULL_CODE) {
        indices[row] = ParquetColumn.NULL_CODE;
        continue;
      }
      if (code >= localOf.length) {
        localOf = Arrays.copyOf(localOf, Math.max(code + 1, 2 * localOf.length));
      }
      if (localOf[code] == 0) {
        codes.add(code);
        words.add(wordOfCode.apply(code));
        localOf[code] = words.size();
      }
      indices[row] = localOf[code] - 1;
    }
    rank();
  }

  private void rank() {
    Integer[] order = new Integer[words.size()];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, (a, b) -> Arrays.compareUnsigned(words.get(a), words.get(b)));
    ranks = new int[order.length];
    sorted = new byte[order.length][];
    for (int rank = 0; rank < order.length; rank++) {
      ranks[order[rank]] = rank;
      sorted[rank] = words.get(order[rank]);
    }
  }

  int size() {
    return words.size();
  }

  byte[] word(int index) {
    return words.get(index);
  }

  /** The place of a word in the order of their bytes. */
  int rank(int index) {
    return ranks[index];
  }

  /** The words in the order of their bytes; a new array for every chunk. */
  byte[][] byRank() {
    return sorted;
  }

  /** Whether all words are short enough for statistics. */
  boolean allShort() {
    return words.stream().allMatch(w -> w.length <= MAX_BOUND_BYTES);
  }
}
