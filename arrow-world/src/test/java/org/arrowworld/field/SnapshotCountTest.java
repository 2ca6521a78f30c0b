// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.field;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SnapshotCountTest {
  @ParameterizedTest
  @CsvSource({
    "0.3, 0.1, 4",
    "0.7, 0.1, 8",
    "1.0, 0.1, 11",
    "1.0, 0.3, 4",
    "8.0, 0.2, 41",
    "0.05, 0.1, 1",
    "1.0, 1.0, 2",
    "0.9, 0.30000000000000004, 4",
    "10, 0.9090909090909091, 12",
    "1.0, 0.3333333333333333, 4",
    "0.29, 0.1, 3",
    "1e300, 1e290, 10000000001",
    "9007199254740991, 2, 4503599627370496",
    "4.9E-324, 4.9E-324, 2"
  })
  void Counts_are_exact_where_float_division_is_not(double tEnd, double interval, long expected) {
    assertThat(SnapshotCount.of(tEnd, interval)).isEqualTo(expected);
  }

  @Test
  void Every_decimal_interval_reaches_its_multiples() {
    long seed = Long.getLong("aw.seed", System.nanoTime());
    System.out.println("SnapshotCountTest: repeat with -Daw.seed=" + seed);
    Random random = new Random(seed);
    for (int i = 0; i < 100_000; i++) {
      long steps = 1L + random.nextInt(1_000_000);
      int thousandths = 1 + random.nextInt(100_000);
      double interval = thousandths / 1000.0;
      double tEnd = steps * (long) thousandths / 1000.0;
      assertThat(SnapshotCount.of(tEnd, interval))
          .as("%s / %s", tEnd, interval)
          .isEqualTo(steps + 1);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -0.0, -1, Double.NaN, Double.POSITIVE_INFINITY})
  void Arguments_that_make_no_sense_are_refused_by_name(double bad) {
    assertThatThrownBy(() -> SnapshotCount.of(bad, 1))
        .isInstanceOf(InvalidUseException.class)
        .hasMessage(
            Text.of(
                "Cannot count snapshots: the end time is %s, it must be finite and positive", bad));
    assertThatThrownBy(() -> SnapshotCount.of(1, bad))
        .isInstanceOf(InvalidUseException.class)
        .hasMessage(
            Text.of(
                "Cannot count snapshots: the interval is %s, it must be finite and positive", bad));
  }

  @Test
  void A_count_that_leaves_63_bits_is_refused() {
    assertThatThrownBy(() -> SnapshotCount.of(1e300, 1e-10))
        .isInstanceOf(InvalidUseException.class)
        .hasMessageStartingWith("Cannot count snapshots: 1.0E300 / 1.0E-10 is 1");
  }
}
