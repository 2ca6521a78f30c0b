// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NearestTest {
  private static final List<String> NAMES = List.of("ship.x", "ship.energy", "port.energy");

  @Test
  void a_mistyped_name_is_answered_with_the_nearest_one() {
    assertThat(Nearest.of("ship.enrgy", NAMES))
        .isEqualTo("[ship.x, ship.energy, port.energy]; did you mean 'ship.energy'?");
    assertThat(Nearest.to("Ship.X", NAMES)).isEqualTo("; did you mean 'ship.x'?");
    assertThat(Nearest.to("enery", NAMES)).isEqualTo("; did you mean 'ship.energy'?");
    assertThat(Nearest.to("x", NAMES)).isEqualTo("; did you mean 'ship.x'?");
  }

  @Test
  void a_name_that_is_near_to_none_gets_the_list_alone() {
    assertThat(Nearest.of("colour", NAMES)).isEqualTo("[ship.x, ship.energy, port.energy]");
    assertThat(Nearest.of("", NAMES)).isEqualTo("[ship.x, ship.energy, port.energy]");
    assertThat(Nearest.of(null, List.of())).isEqualTo("[]");
  }

  @Test
  void a_long_list_is_cut() {
    assertThat(Nearest.of("?", IntStream.range(0, 99).mapToObj(i -> "key" + i).toList()))
        .endsWith("key28, key29, ...]");
  }
}
