// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.ecosystem;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.arrowworld.internal.Text;
import org.junit.jupiter.api.Test;

class CounterRandomTest {

  private static String words(CounterRandom random) {
    return Text.of(
        "%08x %08x %08x %08x", random.word(0), random.word(1), random.word(2), random.word(3));
  }

  /** The known answers of Random123 1.14, tests/kat_vectors, philox4x32 with 10 rounds. */
  @Test
  void it_gives_the_known_answers_of_philox() {
    assertThat(words(new CounterRandom(0).block(0, 0, 0, 0)))
        .isEqualTo("6627e8d5 e169c58d bc57ac4c 9b00dbd8");
    assertThat(words(new CounterRandom(-1).block(-1, -1, -1, -1)))
        .isEqualTo("408f276d 41c83b0e a20bc7c6 6d5451fd");
    assertThat(
            words(
                new CounterRandom(0x299f31d0a4093822L)
                    .block(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344)))
        .isEqualTo("d16cfe09 94fdcceb 5001e420 24126ea1");
  }

  @Test
  void every_part_of_the_key_changes_the_numbers() {
    Set<String> seen = new HashSet<>();
    for (long seed : new long[] {0, 1, 1L << 32}) {
      for (long tick : new long[] {0, 1, 1L << 32}) {
        for (int system : new int[] {0, 1, 255}) {
          for (int id : new int[] {0, 1, -1}) {
            for (int gen : new int[] {0, 1, -1}) {
              seen.add(words(new CounterRandom(seed).at(tick, system, id, gen)));
            }
          }
        }
      }
    }
    assertThat(seen).hasSize(3 * 3 * 3 * 3 * 3);
  }

  @Test
  void numbers_lie_in_their_ranges_and_around_their_means() {
    CounterRandom random = new CounterRandom(5);
    double unit = 0;
    double signed = 0;
    int draws = 100_000;
    for (int id = 0; id < draws; id++) {
      random.at(3, 2, id, 0);
      assertThat(random.unit(id % 4)).isBetween(0.0, Math.nextDown(1.0));
      assertThat(random.signed(id % 4)).isBetween(-1.0, Math.nextDown(1.0));
      unit += random.unit(id % 4);
      signed += random.signed(id % 4);
    }
    assertThat(unit / draws).isBetween(0.49, 0.51);
    assertThat(signed / draws).isBetween(-0.02, 0.02);
  }
}
