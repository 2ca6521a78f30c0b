package org.arrowworld.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.export.OutputDirectory;
import org.arrowworld.export.OutputDirectory.Existing;
import org.arrowworld.internal.Text;
import org.arrowworld.maintenance.StoreRecovery;
import org.arrowworld.storage.DiskStorage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code aw recover}. */
@Command(
    name = "recover",
    description = {
      "Write a new store with the longest history of a damaged one that can be proven, and say what",
      "is lost. The damaged store is only read; ticks and digest chain of what is saved stay the",
      "same, and the new store is verified; it appears whole or not at all. Exits 0 if nothing is",
      "lost, 3 if something is."
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
    if (Files.exists(out)) {
      throw new InvalidUseException(Text.of("Cannot write %s: it exists already", out));
    }
    DiskStorage source = store(store);
    StoreRecovery.Report result;
    try (OutputDirectory target = OutputDirectory.begin(out, Existing.REFUSE);
        BufferAllocator memory = new RootAllocator()) {
      result = StoreRecovery.run(source, new DiskStorage(target.directory()), memory);
      if (!result.verification().isSound()) {
        throw new DamagedFileException(
            out.toString(), -1, "the new store is not sound: " + result.verification().findings());
      }
      target.commit();
    }
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
