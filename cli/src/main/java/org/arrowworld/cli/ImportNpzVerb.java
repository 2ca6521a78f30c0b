// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.io.IOException;
import org.arrowworld.imports.ImportFormat;
import org.arrowworld.imports.Imports;
import org.arrowworld.imports.LogNpzImport;
import org.arrowworld.imports.TableImportOptions;
import org.arrowworld.internal.Text;
import picocli.CommandLine.Command;

/** {@code aw import npz}. */
@Command(
    name = "npz",
    description = {
      "Make a store of a NumPy archive: a log that aw exported, or tables. The digest chain of",
      "a log is proven; tables become a base at the tick in the archive, or 0. What cannot be a",
      "column is kept in the store's unmapped/, and the exit code is 3."
    })
final class ImportNpzVerb extends ImportTablesVerb {
  @Override
  ImportFormat kind() {
    return ImportFormat.NPZ;
  }

  @Override
  int execute() throws IOException {
    TableImportOptions options = options();
    if (!Imports.isLogArchive(options.source())) {
      return super.execute();
    }
    LogNpzImport.Result result = Imports.logArchive(options);
    new Report()
        .add("store", options.out().toString())
        .add("rows", result.rows())
        .add("last_tick", result.end().tick())
        .add("chain", Text.of("%016x", result.end().chain()))
        .print(console(), format());
    return Exit.OK;
  }
}
