// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.arrowworld.Store;
import org.arrowworld.internal.Text;
import org.arrowworld.maintenance.StoreTruncation;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code aw truncate}. */
@Command(
    name = "truncate",
    description = {
      "Remove every tick after T, and the snapshots of those ticks. That history is gone.",
      "Whatever interrupts it, the store is the old one or the new one."
    })
final class TruncateVerb extends ReadingVerb {
  @Parameters(paramLabel = "STORE", description = "The store's directory.")
  private Path store;

  @Option(
      names = "--after",
      required = true,
      paramLabel = "T",
      description = "The last tick that stays.")
  private long after;

  @Option(names = "--yes", description = "Really remove them.")
  private boolean yes;

  @Override
  String purpose() {
    return "truncate " + store;
  }

  @Override
  int execute() throws IOException {
    if (!yes) {
      throw new UsageException(
          Text.of("Cannot truncate without --yes: every tick after %d would be gone", after));
    }
    StoreTruncation.Report result;
    try (Store opened = open(store)) {
      result = opened.truncateAfter(after);
    }
    new Report()
        .add("last_tick", result.last().tick())
        .add("rows", result.last().seq())
        .add("rows_removed", result.rowsRemoved())
        .add("last_tick_before", result.ticksEndedAt())
        .print(console(), format());
    return Exit.OK;
  }
}
