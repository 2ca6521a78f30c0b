// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.MemoryFullException;
import org.arrowworld.export.internal.ImportMemory;
import org.arrowworld.export.internal.Workers;
import org.arrowworld.export.parquet.InputColumn;
import org.arrowworld.export.parquet.ParquetInput;
import org.arrowworld.export.parquet.UnfitValueException;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.storage.AbsolutePath;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.Storage;

/**
 * A Parquet file as a table of a store (spec T-30 to T-34); archives are {@link
 * ParquetArchiveImport}'s. Column by column, as many at a time as there are threads: their pages
 * are in memory beside the table.
 */
final class ParquetImport {
  private ParquetImport() {}

  /**
   * Imports a file. If it fails, no store is left behind.
   *
   * @throws DamagedFileException if it is cut or damaged, as far as its checksums let that be seen
   * @throws MemoryFullException if it is more than the heap holds
   */
  static TableImportResult run(TableImportOptions options) throws IOException {
    return ImportMemory.guard(options.source(), () -> read(options));
  }

  private static TableImportResult read(TableImportOptions options) throws IOException {
    options.checkOut();
    Path path = AbsolutePath.of(options.source());
    if (Files.isDirectory(path)) {
      throw new InvalidUseException(
          Text.of(
              "Cannot import %s: it is a directory without a manifest.json of an archive; name one of its files",
              options.source()));
    }
    Storage storage = new DiskStorage(path.getParent());
    String name = path.getFileName().toString();
    Findings findings = new Findings();
    ForeignTable table;
    try (ParquetInput input = ParquetInput.open(storage, name)) {
      table = read(input, options, findings);
    }
    BaseStore.Found found = new BaseStore.Found("parquet", 0, 1, List.of(table));
    return BaseStore.write(
        options, found, findings, (names, store) -> BaseStore.keepFile(storage, name, store));
  }

  static ForeignTable read(ParquetInput input, TableImportOptions options, Findings findings)
      throws IOException {
    if (input.unreadable().isPresent()) {
      throw new InvalidUseException(
          Text.of(
              "Cannot import %s: no column of it can be read; %s",
              input.path(), input.unreadable().get()));
    }
    List<ForeignColumn> columns = new ArrayList<>();
    try (Workers workers = new Workers("parquet-reader")) {
      List<Future<Found>> found = new ArrayList<>();
      for (InputColumn column : input.columns()) {
        Optional<ColumnType> asked =
            options.columns().of(column.name()).flatMap(ColumnMapping.Entry::type);
        found.add(workers.submit(() -> read(input, column, column.reading(asked))));
      }
      for (Future<Found> one : found) {
        Found column = Workers.await(one);
        column.values.ifPresent(columns::add);
        column.why.ifPresent(why -> findings.unmapped(column.name, why));
      }
    }
    return new ForeignTable(options.tableName(), ParquetColumns.rows(input), columns);
  }

  /**
   * What became of a column.
   *
   * @param values empty if it is no column
   * @param why it is none
   */
  private record Found(String name, Optional<ForeignColumn> values, Optional<String> why) {}

  private static Found read(
      ParquetInput input, InputColumn column, Optional<InputColumn.Reading> reading)
      throws IOException {
    String name = column.name();
    if (reading.isEmpty()) {
      return new Found(name, Optional.empty(), Optional.of(column.foreign()));
    }
    try {
      ForeignColumn values = ParquetColumns.read(input, column, reading.get());
      return new Found(name, Optional.of(values), Optional.empty());
    } catch (UnfitValueException e) {
      return new Found(name, Optional.empty(), Optional.of(e.getMessage()));
    }
  }
}
