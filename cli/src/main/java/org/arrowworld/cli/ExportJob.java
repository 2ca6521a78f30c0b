package org.arrowworld.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.cli.ExportRequest.Format;
import org.arrowworld.cli.ExportRequest.View;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.export.OutputDirectory;
import org.arrowworld.export.arrow.ArrowWriter;
import org.arrowworld.export.avro.AvroWriter;
import org.arrowworld.export.csv.CsvWriter;
import org.arrowworld.export.npz.LogNpz;
import org.arrowworld.export.npz.RowsNpz;
import org.arrowworld.export.rows.EntityOrder;
import org.arrowworld.export.rows.EventSource;
import org.arrowworld.export.rows.FileOrigin;
import org.arrowworld.export.rows.LogSource;
import org.arrowworld.export.rows.RowSource;
import org.arrowworld.export.rows.SignedRows;
import org.arrowworld.export.rows.TableSource;
import org.arrowworld.export.sqlite.SqliteDatabase;
import org.arrowworld.internal.Text;
import org.arrowworld.simlog.SimFieldInfo;
import org.arrowworld.simlog.SimLogReader;
import org.arrowworld.storage.AbsolutePath;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.Storage;
import org.arrowworld.table.Hashes;
import org.arrowworld.table.TableColumns;
import org.arrowworld.table.World;
import org.arrowworld.timeline.Timeline;

/** Does an export. */
final class ExportJob {
  private final ExportRequest request;
  private final Console console;
  private final AtomicBoolean stopped = new AtomicBoolean();

  ExportJob(ExportRequest request, Console console) {
    this.request = request;
    this.console = console;
  }

  /** Writes what was asked for; returns what to say of it. */
  Report run() throws IOException {
    Path out = request.output().path();
    if (request.isFile()) {
      OutputDirectory.checkFile(out, request.output().existing());
    } else {
      OutputDirectory.check(out, request.output().existing());
    }
    Interruption.install(() -> stopped.set(true));
    try (Timeline history = Timeline.open(request.store())) {
      return request.format() == Format.parquet
          ? new ArchiveExport(request, console, stopped::get).run(history)
          : run(history);
    }
  }

  private Report run(Timeline history) throws IOException {
    return switch (request.view()) {
      case table, archive -> tables(history);
      case log, by_entity -> log(history);
      case events -> events(history);
    };
  }

  private Report tables(Timeline history) throws IOException {
    long tick = tick(request, history);
    try (BufferAllocator memory = new RootAllocator();
        World world = history.at(tick, memory)) {
      history.warnings().forEach(console::note);
      List<? extends TableColumns> tables = tables(request, world);
      long total = tables.stream().mapToLong(TableColumns::rows).sum();
      try (ExportProgress progress = begin(total)) {
        Path out = request.output().path();
        if (request.format() == Format.sqlite) {
          try (SqliteDatabase database = SqliteDatabase.create(out)) {
            for (TableColumns table : tables) {
              database.add(progress.watch(source(history, world, table)));
            }
            database.commit();
          }
        } else if (request.isFile()) {
          file(progress.watch(source(history, world, tables.get(0))));
        } else {
          try (OutputDirectory directory =
              OutputDirectory.begin(out, request.output().existing())) {
            DiskStorage storage = new DiskStorage(directory.directory());
            for (TableColumns table : tables) {
              RowSource rows = progress.watch(source(history, world, table));
              write(storage, table.name() + "." + request.format(), rows);
            }
            directory.commit();
          }
        }
        return report(progress.rows()).add("tick", world.tick()).add("tables", tables.size());
      }
    }
  }

  static long tick(ExportRequest request, Timeline history) throws IOException {
    Long wanted = request.rows().tick();
    long tick = wanted == null ? history.lastTick() : wanted;
    State.checkTick(history, tick);
    return tick;
  }

  static List<? extends TableColumns> tables(ExportRequest request, World world) {
    String name = request.rows().table();
    if (name == null) {
      return world.tables();
    }
    List<? extends TableColumns> found =
        world.tables().stream().filter(t -> t.name().equals(name)).toList();
    if (found.isEmpty()) {
      throw new InvalidUseException(
          Text.of(
              "unknown table '%s': this world has %s",
              name, world.tables().stream().map(TableColumns::name).toList()));
    }
    return found;
  }

  static RowSource source(Timeline history, World world, TableColumns table) throws IOException {
    FileOrigin origin =
        FileOrigin.of(history.info()).table(table.name(), world.tick(), Hashes.table(table));
    return new TableSource(table, world.codebook()::utf8, origin.pairs());
  }

  /** The ticks of the log that were asked for and are there. */
  static LogSource.Span span(ExportRequest request, Timeline history) throws IOException {
    long first = history.log().firstTick().orElse(0L);
    long last = history.log().end().tick();
    TickRange ticks = request.rows().range().and(new TickRange(first, last));
    if (last < first) {
      throw new InvalidUseException("the log has no rows yet; --view table writes the world");
    }
    if (ticks.isEmpty()) {
      throw new InvalidUseException(Text.of("no such ticks: the log has %d to %d", first, last));
    }
    // From 0 on, so that a whole log begins where the log does.
    return new LogSource.Span(ticks.first() == first ? 0 : ticks.first(), ticks.last());
  }

  static LogSource log(ExportRequest request, Timeline history, LogSource.Span span) {
    List<String> keys = request.rows().keys();
    return keys.isEmpty()
        ? LogSource.of(history.info(), history.log(), span)
        : LogSource.of(history.info(), history.log(), span, keys);
  }

  private Report log(Timeline history) throws IOException {
    LogSource log = log(request, history, span(request, history));
    try (ExportProgress progress = begin(log.rows())) {
      Target target = target();
      if (request.view() == View.by_entity) {
        file(progress.watch(new EntityOrder(log, target.parent, target.name)));
      } else if (request.format() == Format.npz) {
        LogNpz.write(
            target.parent,
            target.name,
            new LogNpz.Content(
                log, progress.watch(log), () -> Codebooks.utf8(log, history, log.span())));
      } else {
        file(progress.watch(log));
      }
      return report(progress.rows());
    }
  }

  /** The records, read by a reader that the caller closes. */
  static EventSource events(ExportRequest request, Timeline history, SimLogReader reader)
      throws IOException {
    List<SimFieldInfo> fields =
        request.rows().keys().isEmpty()
            ? reader.fields()
            : request.rows().keys().stream().map(reader::field).toList();
    return new EventSource(history.info(), reader, span(request, history), fields);
  }

  private Report events(Timeline history) throws IOException {
    try (SimLogReader reader = SimLogReader.open(request.store())) {
      RowSource events = events(request, history, reader);
      try (ExportProgress progress = begin(events.rows())) {
        file(progress.watch(events));
        return report(progress.rows());
      }
    }
  }

  private ExportProgress begin(long total) {
    return new ExportProgress(console, total, stopped::get);
  }

  private Report report(long rows) {
    return report(request, rows);
  }

  static Report report(ExportRequest request, long rows) {
    return new Report()
        .add("format", request.format().toString())
        .add("view", request.view().toString())
        .add("rows", rows);
  }

  private record Target(DiskStorage parent, String name) {}

  private Target target() throws IOException {
    Path absolute = AbsolutePath.of(request.output().path());
    Files.createDirectories(absolute.getParent());
    return new Target(new DiskStorage(absolute.getParent()), absolute.getFileName().toString());
  }

  /** Writes rows as the one output file. */
  private void file(RowSource rows) throws IOException {
    if (request.format() == Format.sqlite) {
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
    switch (request.format()) {
      case csv -> new CsvWriter(request.form().csv()).write(storage, path, rows);
      case avro -> AvroWriter.write(storage, path, rows);
      case npz -> RowsNpz.write(storage, path, rows);
      case arrow ->
          ArrowWriter.write(storage, path, request.form().signed() ? new SignedRows(rows) : rows);
      case parquet, sqlite -> throw new IllegalStateException("not a file of rows");
    }
  }
}
