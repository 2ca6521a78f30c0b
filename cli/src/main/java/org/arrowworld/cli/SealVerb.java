// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.arrowworld.Store;
import org.arrowworld.log.LogPosition;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code aw seal}. */
@Command(
    name = "seal",
    description = {
      "Seal what a writer that ended left unsealed. Files of the log never change afterwards.",
      "Nothing happens where all is sealed."
    })
final class SealVerb extends ReadingVerb {
  @Parameters(paramLabel = "STORE", description = "The store's directory.")
  private Path store;

  @Override
  String purpose() {
    return "seal " + store;
  }

  @Override
  int execute() throws IOException {
    try (Store opened = open(store)) {
      opened.seal();
      LogPosition end = opened.log().end();
      new Report()
          .add("last_tick", end.tick())
          .add("rows", end.seq())
          .add("segments", opened.log().segments().size())
          .print(console(), format());
    }
    return Exit.OK;
  }
}
