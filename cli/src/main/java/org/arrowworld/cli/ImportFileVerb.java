// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.nio.file.Path;
import java.util.Optional;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.export.OutputDirectory.Existing;
import org.arrowworld.imports.ColumnMapping;
import org.arrowworld.imports.TableImportOptions;
import org.arrowworld.imports.csv.CsvFormat;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Imports of one file or directory of tables. */
abstract class ImportFileVerb extends ReadingVerb {
  @Parameters(paramLabel = "PATH", description = "What to import.")
  private Path source;

  @Option(
      names = "--columns",
      paramLabel = "NEW=OLD[:TYPE][?VALUE],...",
      description =
          "Names and types of columns; others keep theirs. NEW is id or gen for what identifies a row, "
              + "_ to leave a column out; TYPE is u8 ... f64, bool or string; VALUE stands for nulls.")
  private String columns;

  @Option(names = "--out", required = true, paramLabel = "STORE", description = "The new store.")
  private Path out;

  @Option(names = "--table", paramLabel = "N", description = "The table; default: the file's stem.")
  private String table;

  @Option(names = "--replace", description = "Replace what is at --out.")
  private boolean replace;

  @Override
  final String purpose() {
    return "import " + source;
  }

  final TableImportOptions options() {
    ColumnMapping mapping = ColumnMapping.NONE;
    if (columns != null) {
      try {
        mapping = ColumnMapping.parse(columns);
      } catch (InvalidUseException e) {
        throw new UsageException(e.getMessage());
      }
    }
    return new TableImportOptions(
        source,
        out,
        replace ? Existing.REPLACE : Existing.REFUSE,
        Optional.ofNullable(table),
        mapping,
        text());
  }

  /** What is said about the text of the file. */
  CsvFormat text() {
    return CsvFormat.DEFAULT;
  }
}
