package org.arrowworld.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.arrowworld.export.OutputDirectory;
import org.arrowworld.export.OutputDirectory.Existing;
import org.arrowworld.export.csv.CsvOptions;
import org.arrowworld.export.csv.CsvWriter;
import org.arrowworld.export.npz.TableNpz;
import org.arrowworld.export.parquet.ParquetOptions;
import org.arrowworld.export.parquet.ParquetRowWriter;
import org.arrowworld.export.rows.FileOrigin;
import org.arrowworld.export.rows.RowSource;
import org.arrowworld.export.rows.TableSource;
import org.arrowworld.snapshot.TableFiles;
import org.arrowworld.storage.AbsolutePath;
import org.arrowworld.storage.BufferCompression;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.Storage;
import org.arrowworld.table.Hashes;
import org.arrowworld.table.TableColumns;

/** Writes tables of a state as files, published whole. */
record TableOutput(TableFormat format, Path out, Existing existing, BufferCompression compression) {

  /** Every table, as a directory. */
  void write(State state) throws IOException {
    try (OutputDirectory directory = OutputDirectory.begin(out, existing)) {
      Storage storage = new DiskStorage(directory.directory());
      for (TableColumns table : state.tables()) {
        if (format == TableFormat.npy) {
          arrays(directory.directory().resolve(table.name()), state, table);
        } else {
          file(storage, table.name() + "." + format, state, table);
        }
      }
      storage.forceDirectory("");
      directory.commit();
    }
  }

  /** One table, as a file, or as a directory of arrays. */
  void write(State state, TableColumns table) throws IOException {
    if (format == TableFormat.npy) {
      try (OutputDirectory directory = OutputDirectory.begin(out, existing)) {
        arrays(directory.directory(), state, table);
        directory.commit();
      }
      return;
    }
    Path absolute = AbsolutePath.of(out);
    Files.createDirectories(absolute.getParent());
    file(new DiskStorage(absolute.getParent()), absolute.getFileName().toString(), state, table);
  }

  private static void arrays(Path directory, State state, TableColumns table) throws IOException {
    Files.createDirectories(directory);
    TableNpz.writeFiles(new DiskStorage(directory), table, state.words());
  }

  private void file(Storage storage, String path, State state, TableColumns table)
      throws IOException {
    switch (format) {
      case arrow -> {
        TableFiles.Origin origin =
            new TableFiles.Origin(
                state.info().id(), state.info().schema().version(), state.tick(), state.words());
        TableFiles.write(storage, path, table, new TableFiles.Form(origin, compression));
      }
      case npz -> TableNpz.write(storage, path, table, state.words());
      case parquet ->
          new ParquetRowWriter(storage, ParquetOptions.DEFAULT).write(path, rows(state, table));
      case csv -> new CsvWriter(CsvOptions.DEFAULT).write(storage, path, rows(state, table));
      case npy -> throw new IllegalStateException("a directory");
    }
  }

  private static RowSource rows(State state, TableColumns table) throws IOException {
    FileOrigin origin =
        FileOrigin.of(state.info()).table(table.name(), state.tick(), Hashes.table(table));
    return new TableSource(
        table, code -> state.words().get(code).getBytes(StandardCharsets.UTF_8), origin.pairs());
  }
}
