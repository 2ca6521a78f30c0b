// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.arrowworld.Store;
import org.arrowworld.maintenance.StoreSnapshot;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code aw snapshot}. */
@Command(
    name = "snapshot",
    description = {
      "Make a snapshot of the world at a tick, from the log. One that is there already is kept.",
      "Takes the store's lock; an unsealed log is sealed first, as a snapshot must not be ahead",
      "of what the log holds for sure."
    })
final class SnapshotVerb extends ReadingVerb {
  @Parameters(paramLabel = "STORE", description = "The store's directory.")
  private Path store;

  @Option(names = "--tick", required = true, paramLabel = "T", description = "The tick.")
  private long tick;

  @Override
  String purpose() {
    return "make a snapshot";
  }

  @Override
  int execute() throws IOException {
    try (Store opened = open(store)) {
      StoreSnapshot.Report made = opened.snapshot(tick);
      made.warnings().forEach(console()::note);
      new Report()
          .add("snapshot", made.outcome().name().toLowerCase(Locale.ROOT))
          .add("tick", made.tick())
          .add("directory", store.resolve(made.directory()).toString())
          .add("hash_world", made.hashWorld())
          .print(console(), format());
    }
    return Exit.OK;
  }
}
