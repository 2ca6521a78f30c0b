package org.arrowworld.cli;

import java.io.IOException;
import org.apache.arrow.memory.BufferAllocator;
import org.arrowworld.imports.NpyImport;
import org.arrowworld.imports.TableImportOptions;
import org.arrowworld.imports.TableImportResult;
import picocli.CommandLine.Command;

/** {@code aw import npy}. */
@Command(
    name = "npy",
    description = {
      "Make a store of a directory of .npy files, one per column, as a base at tick 0 or the tick in",
      "tick.npy. What is no column is kept in the store's unmapped/, and the exit code is 3."
    })
final class ImportNpyVerb extends ImportTablesVerb {
  @Override
  TableImportResult run(TableImportOptions options, BufferAllocator memory) throws IOException {
    return NpyImport.run(options, memory);
  }
}
