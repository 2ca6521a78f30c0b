// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.nio.file.Path;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/** A command whose result is data. */
abstract class ReadingVerb extends Verb {
  @Option(names = "--json", description = "Write JSON.")
  private boolean json;

  /** Plain command lines with one path, and the options of every reading verb. */
  final QuickArguments quick(Consumer<Path> path) {
    return new QuickArguments()
        .path(path)
        .flag("--json", () -> json = true)
        .flag("--debug", this::wantTrace);
  }

  final Report.Format format() {
    return json ? Report.Format.JSON : Report.Format.TEXT;
  }
}
