// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.ecosystem;

/**
 * Random numbers that are a function of (seed, tick, system, entity id, generation) and have no
 * state to save: Philox4x32-10, by Salmon, Moraes, Dror and Shaw, "Parallel Random Numbers: As Easy
 * as 1, 2, 3" (SC 2011), the generator of the Random123 library.
 *
 * <p>The key is the seed, its low word first. The counter is (id, gen, the low 32 bits of the tick,
 * the tick's next 24 bits above the system's 8), so that no two draws of a run share a counter.
 * Each position gives four words. Not thread-safe: one object per thread.
 */
final class CounterRandom {
  private static final long MULTIPLIER_0 = 0xD251_1F53L;
  private static final long MULTIPLIER_1 = 0xCD9E_8D57L;
  private static final int KEY_STEP_0 = 0x9E37_79B9;
  private static final int KEY_STEP_1 = 0xBB67_AE85;
  private static final int ROUNDS = 10;
  private static final double ULP = 0x1p-32;

  private final int key0;
  private final int key1;
  private int word0;
  private int word1;
  private int word2;
  private int word3;

  CounterRandom(long seed) {
    this.key0 = (int) seed;
    this.key1 = (int) (seed >>> 32);
  }

  /**
   * Moves to the four words of an entity.
   *
   * @param tick below 2^56
   * @param system its number, below 256
   * @param gen the entity's generation, or the ordinal of one of several draws
   */
  CounterRandom at(long tick, int system, int id, int gen) {
    return block(id, gen, (int) tick, (int) (tick >>> 32) << 8 | system);
  }

  CounterRandom block(int counter0, int counter1, int counter2, int counter3) {
    int c0 = counter0;
    int c1 = counter1;
    int c2 = counter2;
    int c3 = counter3;
    int k0 = key0;
    int k1 = key1;
    for (int round = 0; round < ROUNDS; round++) {
      long product0 = MULTIPLIER_0 * (c0 & 0xFFFF_FFFFL);
      long product1 = MULTIPLIER_1 * (c2 & 0xFFFF_FFFFL);
      c0 = (int) (product1 >>> 32) ^ c1 ^ k0;
      c1 = (int) product1;
      c2 = (int) (product0 >>> 32) ^ c3 ^ k1;
      c3 = (int) product0;
      k0 += KEY_STEP_0;
      k1 += KEY_STEP_1;
    }
    word0 = c0;
    word1 = c1;
    word2 = c2;
    word3 = c3;
    return this;
  }

  /** One of the four words. */
  int word(int index) {
    return switch (index) {
      case 0 -> word0;
      case 1 -> word1;
      case 2 -> word2;
      case 3 -> word3;
      default -> throw new IllegalArgumentException("word " + index);
    };
  }

  /** One of the four words as a number in [0, 1), a multiple of 2^-32. */
  double unit(int index) {
    return (word(index) & 0xFFFF_FFFFL) * ULP;
  }

  /** One of the four words as a number in [-1, 1). */
  double signed(int index) {
    return word(index) * (2 * ULP);
  }
}
