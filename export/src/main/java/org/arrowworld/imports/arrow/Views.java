// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.arrow;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;
import org.arrowworld.imports.values.Budget;
import org.arrowworld.imports.values.WordTable;

/** Texts and bytes as views: short ones in place, long ones in further buffers. */
final class Views {
  private static final int VIEW_BYTES = 16;
  private static final int INLINE_BYTES = 12;

  private Views() {}

  /** The words' codes; the batch stands behind the validity buffer, and then behind all of them. */
  static ByteBuffer read(Batch batch, int rows, BitSet nulls, WordTable words, Budget budget)
      throws IOException {
    int count = batch.variadicCount();
    ByteBuffer views = batch.buffer((long) rows * VIEW_BYTES);
    ByteBuffer[] texts = new ByteBuffer[count];
    for (int i = 0; i < count; i++) {
      texts[i] = batch.buffer(0);
    }
    ByteBuffer codes = ByteBuffer.allocate(4 * rows).order(ByteOrder.LITTLE_ENDIAN);
    for (int row = 0; row < rows; row++) {
      if (nulls.get(row)) {
        continue;
      }
      int at = VIEW_BYTES * row;
      int length = views.getInt(at);
      if (length >= 0 && length <= INLINE_BYTES) {
        codes.putInt(4 * row, words.code(views.array(), views.arrayOffset() + at + 4, length));
        continue;
      }
      int buffer = views.getInt(at + 8);
      int from = views.getInt(at + 12);
      boolean inside =
          length >= 0
              && buffer >= 0
              && buffer < count
              && from >= 0
              && from <= texts[buffer].limit() - length;
      if (!inside) {
        throw batch.damaged("has a view outside its buffers");
      }
      budget.decode(length); // views may share bytes
      codes.putInt(4 * row, words.code(texts[buffer].array(), from, length));
    }
    return codes;
  }
}
