package org.arrowworld.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.export.OutputDirectory.Existing;
import org.arrowworld.imports.ColumnMapping;
import org.arrowworld.imports.HistoryImport;
import org.arrowworld.imports.TableImportOptions;
import org.arrowworld.imports.TableImportResult;
import org.arrowworld.imports.csv.CsvFormat;
import org.arrowworld.internal.Text;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Imports of tables without a history. */
abstract class ImportTablesVerb extends ReadingVerb {
  @Parameters(paramLabel = "PATH", description = "What to import.")
  private Path source;

  @Option(
      names = "--columns",
      paramLabel = "NEW=OLD[:TYPE][?VALUE],...",
      description = {
        "Names and types of columns; others keep theirs. NEW is id or gen for what identifies a row,",
        "_ to leave a column out; TYPE is u8 ... f64, bool or string; VALUE stands for nulls."
      })
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

  /** Imports; tells what was brought in. */
  abstract TableImportResult run(TableImportOptions options, BufferAllocator memory)
      throws IOException;

  /** A table as a history, if it is asked for. */
  final int history(HistoryImport.Format kind, HistoryFlags flags) throws IOException {
    HistoryImport.Result result;
    try (BufferAllocator memory = new RootAllocator()) {
      result = HistoryImport.run(kind, options(), flags.options(), memory);
    }
    Report report =
        new Report()
            .add("store", out.toString())
            .add("table", result.table())
            .add("rows", result.rows())
            .add("ticks", result.ticks())
            .add("first_tick", result.firstTick())
            .add("last_tick", result.lastTick())
            .add("births", result.births())
            .json("renamed", result.renamed())
            .json("units", result.units())
            .json("unmapped", result.unmapped());
    result.renamed().forEach(text -> report.line("renamed", text));
    result.units().forEach((column, unit) -> report.line("unit", column + ": " + unit));
    result.unmapped().forEach((name, why) -> report.line("unmapped", name + ": " + why));
    report.print(console(), format());
    return result.unmapped().isEmpty() ? Exit.OK : Exit.DATA_LOSS;
  }

  @Override
  int execute() throws IOException {
    TableImportResult result;
    try (BufferAllocator memory = new RootAllocator()) {
      result = run(options(), memory);
    }
    Report report =
        new Report()
            .add("store", out.toString())
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
      report.line("", "what is unmapped is kept in " + out.resolve("unmapped"));
    }
    report.print(console(), format());
    return result.isComplete() ? Exit.OK : Exit.DATA_LOSS;
  }
}
