// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.io.IOException;
import org.arrowworld.imports.Imports;
import org.arrowworld.imports.RecordImportResult;
import org.arrowworld.imports.TableImportOptions;
import org.arrowworld.imports.csv.CsvFormat;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code aw import records}. */
@Command(
    name = "records",
    description = {
      "Make a record log of a CSV, Parquet or Arrow file: each row is a record, in order. A",
      "null, or an empty CSV field, is left out. Integers stay integers, floats floats. A",
      "column of a type that a record cannot have is reported; then the file is kept in",
      "unmapped/, and the exit code is 3."
    })
final class ImportRecordsVerb extends ImportFileVerb {
  @Mixin private TextOptions text;

  @Override
  CsvFormat text() {
    return text.format();
  }

  @Override
  int execute() throws IOException {
    TableImportOptions options = options();
    RecordImportResult result = Imports.records(options);
    Report report =
        new Report()
            .add("store", options.out().toString())
            .add("records", result.records())
            .add("values", result.values())
            .add("fields", result.fields(), String.join(" ", result.fields()))
            .json("notes", result.notes())
            .json("unmapped", result.unmapped());
    result.notes().forEach(note -> report.line("note", note));
    result.unmapped().forEach((name, why) -> report.line("unmapped", name + ": " + why));
    report
        .line("open it", Pyarrow.log(options.out()))
        .json("pyarrow", Pyarrow.log(options.out()))
        .print(console(), format());
    return result.unmapped().isEmpty() ? Exit.OK : Exit.DATA_LOSS;
  }
}
