// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.export.internal.ImportMemory;
import org.arrowworld.imports.arrow.ArrowColumn;
import org.arrowworld.imports.arrow.ArrowColumns;
import org.arrowworld.imports.arrow.ArrowFile;
import org.arrowworld.imports.values.Budget;
import org.arrowworld.internal.Text;
import org.arrowworld.storage.AbsolutePath;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.Storage;

/** Arrow IPC files and streams as stores (spec T-20 to T-22). */
final class ArrowImport {
  private ArrowImport() {}

  /**
   * Imports a file. If it fails, no store is left behind.
   *
   * @throws DamagedFileException if it is cut or damaged, as far as Arrow's format lets that be
   *     seen
   */
  static TableImportResult run(TableImportOptions options) throws IOException {
    return ImportMemory.guard(options.source(), () -> read(options));
  }

  private static TableImportResult read(TableImportOptions options) throws IOException {
    options.checkOut();
    Path path = AbsolutePath.of(options.source());
    Storage storage = new DiskStorage(path.getParent());
    String name = path.getFileName().toString();
    Findings findings = new Findings();
    ForeignTable table = table(storage, name, options, findings);
    BaseStore.Found found = new BaseStore.Found("arrow", 0, 1, List.of(table));
    return BaseStore.write(
        options, found, findings, (names, store) -> BaseStore.keepFile(storage, name, store));
  }

  /** The file's table. */
  static ForeignTable table(
      Storage storage, String name, TableImportOptions options, Findings findings)
      throws IOException {
    ArrowColumns found;
    try (ArrowFile file = ArrowFile.open(storage, name)) {
      MappedTable.requireFew(options.tableName(), file.columns().size());
      Budget budget = new Budget(name, file.sizeBytes());
      found =
          ArrowColumns.read(
              file,
              column -> options.columns().of(column).flatMap(ColumnMapping.Entry::type),
              budget);
    }
    List<ForeignColumn> columns = new ArrayList<>();
    for (ArrowColumn column : found.columns()) {
      if (column.foreign().isPresent()) {
        findings.unmapped(column.name(), column.foreign().get());
        continue;
      }
      column
          .extension()
          .ifPresent(
              extension ->
                  findings.note(
                      Text.of(
                          "column '%s' is of the extension type %s; it was taken as what it is stored as, %s",
                          column.name(), extension, column.type().get().label())));
      columns.add(
          new ForeignColumn(
              column.name(),
              column.type().get(),
              column.data(),
              column.nulls(),
              column.words(),
              column.unit(),
              column.doc()));
    }
    return new ForeignTable(options.tableName(), found.rows(), columns);
  }
}
