// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.interop;

import java.io.IOException;
import java.nio.file.Path;
import org.arrowworld.log.Durability;
import org.arrowworld.log.LogOptions;
import org.arrowworld.simlog.SimField;
import org.arrowworld.simlog.SimLog;
import org.arrowworld.simlog.SimRecord;
import org.arrowworld.storage.BufferCompression;

/**
 * A record log for Python to read: {@code DIR RECORDS live|sealed|zstd}. The values of record i are
 * those of {@code record(i)} in {@code test_simlog.py}.
 */
public final class SimLogMain {
  private static final long EXACT = 1L << 53;
  private static final long[] EDGES = {
    EXACT - 1, EXACT, EXACT + 1, -EXACT, -EXACT - 1, Long.MAX_VALUE, Long.MIN_VALUE, 0
  };
  private static final double[] FLOATS = {
    -0.0, Double.NaN, Double.POSITIVE_INFINITY, Double.MIN_VALUE, 1
  };

  private SimLogMain() {}

  public static void main(String[] args) throws IOException {
    BufferCompression sealing =
        args[2].equals("zstd") ? BufferCompression.zstd(1) : BufferCompression.NONE;
    LogOptions options =
        LogOptions.DEFAULT
            .withDurability(Durability.NONE)
            .withSegmentBytes(4 << 20)
            .withSealing(sealing);
    int records = Integer.parseInt(args[1]);
    try (SimLog log = SimLog.open(Path.of(args[0]), options)) {
      for (int i = 0; i < records; i++) {
        write(log, i, records);
      }
      if (!args[2].equals("live")) {
        log.seal();
      }
    }
  }

  private static void write(SimLog log, int i, int records) throws IOException {
    SimRecord record = log.record(i * 0.5);
    record.set(log.field("word"), "wörd " + i % 100_000);
    if (i % 97 == 0) {
      record.set(log.field("sparse"), i);
    }
    if (i < records / 2) {
      record.set(log.field("drift"), i);
    } else {
      record.set(log.field("drift"), i + 0.5);
    }
    if (i < 80) {
      record.set(log.field("edge"), EDGES[i % EDGES.length]);
      record.set(log.field("a#b"), FLOATS[i % FLOATS.length]);
    }
    SimField mixed = log.field("mixed");
    if (i % 1000 == 0) {
      record.set(mixed, i);
    } else if (i % 1000 == 1) {
      record.set(mixed, "s" + i);
    } else if (i % 1000 == 2) {
      record.set(mixed, i % 4 == 2);
    }
    record.end();
  }
}
