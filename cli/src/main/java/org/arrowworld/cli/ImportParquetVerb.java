// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.io.IOException;
import org.arrowworld.imports.ImportFormat;
import org.arrowworld.imports.Imports;
import org.arrowworld.imports.ParquetArchiveImport;
import org.arrowworld.imports.TableImportOptions;
import org.arrowworld.internal.Text;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code aw import parquet}. */
@Command(
    name = "parquet",
    description = {
      "Make a store of a Parquet file, or of an archive that aw export --to parquet made. A",
      "file becomes a table at tick 0. A column of another type than a table can have, or with",
      "nulls that --columns names no value for, is reported; then the file is kept in the",
      "store's unmapped/, and the exit code is 3.",
      "",
      "An archive comes back as its log, with the digest chain and the world's hash proven. If",
      "the log does not begin where its store did, its tables come back, as a base at their",
      "tick, and the exit code is 3 if there was a log."
    })
final class ImportParquetVerb extends ImportTablesVerb {
  @Mixin private HistoryFlags history;

  @Override
  ImportFormat kind() {
    return ImportFormat.PARQUET;
  }

  @Override
  int execute() throws IOException {
    if (history.isAsked()) {
      return history(history);
    }
    TableImportOptions options = options();
    if (!Imports.isParquetArchive(options.source())) {
      return super.execute();
    }
    ParquetArchiveImport.Result result = Imports.parquetArchive(options);
    Report report =
        new Report()
            .add("store", options.out().toString())
            .add("rows", result.rows())
            .add("last_tick", result.tick())
            .add("chain", Text.of("%016x", result.end().chain()));
    result.hashWorld().ifPresent(hash -> report.add("hash", hash));
    report.json("lost", result.lost());
    result.lost().forEach(what -> report.line("lost", what));
    report.print(console(), format());
    return result.lost().isEmpty() ? Exit.OK : Exit.DATA_LOSS;
  }
}
