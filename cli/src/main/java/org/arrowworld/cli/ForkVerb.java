// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.arrowworld.Store;
import org.arrowworld.internal.Text;
import org.arrowworld.maintenance.StoreFork;
import org.arrowworld.published.Location;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code aw fork}. */
@Command(
    name = "fork",
    description = {
      "Make a new store that goes on from a tick of another, which is only read. Ticks and digest",
      "chain continue; 'aw resume' runs it on, 'aw diff' compares it with its origin."
    })
final class ForkVerb extends ReadingVerb {
  @Parameters(
      paramLabel = "STORE",
      converter = LocationConverter.class,
      description = "The origin's directory, or its address if it was published.")
  private Location store;

  @Option(
      names = "--tick",
      required = true,
      paramLabel = "T",
      description = "The tick after whose state it begins.")
  private long tick;

  @Option(names = "--out", required = true, paramLabel = "STORE2", description = "The new store.")
  private Path out;

  @Override
  String purpose() {
    return "fork " + store;
  }

  @Override
  int execute() throws IOException {
    try (Store opened = open(store)) {
      StoreFork.Report result = opened.fork(tick, out);
      new Report()
          .add("store", out.toString())
          .add("id", result.store().hex())
          .add("tick", result.position().tick())
          .add("seq", result.position().seq())
          .add("chain", Text.of("%016x", result.position().chain()))
          .add("hash_world", result.hashWorld())
          .print(console(), format());
    }
    return Exit.OK;
  }
}
