// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.SplittableRandom;
import org.arrowworld.export.hostile.Entrance.Outcome;
import org.arrowworld.internal.Text;
import org.arrowworld.testing.Programme;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * RELIABILITY contract 5 at the imports: files that somebody changed who knows how they are made.
 * {@code -Daw.cases=N} sets how many of each kind; {@code -Daw.seed=S} repeats a run.
 */
class HostileImportTest {
  private static final int CASES = Integer.getInteger("aw.cases", 60);
  private static final long SEED = Long.getLong("aw.seed", System.nanoTime());

  /** Arrow's own reader takes such a batch, or fails an assertion. */
  @ParameterizedTest
  @CsvSource({"ARROW_FILE, 30369256462511", "ARROW_STREAM, 30369256464112"})
  void a_batch_of_a_negative_number_of_rows_is_refused(Entrance entrance, long seed)
      throws IOException {
    byte[] bytes = entrance.mutate(entrance.sample(), new SplittableRandom(seed));
    assertThat(entrance.feed(bytes)).isEqualTo(Outcome.REFUSED);
  }

  @ParameterizedTest
  @EnumSource(Entrance.class)
  void changed_files_are_imported_soundly_or_refused(Entrance entrance) throws IOException {
    Programme.report("HostileImportTest %s: %d, -Daw.seed=%d", entrance, CASES, SEED);
    byte[] sample = entrance.sample();
    assertThat(entrance.feed(sample)).isEqualTo(Outcome.IMPORTED);
    int refused = 0;
    for (long seed = SEED; seed < SEED + CASES; seed++) {
      byte[] bytes = entrance.mutate(sample, new SplittableRandom(seed));
      try {
        refused += entrance.feed(bytes) == Outcome.REFUSED ? 1 : 0;
      } catch (AssertionError | IOException e) {
        throw new AssertionError(Text.of("%s: -Daw.seed=%d", entrance, seed), e);
      }
    }
    Programme.report("HostileImportTest %s: %d refused of %d", entrance, refused, CASES);
    assertThat(refused).isPositive();
  }
}
