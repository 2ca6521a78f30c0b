// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.hostile;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.provider.AnnotationBasedArgumentsProvider;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsSource;
import org.junit.jupiter.params.support.ParameterDeclarations;

/**
 * Coverage-guided fuzzing of each import, on demand: see docs/reliability.md. A finding is an
 * untyped failure, an unsound output, or a leak. Each begins with sound files.
 */
class ImportFuzzTargets {
  private static final String HOURS = "12h"; // ended sooner with Ctrl-C

  /** Begins with the samples of entrances. */
  @Retention(RetentionPolicy.RUNTIME)
  @ArgumentsSource(SampleSeeds.class)
  private @interface SamplesOf {
    Entrance[] value();
  }

  private static final class SampleSeeds extends AnnotationBasedArgumentsProvider<SamplesOf> {
    @Override
    protected Stream<? extends Arguments> provideArguments(
        ParameterDeclarations parameters, ExtensionContext context, SamplesOf samples) {
      return Stream.of(samples.value())
          .map(
              entrance -> {
                try {
                  return Arguments.of((Object) entrance.sample());
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    }
  }

  @SamplesOf(Entrance.TRAJECTORIES)
  @FuzzTest(maxDuration = HOURS)
  void trajectories(byte[] data) throws IOException {
    Entrance.TRAJECTORIES.feed(data);
  }

  @SamplesOf(Entrance.CSV)
  @FuzzTest(maxDuration = HOURS)
  void csv(byte[] data) throws IOException {
    Entrance.CSV.feed(data);
  }

  @SamplesOf({Entrance.ARROW_FILE, Entrance.ARROW_STREAM, Entrance.ARROW_ZSTD})
  @FuzzTest(maxDuration = HOURS)
  void arrow(byte[] data) throws IOException {
    Entrance.ARROW_STREAM.feed(data);
  }

  @SamplesOf(Entrance.TABLES_NPZ)
  @FuzzTest(maxDuration = HOURS)
  void tablesNpz(byte[] data) throws IOException {
    Entrance.TABLES_NPZ.feed(data);
  }

  @SamplesOf(Entrance.LOG_NPZ)
  @FuzzTest(maxDuration = HOURS)
  void logNpz(byte[] data) throws IOException {
    Entrance.LOG_NPZ.feed(data);
  }

  @SamplesOf(Entrance.PARQUET)
  @FuzzTest(maxDuration = HOURS)
  void parquet(byte[] data) throws IOException {
    Entrance.PARQUET.feed(data);
  }

  @SamplesOf(Entrance.SIMLOG_CHUNK)
  @FuzzTest(maxDuration = HOURS)
  void simlogChunk(byte[] data) throws IOException {
    Entrance.SIMLOG_CHUNK.feed(data);
  }

  @SamplesOf(Entrance.SIMLOG_CODEBOOK)
  @FuzzTest(maxDuration = HOURS)
  void simlogCodebook(byte[] data) throws IOException {
    Entrance.SIMLOG_CODEBOOK.feed(data);
  }
}
