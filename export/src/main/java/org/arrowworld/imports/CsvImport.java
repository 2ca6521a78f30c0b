// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.export.internal.ImportMemory;
import org.arrowworld.imports.csv.CsvColumn;
import org.arrowworld.imports.csv.CsvTable;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.storage.AbsolutePath;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.Storage;

/** Tables as comma-separated text (RFC 4180, UTF-8, one header line), made stores (spec T-10). */
final class CsvImport {
  private CsvImport() {}

  /**
   * Imports a file. If it fails, no store is left behind.
   *
   * @throws DamagedFileException naming the line that is malformed
   */
  static TableImportResult run(TableImportOptions options) throws IOException {
    return ImportMemory.guard(options.source(), () -> read(options));
  }

  private static TableImportResult read(TableImportOptions options) throws IOException {
    options.checkOut();
    ForeignTable table = table(read(options, CsvTable.Lines.DROPPED), options.tableName());
    BaseStore.Found found = new BaseStore.Found("csv", 0, 1, List.of(table));
    return BaseStore.write(
        options, found, new Findings(), (names, store) -> keep(options.source(), store));
  }

  /** The file's columns. */
  static CsvTable read(TableImportOptions options, CsvTable.Lines lines) throws IOException {
    return read(options, lines, CsvColumn.Empty.TEXT);
  }

  /** The file's columns, in which an empty field is what is said. */
  static CsvTable read(TableImportOptions options, CsvTable.Lines lines, CsvColumn.Empty empty)
      throws IOException {
    return CsvTable.read(
        options.source(),
        options.text(),
        title -> said(options.columns(), title, empty),
        MappedTable.MAX_COLUMNS,
        lines);
  }

  /** The file's columns with the lines of rows; no value where a type of numbers is said (T-51). */
  static CsvTable readHistory(TableImportOptions options) throws IOException {
    return CsvTable.read(
        options.source(),
        options.text(),
        title -> {
          boolean numbers =
              options
                  .columns()
                  .of(title)
                  .flatMap(ColumnMapping.Entry::type)
                  .filter(type -> type != ColumnType.STRING)
                  .isPresent();
          return said(
              options.columns(), title, numbers ? CsvColumn.Empty.NULL : CsvColumn.Empty.TEXT);
        },
        MappedTable.MAX_COLUMNS,
        CsvTable.Lines.KEPT);
  }

  private static CsvTable.Said said(ColumnMapping mapping, String title, CsvColumn.Empty empty) {
    Optional<ColumnMapping.Entry> entry = mapping.of(title);
    boolean empties = entry.flatMap(ColumnMapping.Entry::nullValue).isPresent();
    return new CsvTable.Said(
        entry.flatMap(ColumnMapping.Entry::type), empties ? CsvColumn.Empty.NULL : empty);
  }

  static ForeignTable table(CsvTable found, String name) {
    List<ForeignColumn> columns = new ArrayList<>();
    for (CsvColumn column : found.columns()) {
      columns.add(
          new ForeignColumn(
              column.name(), column.type(), column.data(), column.nulls(), column.words()));
    }
    return new ForeignTable(name, found.rows(), columns);
  }

  private static void keep(Path source, Storage store) throws IOException {
    Path absolute = AbsolutePath.of(source);
    BaseStore.keepFile(
        new DiskStorage(absolute.getParent()), absolute.getFileName().toString(), store);
  }
}
