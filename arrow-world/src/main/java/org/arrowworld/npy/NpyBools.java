// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.npy;

import java.nio.ByteBuffer;
import java.util.List;

/** Bools are bytes that are 0 or 1 and nothing else. */
final class NpyBools {
  private NpyBools() {}

  /** Index of the first byte that is neither 0 nor 1, or -1. */
  static long firstInvalid(ByteBuffer... data) {
    return firstInvalid(List.of(data));
  }

  static long firstInvalid(List<ByteBuffer> data) {
    long index = 0;
    for (ByteBuffer piece : data) {
      for (int i = piece.position(); i < piece.limit(); i++, index++) {
        if ((piece.get(i) & 0xFE) != 0) {
          return index;
        }
      }
    }
    return -1;
  }
}
