// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import java.util.BitSet;

/**
 * Which keys the batches of a segment hold, as far as they were read since the log was opened, so
 * that the next scan for some keys passes over the others. Codes that are equal modulo 64 count as
 * one. One thread.
 */
final class BatchKeys {
  /** By batch; 0 where it was not read yet, as no batch is empty. */
  private final long[] sets;

  BatchKeys(int batches) {
    sets = new long[batches];
  }

  /** A set of keys as one word. */
  static long of(BitSet codes) {
    return codes.stream().mapToLong(code -> 1L << code).reduce(0, (a, b) -> a | b);
  }

  void learn(int batch, long held) {
    sets[batch] = held;
  }

  /** Whether a batch may hold one of these keys. */
  boolean mayHold(int batch, long wanted) {
    return sets[batch] == 0 || (sets[batch] & wanted) != 0;
  }
}
