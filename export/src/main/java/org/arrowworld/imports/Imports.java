// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.MemoryFullException;
import org.arrowworld.export.internal.ImportMemory;
import org.arrowworld.imports.simlog.SimLogImport;
import org.arrowworld.imports.simlog.SimLogImportResult;
import org.arrowworld.internal.Text;

/**
 * Everything that comes in: tables, histories, records, and archives that arrow-world wrote (spec
 * docs/spec/import.md). A store appears whole or not at all; the source is only read. What becomes
 * no column is reported and kept in the store's {@code unmapped/}.
 *
 * <p>All of them throw {@link DamagedFileException} if a file is cut or damaged, {@link
 * InvalidUseException} if it is not what was asked for, and {@link MemoryFullException} if it is
 * more than the heap holds. Any thread.
 */
public final class Imports {
  private Imports() {}

  /** A table without a history, as a store with one snapshot. */
  public static TableImportResult table(ImportFormat format, TableImportOptions options)
      throws IOException {
    return switch (format) {
      case ARROW -> ArrowImport.run(options);
      case CSV -> CsvImport.run(options);
      case NPY -> NpyImport.run(options);
      case NPZ -> NpzImport.run(options);
      case PARQUET -> ParquetImport.run(options);
      case TRAJECTORIES ->
          throw new InvalidUseException(
              Text.of("Cannot import %s as a table: trajectories are a history", options.source()));
    };
  }

  /** A table with an entity and a time as a store with a history. */
  public static HistoryImportResult history(
      ImportFormat format, TableImportOptions options, HistoryOptions history) throws IOException {
    try (BufferAllocator allocator = new RootAllocator()) {
      return history(format, options, history, allocator);
    }
  }

  /** A table with an entity and a time as a store with a history. */
  public static HistoryImportResult history(
      ImportFormat format,
      TableImportOptions options,
      HistoryOptions history,
      BufferAllocator allocator)
      throws IOException {
    if (format == ImportFormat.NPY || format == ImportFormat.NPZ) {
      throw new InvalidUseException(
          Text.of(
              "Cannot import %s as a history: arrays have no rows of entities; write it as CSV, Parquet or Arrow",
              options.source()));
    }
    return HistoryImport.run(format, options, history, allocator);
  }

  /** Each row of a CSV, Parquet or Arrow file as a record of a record log. */
  public static RecordImportResult records(TableImportOptions options) throws IOException {
    return ImportMemory.guard(options.source(), () -> RecordImport.run(options));
  }

  /** A directory of the Python simlog as a record log. */
  public static SimLogImportResult simlog(Path directory, Path out) throws IOException {
    return SimLogImport.importDirectory(directory, out);
  }

  /** Whether an {@code .npz} is a log that was exported, for {@link #logArchive}. */
  public static boolean isLogArchive(Path source) throws IOException {
    return LogNpzImport.isLog(source);
  }

  /** An exported log as a store, its digest chain proven. */
  public static LogNpzImport.Result logArchive(TableImportOptions options) throws IOException {
    return LogNpzImport.run(options);
  }

  /** Whether a directory is an archive of Parquet files, for {@link #parquetArchive}. */
  public static boolean isParquetArchive(Path source) throws IOException {
    return ParquetArchiveImport.isArchive(source);
  }

  /** An archive of Parquet files as a store, its chain and the world's hash proven. */
  public static ParquetArchiveImport.Result parquetArchive(TableImportOptions options)
      throws IOException {
    try (BufferAllocator allocator = new RootAllocator()) {
      return ParquetArchiveImport.run(options, allocator);
    }
  }
}
