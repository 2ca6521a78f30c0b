// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.arrowworld.Store;
import org.arrowworld.export.ExportRequest.View;
import org.arrowworld.export.parquet.LogSpans;
import org.arrowworld.export.parquet.ParquetArchive;
import org.arrowworld.export.parquet.ParquetOptions;
import org.arrowworld.export.rows.EntityOrder;
import org.arrowworld.export.rows.LogSource;
import org.arrowworld.export.rows.RowSource;
import org.arrowworld.export.rows.SignedRows;
import org.arrowworld.internal.Text;
import org.arrowworld.simlog.SimLogReader;
import org.arrowworld.storage.AbsolutePath;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.table.TableColumns;
import org.arrowworld.timeline.WorldColumns;

/** A Parquet archive, gone on with if it was interrupted. */
final class ArchiveExport {
  private final Store store;
  private final ExportRequest request;
  private final ExportWatcher watcher;
  private OptionalLong tick = OptionalLong.empty();
  private int tables;

  ArchiveExport(Store store, ExportRequest request, ExportWatcher watcher) {
    this.store = store;
    this.request = request;
    this.watcher = watcher;
  }

  ExportResult run() throws IOException {
    Path out = AbsolutePath.of(request.output().path());
    Files.createDirectories(out.getParent());
    DiskStorage parent = new DiskStorage(out.getParent());
    ParquetOptions options = ParquetOptions.DEFAULT.with(request.form().profile());
    ParquetArchive.Contents contents = new ParquetArchive.Contents(store.info(), parameters());
    try (ParquetArchive archive =
        ParquetArchive.create(parent, out.getFileName().toString(), contents, options)) {
      if (archive.resumed() > 0) {
        watcher.note(
            Text.of("going on with an interrupted export: %d files are there", archive.resumed()));
      }
      if (request.view() == View.TABLE || request.view() == View.ARCHIVE) {
        world(archive);
      }
      if (request.view() != View.TABLE && request.view() != View.EVENTS) {
        log(parent, archive);
      }
      if (request.view() == View.EVENTS) {
        events(archive);
      }
      OutputDirectory.replace(out, request.output().existing(), archive::replace);
      return new ExportResult(archive.rows(), tick, tables, archive.resumed());
    }
  }

  /** All that decides what the files will be. */
  private Map<String, String> parameters() throws IOException {
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("view", request.view().label());
    parameters.put("table", request.rows().table().orElse("null"));
    parameters.put("keys", String.join(",", request.rows().keys()));
    parameters.put("signed", Boolean.toString(request.form().signed()));
    if (request.view() == View.TABLE || request.view() == View.ARCHIVE) {
      parameters.put("tick", Long.toString(Exports.tick(store, request)));
    }
    if (request.view() != View.TABLE) {
      LogSource.Span span = Exports.span(store, request);
      parameters.put("ticks", Text.of("%d..%d", span.first(), span.last()));
    }
    return parameters;
  }

  private RowSource form(RowSource rows) {
    return request.form().signed() ? new SignedRows(rows) : rows;
  }

  private void world(ParquetArchive archive) throws IOException {
    try (WorldColumns state = store.columnsAt(Exports.tick(store, request))) {
      store.warnings().forEach(watcher::note);
      List<TableColumns> wanted = Exports.tables(request, state);
      tick = OptionalLong.of(state.tick());
      tables = wanted.size();
      long total = wanted.stream().mapToLong(TableColumns::rows).sum();
      try (Watching watch = new Watching(watcher, total)) {
        if (request.rows().table().isEmpty()) {
          archive.world(state, rows -> form(watch.watch(rows)));
        } else {
          archive.table(state, wanted.get(0), rows -> form(watch.watch(rows)));
        }
      }
    }
  }

  private void log(DiskStorage parent, ParquetArchive archive) throws IOException {
    String view = request.view() == View.BY_ENTITY ? "by_entity" : "log";
    archive.history(store);
    LogSource.Span whole = Exports.span(store, request);
    long total = Exports.log(store, request, whole).rows();
    try (Watching watch = new Watching(watcher, total)) {
      for (LogSource.Span span : LogSpans.cut(store.log(), whole, LogSpans.FILE_ROWS)) {
        LogSource log = Exports.log(store, request, span);
        RowSource rows =
            request.view() == View.BY_ENTITY
                ? new EntityOrder(log, parent, archive.scratch("by_entity"))
                : log;
        archive.add(ParquetArchive.File.ofTicks(view, span), form(watch.watch(rows)));
      }
    }
  }

  private void events(ParquetArchive archive) throws IOException {
    try (SimLogReader reader = SimLogReader.open(store.storage())) {
      RowSource events = Exports.events(store, request, reader);
      try (Watching watch = new Watching(watcher, events.rows())) {
        LogSource.Span span = Exports.span(store, request);
        archive.add(ParquetArchive.File.ofTicks("events", span), form(watch.watch(events)));
      }
    }
  }
}
