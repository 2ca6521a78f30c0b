package org.arrowworld.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.arrowworld.ecosystem.EcosystemRun;
import org.arrowworld.ecosystem.RunOptions;
import org.arrowworld.ecosystem.RunResult;
import org.arrowworld.log.Durability;
import org.arrowworld.storage.BufferCompression;
import picocli.CommandLine.Command;
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

  @Option(
      names = "--snapshot-every",
      paramLabel = "N",
      description = "A snapshot at each multiple of N ticks; default: none.")
  private long snapshotEvery;

  @Option(
      names = "--durability",
      paramLabel = "D",
      converter = DurabilityConverter.class,
      description = "commit (default), interval:MS or none.")
  private Durability durability = Durability.COMMIT;

  @Option(
      names = "--compress",
      paramLabel = "C",
      converter = CompressionConverter.class,
      description = "How sealed segments are compressed: none (default), zstd or zstd:LEVEL.")
  private BufferCompression compression = BufferCompression.NONE;

  @Override
  String purpose() {
    return "resume";
  }

  @Override
  int execute() throws IOException {
    store(store);
    RunOptions options =
        RunOptions.DEFAULT
            .withTicks(ticks)
            .withSnapshotEveryTicks(snapshotEvery)
            .withDurability(durability)
            .withSealing(compression);
    try (EcosystemRun run = EcosystemRun.resume(store, options)) {
      RunResult result = Running.run(run, ticks, console());
      RunResultReport.of(store, result).print(console(), format());
      if (result.stopped()) {
        console()
            .note(
                "stopped after tick %d, sealed; aw resume %s --ticks %d goes on"
                    .formatted(result.lastTick(), store, ticks - result.ticks()));
      }
    }
    return Exit.OK;
  }
}
