package org.arrowworld.export.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.SplittableRandom;
import org.arrowworld.export.hostile.Entrance.Outcome;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * RELIABILITY contract 5 at the imports: files that somebody changed who knows how they are made.
 * {@code -Daw.cases=N} sets how many of each kind; {@code -Daw.seed=S} repeats a run.
 */
class HostileImportTest {
  private static final int CASES = Integer.getInteger("aw.cases", 60);
  private static final long SEED = Long.getLong("aw.seed", System.nanoTime());

  @ParameterizedTest
  @EnumSource(Entrance.class)
  void changed_files_are_imported_soundly_or_refused(Entrance entrance) throws IOException {
    System.out.printf("HostileImportTest %s: %d, -Daw.seed=%d%n", entrance, CASES, SEED);
    byte[] sample = entrance.sample();
    assertThat(entrance.feed(sample)).isEqualTo(Outcome.IMPORTED);
    int refused = 0;
    for (long seed = SEED; seed < SEED + CASES; seed++) {
      byte[] bytes = entrance.mutate(sample, new SplittableRandom(seed));
      try {
        refused += entrance.feed(bytes) == Outcome.REFUSED ? 1 : 0;
      } catch (AssertionError | IOException e) {
        throw new AssertionError("%s: -Daw.seed=%d".formatted(entrance, seed), e);
      }
    }
    System.out.printf("HostileImportTest %s: %d refused of %d%n", entrance, refused, CASES);
    assertThat(refused).isPositive();
  }
}
