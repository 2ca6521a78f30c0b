package org.arrowworld.cli;

import picocli.CommandLine.Option;

/** A command whose result is data. */
abstract class ReadingVerb extends Verb {
  @Option(names = "--json", description = "Write JSON.")
  private boolean json;

  final Report.Format format() {
    return json ? Report.Format.JSON : Report.Format.TEXT;
  }
}
