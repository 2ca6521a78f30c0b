// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export;

import java.io.IOException;
import java.util.function.UnaryOperator;
import org.arrowworld.export.ExportRequest.Form;
import org.arrowworld.export.ExportRequest.Format;
import org.arrowworld.export.arrow.ArrowWriter;
import org.arrowworld.export.avro.AvroWriter;
import org.arrowworld.export.csv.CsvWriter;
import org.arrowworld.export.npz.TableNpz;
import org.arrowworld.export.parquet.ParquetOptions;
import org.arrowworld.export.parquet.ParquetRowWriter;
import org.arrowworld.export.rows.FileOrigin;
import org.arrowworld.export.rows.RowSource;
import org.arrowworld.export.rows.SignedRows;
import org.arrowworld.export.rows.TableSource;
import org.arrowworld.hash.Hashes;
import org.arrowworld.snapshot.TableFiles;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.table.TableColumns;
import org.arrowworld.timeline.WorldColumns;

/** Writes tables of a state as files, each published whole: the one way for every caller. */
record TableOutput(StoreInfo store, WorldColumns state, Format format, Form form) {

  /**
   * Writes a table: a file, or in the directory of that name a file per column.
   *
   * @param watch is told of rows
   */
  void write(Storage storage, String path, TableColumns table, Watching watch) throws IOException {
    switch (format) {
      case ARROW -> arrow(storage, path, table, watch);
      case NPZ -> {
        TableNpz.write(storage, path, table, context());
        watch.wrote(table.rows());
      }
      case CSV -> new CsvWriter(form.csv()).write(storage, path, watch.watch(rows(table)));
      case AVRO -> AvroWriter.write(storage, path, watch.watch(rows(table)));
      case PARQUET -> {
        UnaryOperator<RowSource> signed = form.signed() ? SignedRows::new : rows -> rows;
        ParquetOptions options = ParquetOptions.DEFAULT.with(form.profile());
        new ParquetRowWriter(storage, options).write(path, signed.apply(watch.watch(rows(table))));
      }
      case NPY, SQLITE -> throw new IllegalStateException("not one file");
    }
  }

  /** In the layout of snapshots, which is mapped and checked; without unsigned types as rows. */
  private void arrow(Storage storage, String path, TableColumns table, Watching watch)
      throws IOException {
    if (form.signed()) {
      ArrowWriter.write(storage, path, new SignedRows(watch.watch(rows(table))));
      return;
    }
    TableFiles.Origin origin =
        new TableFiles.Origin(
            store.id(), store.schema().version(), state.tick(), state.words(), store.time());
    TableFiles.write(storage, path, table, new TableFiles.Form(origin, form.compression()));
    watch.wrote(table.rows());
  }

  /** Writes a table's columns as arrays, a file each. */
  void arrays(Storage directory, TableColumns table, Watching watch) throws IOException {
    TableNpz.writeFiles(directory, table, context());
    watch.wrote(table.rows());
  }

  private TableNpz.Context context() throws IOException {
    return new TableNpz.Context(state.words(), store.time());
  }

  /** A table's rows. */
  RowSource rows(TableColumns table) throws IOException {
    FileOrigin origin = FileOrigin.of(store).table(table.name(), state.tick(), Hashes.table(table));
    return new TableSource(table, state.codebook()::utf8, origin.pairs());
  }
}
