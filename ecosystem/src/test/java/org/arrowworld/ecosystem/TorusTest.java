// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.ecosystem;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TorusTest {
  private final Torus torus = new Torus(100);

  @Test
  void coordinates_wrap_into_the_square() {
    assertThat(torus.wrap(0)).isZero();
    assertThat(torus.wrap(100)).isZero();
    assertThat(torus.wrap(101.5)).isEqualTo(1.5f);
    assertThat(torus.wrap(-0.5)).isEqualTo(99.5f);
  }

  @Test
  void a_coordinate_that_rounds_up_to_the_edge_is_at_zero() {
    assertThat(torus.wrap(-1e-12)).isZero();
    assertThat(torus.wrap(Math.nextDown(100.0))).isZero();
  }

  @Test
  void the_shortest_way_may_lead_over_the_edge() {
    assertThat(torus.shortest(99.0 - 1.0)).isEqualTo(-2);
    assertThat(torus.shortest(1.0 - 99.0)).isEqualTo(2);
    assertThat(torus.shortest(30)).isEqualTo(30);
  }
}
