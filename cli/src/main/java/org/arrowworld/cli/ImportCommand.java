// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The parent of the kinds of imports. */
@Command(
    description = {
      "Make a store of other data: tables, histories, records, trajectories or fields."
    },
    synopsisSubcommandLabel = "KIND",
    subcommands = {})
final class ImportCommand implements Runnable {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help and exit.")
  private boolean unusedHelp;

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Cannot import without a KIND");
  }
}
