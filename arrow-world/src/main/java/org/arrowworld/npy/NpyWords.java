// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.npy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** A one-dimensional array of words, each as many UTF-32 code points as the longest has. */
record NpyWords(ByteBuffer header, ByteBuffer data) {

  static NpyWords of(List<String> words) {
    int points = 1; // NumPy knows no words of length 0
    for (String word : words) {
      points = Math.max(points, word.codePointCount(0, word.length()));
    }
    ByteBuffer data =
        ByteBuffer.allocate(Math.toIntExact(4L * points * words.size()))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < words.size(); i++) {
      data.position(4 * points * i);
      words.get(i).codePoints().forEach(data::putInt);
    }
    return new NpyWords(NpyHeader.encode("<U" + points, words.size()), data.clear());
  }
}
