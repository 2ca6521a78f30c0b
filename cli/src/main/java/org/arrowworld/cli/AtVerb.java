// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.arrowworld.Store;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.export.ExportRequest;
import org.arrowworld.export.ExportResult;
import org.arrowworld.export.Exports;
import org.arrowworld.export.OutputDirectory.Existing;
import org.arrowworld.internal.Text;
import org.arrowworld.published.Location;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.storage.BufferCompression;
import org.arrowworld.store.TickTime;
import org.arrowworld.table.TableColumns;
import org.arrowworld.timeline.WorldColumns;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code aw at}. */
@Command(
    name = "at",
    description = {
      "Show the world at a tick, or write it as files. npz and npy hold one array per column;",
      "string columns are u32 codes, and the arrays codebook.offsets and codebook.utf8 hold the",
      "words as Arrow lays them out. csv and parquet hold the words themselves. aw export has",
      "more options for those."
    })
final class AtVerb extends ReadingVerb {
  @Parameters(
      paramLabel = "STORE",
      converter = LocationConverter.class,
      description = "The store's directory, or the address of a published store.")
  private Location store;

  @Option(names = "--tick", paramLabel = "T", description = "The tick.")
  private Long tick;

  @Option(
      names = "--time",
      paramLabel = "T",
      description =
          "The time, where the store says when its ticks are: a number, or an instant as "
              + "2026-11-30T12:00:00Z. There must be a tick at it.")
  private String time;

  @Option(names = "--table", paramLabel = "N", description = "Only this table.")
  private String table;

  @Option(
      names = "--to",
      paramLabel = "FORMAT",
      description = "Write files: ${COMPLETION-CANDIDATES}.")
  private Format to;

  @Option(
      names = "--out",
      paramLabel = "PATH",
      description =
          "With --table a file, else a directory of <table>.<format>. With --to npy a directory of "
              + "<column>.npy, or of such directories.")
  private Path out;

  @Option(
      names = "--compress",
      paramLabel = "C",
      description = "With --to arrow: zstd or zstd:LEVEL (default level 1), none by default.")
  private String compress;

  @Option(names = "--replace", description = "Replace what is at --out.")
  private boolean replace;

  /** Formats as they are named. */
  enum Format {
    arrow,
    npz,
    npy,
    parquet,
    csv
  }

  @Override
  QuickArguments quick() {
    return quick(p -> store = p)
        .requiredNumber("--tick", v -> tick = v) // without it there is more to say
        .text("--table", v -> table = v)
        .text("--to", v -> to = Format.valueOf(v))
        .path("--out", v -> out = v)
        .text("--compress", v -> compress = v)
        .flag("--replace", () -> replace = true);
  }

  @Override
  String purpose() {
    return "show the world";
  }

  @Override
  int execute() throws IOException {
    if ((tick == null) == (time == null)) {
      throw new UsageException("give either --tick or --time");
    }
    if ((to == null) != (out == null)) {
      throw new UsageException(to == null ? "--out needs --to" : "--to needs --out");
    }
    if (compress != null && to != Format.arrow) {
      throw new UsageException("--compress needs --to arrow");
    }
    compression();
    try (Store opened = open(store)) {
      tick = tick == null ? tick(opened.info().requireTime()) : tick;
      if (to != null) {
        write(opened);
        return Exit.OK;
      }
      try (WorldColumns state = opened.columnsAt(tick)) {
        opened.warnings().forEach(console()::note);
        show(state, opened.info().time());
      }
    }
    return Exit.OK;
  }

  private long tick(TickTime ticks) {
    if (ValueTest.isDecimal(time)) {
      return ticks.tick(Double.valueOf(time));
    }
    try {
      return ticks.tick(Instant.parse(time));
    } catch (DateTimeParseException e) {
      throw new UsageException(
          "Invalid value for option '--time': '"
              + time
              + "' is neither a number nor an instant as 2026-11-30T12:00:00Z");
    }
  }

  private BufferCompression compression() {
    try {
      return BufferCompression.parse(compress == null ? "none" : compress);
    } catch (InvalidUseException e) {
      throw new UsageException(e.getMessage());
    }
  }

  private void write(Store opened) throws IOException {
    ExportRequest.Format format = ExportRequest.Format.valueOf(to.name().toUpperCase(Locale.ROOT));
    ExportRequest tables = ExportRequest.of(format, out).atTick(tick);
    ExportRequest wanted = table == null ? tables : tables.ofTable(table);
    ExportRequest.Form form = ExportRequest.Form.DEFAULT;
    ExportResult result =
        Exports.write(
            opened,
            wanted
                .withForm(
                    new ExportRequest.Form(
                        form.profile(), form.signed(), form.csv(), compression()))
                .withOutput(
                    new ExportRequest.Output(
                        out,
                        ExportRequest.Layout.FILES,
                        replace ? Existing.REPLACE : Existing.REFUSE)));
    opened.warnings().forEach(console()::note);
    console()
        .note(
            Text.of(
                "wrote %d rows of %d tables at tick %d to %s",
                result.rows(), result.tables(), result.tick().getAsLong(), out));
  }

  private void show(WorldColumns state, Optional<TickTime> time) {
    if (format() == Report.Format.JSON) {
      List<Object> tables = new ArrayList<>();
      for (TableColumns view : table == null ? state.tables() : List.of(state.table(table))) {
        tables.add(json(view));
      }
      Report report = new Report().json("tick", state.tick());
      time.ifPresent(ticks -> report.json("time", ticks.at(state.tick())));
      report.json("tables", tables);
      report.print(console(), format());
      return;
    }
    String at = time.map(t -> ", time " + t.at(state.tick()) + " " + t.unit()).orElse("");
    console().out().print("tick " + state.tick() + Escape.text(at) + "\n");
    if (table == null) {
      Grid grid = new Grid("table", "rows", "columns");
      for (TableColumns view : state.tables()) {
        List<String> names = view.columns().stream().map(Column::name).toList();
        grid.row(view.name(), view.rows(), String.join(" ", names));
      }
      grid.print(console());
    } else {
      showColumns(state.table(table), state.words());
    }
  }

  private void showColumns(TableColumns view, List<String> words) {
    console()
        .out()
        .print(Text.of("table %s, %d rows", Escape.text(view.name()), view.rows()) + "\n");
    Grid grid = new Grid("column", "type", "least", "greatest", "first", "last");
    for (Column column : view.columns()) {
      Span span = Span.of(column, view);
      grid.row(
          column.name(),
          column.type().label() + column.unit().map(unit -> " in " + unit).orElse(""),
          shown(span.least()),
          shown(span.greatest()),
          shown(value(column, view, 0, words)),
          shown(value(column, view, view.rows() - 1, words)));
    }
    grid.print(console());
  }

  private static Object value(Column column, TableColumns view, int slot, List<String> words) {
    if (slot < 0 || slot >= view.rows()) {
      return null;
    }
    Object value = Cell.of(column.type(), view.bytes(column), slot);
    return column.type() == ColumnType.STRING ? words.get(((Long) value).intValue()) : value;
  }

  private static String shown(Object value) {
    return value == null ? "-" : value.toString();
  }

  private static Map<String, Object> json(TableColumns view) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", view.name());
    json.put("rows", view.rows());
    List<Object> columns = new ArrayList<>();
    for (Column column : view.columns()) {
      Span span = Span.of(column, view);
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("name", column.name());
      entry.put("type", column.type().label());
      column.unit().ifPresent(unit -> entry.put("unit", unit));
      column.doc().ifPresent(doc -> entry.put("doc", doc));
      entry.put("min", span.least());
      entry.put("max", span.greatest());
      columns.add(entry);
    }
    json.put("columns", columns);
    return json;
  }

  /** The least and the greatest value of a column, NaN aside; null where there is none. */
  private record Span(Object least, Object greatest) {
    static Span of(Column column, TableColumns view) {
      if (column.type() == ColumnType.STRING || view.rows() == 0) {
        return new Span(null, null);
      }
      ByteBuffer bytes = view.bytes(column);
      Object least = null;
      Object greatest = null;
      for (int slot = 0; slot < view.rows(); slot++) {
        Object value = Cell.of(column.type(), bytes, slot);
        if (value instanceof Number number && Double.isNaN(number.doubleValue())) {
          continue;
        }
        least = least == null || compare(value, least) < 0 ? value : least;
        greatest = greatest == null || compare(value, greatest) > 0 ? value : greatest;
      }
      return new Span(least, greatest);
    }

    private static int compare(Object a, Object b) {
      if (a instanceof Boolean x) {
        return Boolean.compare(x, (Boolean) b);
      }
      if (a instanceof Double || a instanceof Float) {
        return Double.compare(((Number) a).doubleValue(), ((Number) b).doubleValue());
      }
      if (a instanceof Long x && b instanceof Long y) {
        return Long.compare(x, y);
      }
      return new java.math.BigInteger(a.toString())
          .compareTo(new java.math.BigInteger(b.toString()));
    }
  }
}
