package org.arrowworld.cli;

import java.io.IOException;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.imports.HistoryImport;
import org.arrowworld.imports.ParquetArchiveImport;
import org.arrowworld.imports.ParquetImport;
import org.arrowworld.imports.TableImportOptions;
import org.arrowworld.imports.TableImportResult;
import org.arrowworld.internal.Text;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code aw import parquet}. */
@Command(
    name = "parquet",
    description = {
      "Make a store of an archive that aw export --to parquet made: of its log, with the digest chain",
      "and the world's hash proven, or, if the log does not begin where its store did, of its tables,",
      "as a base at their tick; then the exit code is 3 if there was a log.",
      "",
      "Or of one Parquet file of anyone's, as a table at tick 0. A column of another type than a table",
      "can have, or with nulls that --columns names no value for, is reported, the file is kept in the",
      "store's unmapped/, and the exit code is 3."
    })
final class ImportParquetVerb extends ImportTablesVerb {
  @Mixin private HistoryFlags history;

  @Override
  TableImportResult run(TableImportOptions options, BufferAllocator memory) throws IOException {
    return ParquetImport.run(options, memory);
  }

  @Override
  int execute() throws IOException {
    if (history.isAsked()) {
      return history(HistoryImport.Format.PARQUET, history);
    }
    TableImportOptions options = options();
    if (!ParquetArchiveImport.isArchive(options.source())) {
      return super.execute();
    }
    ParquetArchiveImport.Result result;
    try (BufferAllocator memory = new RootAllocator()) {
      result = ParquetArchiveImport.run(options, memory);
    }
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
