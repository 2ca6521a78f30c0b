// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.arrowworld.imports.Imports;
import org.arrowworld.imports.simlog.SimLogImportResult;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code aw import simlog}. */
@Command(
    name = "simlog",
    description = {
      "Make a record log of a directory that the Python simlog wrote. It holds chunk_NNNNNN.npz",
      "files and a _codebook.json. Without the codebook, what can be told is imported, with",
      "codes for words, and the exit code is 3. A damaged chunk is refused, and no store is",
      "left behind."
    })
final class ImportSimlogVerb extends ReadingVerb {
  @Parameters(paramLabel = "DIR", description = "The simlog directory.")
  private Path directory;

  @Option(names = "--out", required = true, paramLabel = "STORE", description = "The new store.")
  private Path out;

  @Override
  String purpose() {
    return "import " + directory;
  }

  @Override
  int execute() throws IOException {
    store(directory); // refuses what is no directory
    SimLogImportResult result = Imports.simlog(directory, out);
    Report report =
        new Report()
            .add("store", out.toString())
            .add("records", result.records())
            .add("values", result.values())
            .add("chunks", result.chunks())
            .json("findings", result.findings());
    result.findings().forEach(finding -> report.line("finding", finding));
    report.line("open it", Pyarrow.log(out)).json("pyarrow", Pyarrow.log(out));
    report.print(console(), format());
    return result.complete() ? Exit.OK : Exit.DATA_LOSS;
  }
}
