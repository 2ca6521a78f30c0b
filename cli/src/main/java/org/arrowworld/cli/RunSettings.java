// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import org.arrowworld.ecosystem.RunOptions;
import org.arrowworld.log.Durability;
import org.arrowworld.storage.BufferCompression;
import picocli.CommandLine.Option;

/** How a simulation is run: the options that {@code aw run} and {@code aw resume} share. */
final class RunSettings {
  @Option(
      names = "--snapshot-every",
      paramLabel = "N",
      description = "A snapshot at each multiple of N ticks; default: none.")
  private long snapshotEvery;

  @Option(
      names = "--durability",
      paramLabel = "D",
      converter = DurabilityConverter.class,
      description = "commit (default), interval:MS or none.")
  private Durability durability = Durability.COMMIT;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description =
          "Threads that share the simulation's work; the outcome is the same. Default ${DEFAULT-VALUE}.")
  private int threads = 1;

  @Option(
      names = "--compress",
      paramLabel = "C",
      converter = CompressionConverter.class,
      description = "How sealed segments are compressed: none (default), zstd or zstd:LEVEL.")
  private BufferCompression compression = BufferCompression.NONE;

  RunOptions options() {
    return RunOptions.DEFAULT
        .withSnapshotEveryTicks(snapshotEvery)
        .withDurability(durability)
        .withSealing(compression)
        .withThreads(threads);
  }
}
