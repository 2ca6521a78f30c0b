package org.arrowworld.export.hostile;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;

/**
 * Coverage-guided fuzzing of each import, on demand: see docs/reliability.md. A finding is an
 * untyped failure, an unsound output, or a leak.
 */
class ImportFuzzTargets {
  private static final String HOURS = "12h"; // ended sooner with Ctrl-C

  @FuzzTest(maxDuration = HOURS)
  void trajectories(byte[] data) throws IOException {
    Entrance.TRAJECTORIES.feed(data);
  }

  @FuzzTest(maxDuration = HOURS)
  void csv(byte[] data) throws IOException {
    Entrance.CSV.feed(data);
  }

  @FuzzTest(maxDuration = HOURS)
  void arrow(byte[] data) throws IOException {
    Entrance.ARROW_STREAM.feed(data);
  }

  @FuzzTest(maxDuration = HOURS)
  void tablesNpz(byte[] data) throws IOException {
    Entrance.TABLES_NPZ.feed(data);
  }

  @FuzzTest(maxDuration = HOURS)
  void logNpz(byte[] data) throws IOException {
    Entrance.LOG_NPZ.feed(data);
  }

  @FuzzTest(maxDuration = HOURS)
  void parquet(byte[] data) throws IOException {
    Entrance.PARQUET.feed(data);
  }

  @FuzzTest(maxDuration = HOURS)
  void simlogChunk(byte[] data) throws IOException {
    Entrance.SIMLOG_CHUNK.feed(data);
  }

  @FuzzTest(maxDuration = HOURS)
  void simlogCodebook(byte[] data) throws IOException {
    Entrance.SIMLOG_CODEBOOK.feed(data);
  }
}
