// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.io.IOException;
import org.arrowworld.Store;
import org.arrowworld.published.Location;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.timeline.Verifier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code aw verify}. */
@Command(
    name = "verify",
    description = {
      "Prove a store: checksums, footers, the digest chain, and every snapshot against replay.",
      "The exit code is 1 if anything is damaged. A log that was cut exactly after a commit is",
      "a valid shorter log: the result says to which tick the store is valid, not that it is",
      "whole."
    })
final class VerifyVerb extends ReadingVerb {
  @Parameters(
      paramLabel = "STORE",
      converter = LocationConverter.class,
      description = "The store's directory, or the address of a published store.")
  private Location store;

  @Option(
      names = "--deep",
      description = "Also replay 50 ticks from the base and from the nearest snapshot.")
  private boolean deep;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "Which ticks --deep takes; default ${DEFAULT-VALUE}.")
  private long seed = 1;

  @Override
  String purpose() {
    return "verify the store";
  }

  @Override
  int execute() throws IOException {
    Storage storage = store(store);
    StoreInfo.read(storage);
    Verifier.Report found;
    try (ScanBar bar = new ScanBar(console(), "verify")) {
      Verifier.Depth depth = deep ? Verifier.Depth.DEEP : Verifier.Depth.STANDARD;
      found = Store.verify(storage, new Verifier.Options(depth, seed, bar));
    }
    Report report =
        new Report()
            .json("sound", found.isSound())
            .json("findings", found.findings())
            .json("notes", found.notes());
    found.findings().forEach(finding -> report.line("damage", finding));
    found.notes().forEach(note -> report.line("note", note));
    report
        .add("rows", found.rows())
        .add("snapshots", found.snapshots())
        .json("sampled_ticks", found.sampledTicks());
    if (deep) {
      report.line("ticks replayed twice", found.sampledTicks().size() + ", seed " + seed);
    }
    report.json("valid_to_tick", found.validToTick());
    report.line("result", result(found));
    report.print(console(), format());
    return found.isSound() ? Exit.OK : Exit.FAILURE;
  }

  private static String result(Verifier.Report found) {
    String valid =
        found.validToTick() < 0 ? "no committed tick" : "valid to tick " + found.validToTick();
    return found.isSound() ? valid : "DAMAGED; the log reads as " + valid;
  }
}
