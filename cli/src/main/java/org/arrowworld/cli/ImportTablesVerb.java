// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.io.IOException;
import org.arrowworld.imports.HistoryImportResult;
import org.arrowworld.imports.ImportFormat;
import org.arrowworld.imports.Imports;
import org.arrowworld.imports.TableImportResult;
import org.arrowworld.internal.Text;

/** Imports of tables without a history. */
abstract class ImportTablesVerb extends ImportFileVerb {
  /** What is imported. */
  abstract ImportFormat kind();

  /** A table as a history, if it is asked for. */
  final int history(HistoryFlags flags) throws IOException {
    HistoryImportResult result = Imports.history(kind(), options(), flags.options());
    Report report =
        HistoryReport.of(options().out(), result)
            .json("renamed", result.renamed())
            .json("unmapped", result.unmapped());
    result.renamed().forEach(text -> report.line("renamed", text));
    result.unmapped().forEach((name, why) -> report.line("unmapped", name + ": " + why));
    report.print(console(), format());
    return result.unmapped().isEmpty() ? Exit.OK : Exit.DATA_LOSS;
  }

  @Override
  int execute() throws IOException {
    TableImportResult result = Imports.table(kind(), options());
    Report report =
        new Report()
            .add("store", options().out().toString())
            .add("tick", result.tick())
            .add("schema", result.schemaVersion())
            .json("tables", result.rows());
    result.rows().forEach((name, rows) -> report.line("table", name + ", " + rows + " rows"));
    report
        .add("hash", result.hashWorld())
        .json("renamed", result.renamed())
        .json("left_out", result.leftOut())
        .json("notes", result.notes())
        .json("units", result.units())
        .json("unmapped", result.unmapped());
    result.renamed().forEach(text -> report.line("renamed", text));
    result.leftOut().forEach(text -> report.line("left out", text));
    result.notes().forEach(text -> report.line("note", text));
    result.units().forEach((column, unit) -> report.line("unit", column + ": " + unit));
    result.unmapped().forEach((name, why) -> report.line("unmapped", Text.of("%s: %s", name, why)));
    if (!result.isComplete()) {
      report.line("", "what is unmapped is kept in " + options().out().resolve("unmapped"));
    }
    report.print(console(), format());
    return result.isComplete() ? Exit.OK : Exit.DATA_LOSS;
  }
}
