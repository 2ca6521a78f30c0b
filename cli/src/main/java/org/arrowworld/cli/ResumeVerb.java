// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.arrowworld.ecosystem.EcosystemRun;
import org.arrowworld.ecosystem.RunOptions;
import org.arrowworld.ecosystem.RunResult;
import org.arrowworld.internal.Text;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code aw resume}. */
@Command(
    name = "resume",
    description = {
      "Go on with a run after its last committed tick, with its own preset and seed. The result is",
      "bit for bit that of a run that never paused."
    })
final class ResumeVerb extends ReadingVerb {
  @Parameters(paramLabel = "STORE", description = "The store's directory.")
  private Path store;

  @Option(
      names = "--ticks",
      required = true,
      paramLabel = "N",
      description = "Further ticks to commit.")
  private long ticks;

  @Mixin private RunSettings settings;

  @Override
  String purpose() {
    return "resume";
  }

  @Override
  int execute() throws IOException {
    store(store);
    RunOptions options = settings.options().withTicks(ticks);
    try (EcosystemRun run = EcosystemRun.resume(store, options)) {
      RunResult result = Running.run(run, ticks, console());
      RunResultReport.of(store, result).print(console(), format());
      if (result.stopped()) {
        console()
            .note(
                Text.of(
                    "stopped after tick %d, sealed; aw resume %s --ticks %d goes on",
                    result.lastTick(), store, ticks - result.ticks()));
      }
    }
    return Exit.OK;
  }
}
