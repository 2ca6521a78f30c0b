// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.interop;

/** Random numbers that {@code python/mirror.py} makes as well: SplitMix64. */
final class SplitMix {
  private long state;

  SplitMix(long seed, long step) {
    state = seed ^ (step * 0xD1342543DE82EF95L);
  }

  long next() {
    state += 0x9E3779B97F4A7C15L;
    long z = state;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** A number from 0 to {@code bound - 1}. */
  int below(long bound) {
    return (int) Long.remainderUnsigned(next(), bound);
  }

  boolean oneIn(int bound) {
    return below(bound) == 0;
  }
}
