// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.arrow;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import org.arrowworld.export.rows.RowBatch;

/** The words of one column in order of first use: its dictionary. */
final class ColumnWords {
  private int[] indexOf = new int[64]; // by code: index + 1, or 0
  private final List<byte[]> words = new ArrayList<>();

  List<byte[]> words() {
    return words;
  }

  /** A batch's codes as indices into the dictionary, 0 for nulls. */
  ByteBuffer indices(RowBatch batch, int column, IntFunction<byte[]> wordOfCode) {
    ByteBuffer codes = batch.bytes(column);
    ByteBuffer indices = ByteBuffer.allocate(4 * batch.rows()).order(ByteOrder.LITTLE_ENDIAN);
    for (int row = 0; row < batch.rows(); row++) {
      int code = codes.getInt(4 * row);
      indices.putInt(code == RowBatch.NULL_CODE ? 0 : index(code, wordOfCode));
    }
    return indices.flip();
  }

  private int index(int code, IntFunction<byte[]> wordOfCode) {
    if (code >= indexOf.length) {
      indexOf = Arrays.copyOf(indexOf, Math.max(code + 1, 2 * indexOf.length));
    }
    if (indexOf[code] == 0) {
      words.add(wordOfCode.apply(code));
      indexOf[code] = words.size();
    }
    return indexOf[code] - 1;
  }
}
