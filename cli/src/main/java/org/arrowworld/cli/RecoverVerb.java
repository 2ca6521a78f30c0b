// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.arrowworld.Store;
import org.arrowworld.maintenance.StoreRecovery;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code aw recover}. */
@Command(
    name = "recover",
    description = {
      "Write a new store with the longest history of a damaged one that can be proven, and say",
      "what is lost. The damaged store is only read. Ticks and digest chain of what is saved",
      "stay the same. The new store is verified, and appears whole or not at all.",
      "",
      "The exit code is 0 if nothing is lost, 3 if something is, and 1, without a new store, if",
      "nothing can be read: neither store.json, nor the manifest of a snapshot, nor one batch",
      "of a log."
    })
final class RecoverVerb extends ReadingVerb {
  @Parameters(paramLabel = "STORE", description = "The damaged store's directory.")
  private Path store;

  @Option(names = "--out", required = true, paramLabel = "STORE2", description = "The new store.")
  private Path out;

  @Override
  String purpose() {
    return "recover " + store;
  }

  @Override
  int execute() throws IOException {
    StoreRecovery.Report result = Store.recover(store(store), out);
    Report report =
        new Report()
            .add("store", out.toString())
            .add("id", result.store().hex())
            .add("valid_to_tick", result.saved().tick())
            .add("rows", result.saved().seq())
            .add("rows_lost", result.rowsLost())
            .json("losses", result.losses());
    result.losses().forEach(loss -> report.line("lost", loss));
    report.print(console(), format());
    return result.isComplete() ? Exit.OK : Exit.DATA_LOSS;
  }
}
