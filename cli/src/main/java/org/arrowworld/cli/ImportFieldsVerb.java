// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.arrowworld.export.OutputDirectory;
import org.arrowworld.field.FieldImport;
import org.arrowworld.storage.DiskStorage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code aw import fields}. */
@Command(
    name = "fields",
    description = {
      "Take over a directory of gridded fields that another solver wrote, byte for byte. It",
      "holds metadata.json, times.npy and an array per field. A run that is cut, or longer than",
      "it says, is refused. Other files are kept in unmapped/, and the exit code is 3."
    })
final class ImportFieldsVerb extends ReadingVerb {
  @Parameters(paramLabel = "DIR", description = "The run's directory.")
  private Path directory;

  @Option(names = "--out", required = true, paramLabel = "DIR2", description = "The new run.")
  private Path out;

  @Override
  String purpose() {
    return "import " + directory;
  }

  @Override
  int execute() throws IOException {
    OutputDirectory.check(out, OutputDirectory.Existing.REFUSE);
    FieldImport.Result result;
    try (OutputDirectory target = OutputDirectory.begin(out, OutputDirectory.Existing.REFUSE)) {
      result = FieldImport.run(store(directory), "", new DiskStorage(target.directory()));
      target.commit();
    }
    Report report =
        new Report()
            .add("run", out.toString())
            .add("snapshots", result.snapshots())
            .add("arrays", result.arrays(), String.join(", ", result.arrays()))
            .json("unmapped", result.unmapped());
    result.unmapped().forEach(name -> report.line("unmapped", name));
    report.print(console(), format());
    return result.unmapped().isEmpty() ? Exit.OK : Exit.DATA_LOSS;
  }
}
