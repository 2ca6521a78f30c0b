package org.arrowworld.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.cli.ExportRequest.View;
import org.arrowworld.export.OutputDirectory;
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
import org.arrowworld.table.World;
import org.arrowworld.timeline.Timeline;

/** {@code aw export --to parquet}: an archive, gone on with if it was interrupted. */
final class ArchiveExport {
  private final ExportRequest request;
  private final Console console;
  private final BooleanSupplier stopped;

  ArchiveExport(ExportRequest request, Console console, BooleanSupplier stopped) {
    this.request = request;
    this.console = console;
    this.stopped = stopped;
  }

  Report run(Timeline history) throws IOException {
    Path out = AbsolutePath.of(request.output().path());
    Files.createDirectories(out.getParent());
    DiskStorage parent = new DiskStorage(out.getParent());
    ParquetOptions options = ParquetOptions.DEFAULT.with(request.form().profile());
    ParquetArchive.Contents contents =
        new ParquetArchive.Contents(history.info(), parameters(history));
    try (ParquetArchive archive =
        ParquetArchive.create(parent, out.getFileName().toString(), contents, options)) {
      if (archive.resumed() > 0) {
        console.note(
            Text.of("going on with an interrupted export: %d files are there", archive.resumed()));
      }
      if (request.view() == View.table || request.view() == View.archive) {
        world(history, archive);
      }
      if (request.view() != View.table && request.view() != View.events) {
        log(history, parent, archive);
      }
      if (request.view() == View.events) {
        events(history, archive);
      }
      OutputDirectory.replace(out, request.output().existing(), archive::replace);
      return ExportJob.report(request, archive.rows()).add("files_kept", archive.resumed());
    }
  }

  /** All that decides what the files will be. */
  private Map<String, String> parameters(Timeline history) throws IOException {
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("view", request.view().toString());
    parameters.put("table", String.valueOf(request.rows().table()));
    parameters.put("keys", String.join(",", request.rows().keys()));
    parameters.put("signed", Boolean.toString(request.form().signed()));
    if (request.view() == View.table || request.view() == View.archive) {
      parameters.put("tick", Long.toString(ExportJob.tick(request, history)));
    }
    if (request.view() != View.table) {
      LogSource.Span span = ExportJob.span(request, history);
      parameters.put("ticks", Text.of("%d..%d", span.first(), span.last()));
    }
    return parameters;
  }

  private RowSource form(RowSource rows) {
    return request.form().signed() ? new SignedRows(rows) : rows;
  }

  private void world(Timeline history, ParquetArchive archive) throws IOException {
    long tick = ExportJob.tick(request, history);
    try (BufferAllocator memory = new RootAllocator();
        World world = history.at(tick, memory)) {
      history.warnings().forEach(console::note);
      List<? extends TableColumns> tables = ExportJob.tables(request, world);
      long total = tables.stream().mapToLong(TableColumns::rows).sum();
      try (ExportProgress progress = new ExportProgress(console, total, stopped)) {
        if (request.rows().table() == null) {
          archive.world(world, rows -> form(progress.watch(rows)));
        } else {
          archive.table(world, tables.get(0), rows -> form(progress.watch(rows)));
        }
      }
    }
  }

  private void log(Timeline history, DiskStorage parent, ParquetArchive archive)
      throws IOException {
    String view = request.view() == View.by_entity ? "by_entity" : "log";
    archive.history(history);
    LogSource.Span whole = ExportJob.span(request, history);
    long total = ExportJob.log(request, history, whole).rows();
    try (ExportProgress progress = new ExportProgress(console, total, stopped)) {
      for (LogSource.Span span : LogSpans.cut(history.log(), whole, LogSpans.FILE_ROWS)) {
        LogSource log = ExportJob.log(request, history, span);
        RowSource rows =
            request.view() == View.by_entity
                ? new EntityOrder(log, parent, archive.scratch("by_entity"))
                : log;
        archive.add(ParquetArchive.File.ofTicks(view, span), form(progress.watch(rows)));
      }
    }
  }

  private void events(Timeline history, ParquetArchive archive) throws IOException {
    try (SimLogReader reader = SimLogReader.open(request.store())) {
      RowSource events = ExportJob.events(request, history, reader);
      try (ExportProgress progress = new ExportProgress(console, events.rows(), stopped)) {
        LogSource.Span span = ExportJob.span(request, history);
        archive.add(ParquetArchive.File.ofTicks("events", span), form(progress.watch(events)));
      }
    }
  }
}
