// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.arrowworld.Store;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.export.ExportRequest.Format;
import org.arrowworld.export.ExportRequest.View;
import org.arrowworld.export.arrow.ArrowWriter;
import org.arrowworld.export.avro.AvroWriter;
import org.arrowworld.export.csv.CsvWriter;
import org.arrowworld.export.npz.LogNpz;
import org.arrowworld.export.npz.RowsNpz;
import org.arrowworld.export.parquet.ParquetOptions;
import org.arrowworld.export.parquet.ParquetRowWriter;
import org.arrowworld.export.rows.EntityOrder;
import org.arrowworld.export.rows.EventSource;
import org.arrowworld.export.rows.LogSource;
import org.arrowworld.export.rows.RowSource;
import org.arrowworld.export.rows.SignedRows;
import org.arrowworld.export.sqlite.SqliteDatabase;
import org.arrowworld.internal.Text;
import org.arrowworld.log.Log;
import org.arrowworld.log.LogPosition;
import org.arrowworld.simlog.SimFieldInfo;
import org.arrowworld.simlog.SimLogReader;
import org.arrowworld.storage.AbsolutePath;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.Storage;
import org.arrowworld.table.TableColumns;
import org.arrowworld.timeline.TickRange;
import org.arrowworld.timeline.WorldColumns;

/** Writes a store's tables, log or records as files for other tools. */
public final class Exports {
  private final Store store;
  private final ExportRequest request;
  private final ExportWatcher watcher;

  private Exports(Store store, ExportRequest request, ExportWatcher watcher) {
    this.store = store;
    this.request = request;
    this.watcher = watcher;
  }

  /**
   * Writes what is asked for; it appears whole or not at all.
   *
   * @throws InvalidUseException if something stands at the output that may not be replaced, or the
   *     store has no such table, tick, key or records; nothing is written
   */
  public static ExportResult write(Store store, ExportRequest request) throws IOException {
    return write(store, request, ExportWatcher.NONE);
  }

  /** As {@link #write(Store, ExportRequest)}, with somebody told how far it is. */
  public static ExportResult write(Store store, ExportRequest request, ExportWatcher watcher)
      throws IOException {
    Path out = request.output().path();
    if (request.isFile()) {
      OutputDirectory.checkFile(out, request.output().existing());
    } else {
      OutputDirectory.check(out, request.output().existing(), store.storage());
    }
    return request.isArchive()
        ? new ArchiveExport(store, request, watcher).run()
        : new Exports(store, request, watcher).run();
  }

  private ExportResult run() throws IOException {
    return switch (request.view()) {
      case TABLE, ARCHIVE -> tables();
      case LOG, BY_ENTITY -> log();
      case EVENTS -> events();
    };
  }

  private ExportResult tables() throws IOException {
    try (WorldColumns state = store.columnsAt(tick(store, request))) {
      store.warnings().forEach(watcher::note);
      List<TableColumns> tables = tables(request, state);
      long total = tables.stream().mapToLong(TableColumns::rows).sum();
      TableOutput output = new TableOutput(store.info(), state, request.format(), request.form());
      try (Watching watch = new Watching(watcher, total)) {
        if (request.format() == Format.SQLITE) {
          database(output, tables, watch);
        } else if (request.isFile()) {
          Target target = target();
          output.write(target.parent, target.name, tables.get(0), watch);
        } else {
          directory(output, tables, watch);
        }
        return new ExportResult(watch.rows(), OptionalLong.of(state.tick()), tables.size(), 0);
      }
    }
  }

  private void database(TableOutput output, List<TableColumns> tables, Watching watch)
      throws IOException {
    try (SqliteDatabase database = SqliteDatabase.create(request.output().path())) {
      for (TableColumns table : tables) {
        database.add(watch.watch(output.rows(table)));
      }
      database.commit();
    }
  }

  private void directory(TableOutput output, List<TableColumns> tables, Watching watch)
      throws IOException {
    try (OutputDirectory directory =
        OutputDirectory.begin(request.output().path(), request.output().existing())) {
      DiskStorage storage = new DiskStorage(directory.directory());
      for (TableColumns table : tables) {
        if (request.format() != Format.NPY) {
          output.write(storage, table.name() + "." + request.format().label(), table, watch);
        } else if (request.rows().table().isPresent()) {
          output.arrays(storage, table, watch);
        } else {
          storage.createDirectories(table.name());
          Path arrays = directory.directory().resolve(table.name());
          output.arrays(new DiskStorage(arrays), table, watch);
        }
      }
      storage.forceDirectory("");
      directory.commit();
    }
  }

  static long tick(Store store, ExportRequest request) throws IOException {
    OptionalLong wanted = request.rows().tick();
    return wanted.isPresent() ? wanted.getAsLong() : store.lastTick();
  }

  static List<TableColumns> tables(ExportRequest request, WorldColumns state) {
    return request.rows().table().isPresent()
        ? List.of(state.table(request.rows().table().get()))
        : state.tables();
  }

  /** The ticks of the log that were asked for and are there. */
  static LogSource.Span span(Store store, ExportRequest request) {
    Log log = store.log();
    long first = log.firstTick().orElse(0L);
    long last = log.end().tick();
    if (last < first) {
      throw new InvalidUseException("the log has no rows yet; --view table writes the world");
    }
    TickRange asked = request.rows().ticks();
    long from = Math.max(asked.first(), first);
    long to = Math.min(asked.last(), last);
    if (from > to) {
      throw new InvalidUseException(Text.of("no such ticks: the log has %d to %d", first, last));
    }
    // From 0 on, so that a whole log begins where the log does.
    return new LogSource.Span(from == first ? 0 : from, to);
  }

  /** The position before the first row; where a base stands there, its own. */
  private static LogPosition start(Store store, LogSource.Span span) throws IOException {
    Log log = store.log();
    if (span.first() > 0) {
      return log.positionAt(span.first() - 1);
    }
    LogPosition start = log.start();
    return store.firstTick() < log.firstTick().orElseThrow()
        ? new LogPosition(store.firstTick(), start.seq(), start.chain())
        : start;
  }

  static LogSource log(Store store, ExportRequest request, LogSource.Span span) {
    List<String> keys = request.rows().keys();
    return keys.isEmpty()
        ? LogSource.of(store.info(), store.log(), span)
        : LogSource.of(store.info(), store.log(), span, keys);
  }

  private ExportResult log() throws IOException {
    LogSource log = log(store, request, span(store, request));
    try (Watching watch = new Watching(watcher, log.rows())) {
      Target target = target();
      if (request.view() == View.BY_ENTITY) {
        file(watch.watch(new EntityOrder(log, target.parent, target.name)));
      } else if (request.format() == Format.NPZ) {
        LogPosition start = start(store, log.span());
        LogNpz.write(
            target.parent,
            target.name,
            new LogNpz.Content(
                log, watch.watch(log), () -> Codebooks.utf8(log, store, start), start));
      } else {
        file(watch.watch(log));
      }
      return result(watch);
    }
  }

  /** The records, read by a reader that the caller closes. */
  static EventSource events(Store store, ExportRequest request, SimLogReader reader)
      throws IOException {
    List<SimFieldInfo> fields =
        request.rows().keys().isEmpty()
            ? reader.fields()
            : request.rows().keys().stream().distinct().map(reader::field).toList();
    return new EventSource(store.info(), reader, span(store, request), fields);
  }

  private ExportResult events() throws IOException {
    try (SimLogReader reader = SimLogReader.open(store.storage())) {
      RowSource events = events(store, request, reader);
      try (Watching watch = new Watching(watcher, events.rows())) {
        file(watch.watch(events));
        return result(watch);
      }
    }
  }

  private static ExportResult result(Watching watch) {
    return new ExportResult(watch.rows(), OptionalLong.empty(), 0, 0);
  }

  private record Target(DiskStorage parent, String name) {}

  private Target target() throws IOException {
    Path absolute = AbsolutePath.of(request.output().path());
    Files.createDirectories(absolute.getParent());
    return new Target(new DiskStorage(absolute.getParent()), absolute.getFileName().toString());
  }

  /** Writes rows of the log or of records as the one output file. */
  private void file(RowSource rows) throws IOException {
    if (request.format() == Format.SQLITE) {
      try (SqliteDatabase database = SqliteDatabase.create(request.output().path())) {
        database.add(rows);
        database.commit();
      }
      return;
    }
    Target target = target();
    write(target.parent, target.name, rows);
  }

  private void write(Storage storage, String path, RowSource rows) throws IOException {
    RowSource formed = request.form().signed() ? new SignedRows(rows) : rows;
    switch (request.format()) {
      case CSV -> new CsvWriter(request.form().csv()).write(storage, path, rows);
      case AVRO -> AvroWriter.write(storage, path, rows);
      case NPZ -> RowsNpz.write(storage, path, rows);
      case ARROW -> ArrowWriter.write(storage, path, formed);
      case PARQUET -> {
        ParquetOptions options = ParquetOptions.DEFAULT.with(request.form().profile());
        new ParquetRowWriter(storage, options).write(path, formed);
      }
      case NPY, SQLITE ->
          throw new InvalidUseException(
              Text.of(
                  "A log does not go into %s files: choose npz for arrays",
                  request.format().label()));
    }
  }
}
