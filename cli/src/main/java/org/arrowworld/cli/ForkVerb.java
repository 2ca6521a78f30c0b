package org.arrowworld.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.export.OutputDirectory;
import org.arrowworld.export.OutputDirectory.Existing;
import org.arrowworld.internal.Text;
import org.arrowworld.maintenance.StoreFork;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.Storage;
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
  @Parameters(paramLabel = "STORE", description = "The origin's directory.")
  private Path store;

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
    if (Files.exists(out)) {
      throw new InvalidUseException(Text.of("Cannot write %s: it exists already", out));
    }
    Storage source = store(store);
    try (OutputDirectory target = OutputDirectory.begin(out, Existing.REFUSE);
        BufferAllocator memory = new RootAllocator()) {
      StoreFork.Report result =
          StoreFork.at(source, tick, new DiskStorage(target.directory()), memory);
      target.commit();
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
