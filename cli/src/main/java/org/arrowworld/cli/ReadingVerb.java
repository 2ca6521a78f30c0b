// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.util.function.Consumer;
import org.arrowworld.published.Location;
import picocli.CommandLine.Option;

/** A command whose result is data. */
abstract class ReadingVerb extends Verb {
  @Option(names = "--json", description = "Write JSON.")
  private boolean json;

  /** Plain command lines with one location, and the options of every reading verb. */
  final QuickArguments quick(Consumer<Location> location) {
    return new QuickArguments()
        .location(location)
        .flag("--json", () -> json = true)
        .flag("--debug", this::wantTrace);
  }

  final Report.Format format() {
    return json ? Report.Format.JSON : Report.Format.TEXT;
  }
}
