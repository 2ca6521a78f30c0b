// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.arrowworld.ecosystem.EcosystemRun;
import org.arrowworld.ecosystem.Preset;
import org.arrowworld.ecosystem.RunOptions;
import org.arrowworld.ecosystem.RunResult;
import org.arrowworld.export.OutputDirectory;
import org.arrowworld.export.OutputDirectory.Existing;
import org.arrowworld.internal.Text;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code aw run}. */
@Command(
    name = "run",
    description = {
      "Run the reference simulation into a new store. Ctrl-C and SIGTERM end the tick, commit and",
      "seal; aw resume goes on from there."
    })
final class RunVerb extends ReadingVerb {
  @Option(names = "--out", required = true, paramLabel = "STORE", description = "The new store.")
  private Path out;

  @Option(
      names = "--preset",
      paramLabel = "P",
      description =
          "tiny (1,000 creatures), small (10,000) or crowded (1,000,000); default ${DEFAULT-VALUE}.")
  private String preset = "tiny";

  @Option(
      names = "--ticks",
      paramLabel = "N",
      description = "Ticks to commit after tick 0; default ${DEFAULT-VALUE}.")
  private long ticks = 1000;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "The seed of all that is random; default ${DEFAULT-VALUE}.")
  private long seed = 1;

  @Mixin private RunSettings settings;

  @Option(names = "--replace", description = "Replace the store at --out.")
  private boolean replace;

  @Override
  String purpose() {
    return "run";
  }

  @Override
  int execute() throws IOException {
    RunOptions options =
        settings.options().withPreset(Preset.named(preset)).withSeed(seed).withTicks(ticks);
    try (EcosystemRun run = begin(options)) {
      RunResult result = Running.run(run, ticks, console());
      RunResultReport.of(out, result).print(console(), format());
      if (result.stopped()) {
        console()
            .note(
                Text.of(
                    "stopped after tick %d, sealed; aw resume %s --ticks %d goes on",
                    result.lastTick(), out, ticks - result.ticks()));
      }
    }
    return Exit.OK;
  }

  /** In the place of another store it appears with its first tick, so that one is always there. */
  private EcosystemRun begin(RunOptions options) throws IOException {
    Existing existing = replace ? Existing.REPLACE : Existing.REFUSE;
    OutputDirectory.repair(out);
    OutputDirectory.check(out, existing);
    if (Files.notExists(out, LinkOption.NOFOLLOW_LINKS)) {
      return EcosystemRun.create(out, options);
    }
    try (OutputDirectory target = OutputDirectory.begin(out, existing)) {
      EcosystemRun.create(target.directory(), options).close();
      target.commit();
    }
    return EcosystemRun.resume(out, options);
  }
}
