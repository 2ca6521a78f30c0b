// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.io.IOException;
import org.arrowworld.imports.ImportFormat;
import org.arrowworld.imports.csv.CsvFormat;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code aw import csv}. */
@Command(
    name = "csv",
    description = {
      "Make a store of a CSV file, as a base at tick 0. The file is RFC 4180 in UTF-8, with one",
      "header line, gzip or not. A column is i64, u64, f64 or bool if every field is one, else",
      "string; --columns says otherwise. A malformed line is refused by its number, and no",
      "store is left behind."
    })
final class ImportCsvVerb extends ImportTablesVerb {
  @Mixin private HistoryFlags history;

  @Override
  int execute() throws IOException {
    return history.isAsked() ? history(history) : super.execute();
  }

  @Mixin private TextOptions text;

  @Override
  CsvFormat text() {
    return text.format();
  }

  @Override
  ImportFormat kind() {
    return ImportFormat.CSV;
  }
}
