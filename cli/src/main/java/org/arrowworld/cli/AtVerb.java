package org.arrowworld.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.export.OutputDirectory;
import org.arrowworld.export.OutputDirectory.Existing;
import org.arrowworld.export.npz.TableNpz;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.snapshot.TableFiles;
import org.arrowworld.storage.BufferCompression;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.Storage;
import org.arrowworld.table.TableView;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code aw at}. */
@Command(
    name = "at",
    description = {
      "Show the world at a tick, or write it as files.",
      "npz: one array per column; string columns are u32 codes, and the arrays codebook.offsets",
      "and codebook.utf8 hold the words as Arrow lays them out."
    })
final class AtVerb extends ReadingVerb {
  @Parameters(paramLabel = "STORE", description = "The store's directory.")
  private Path store;

  @Option(names = "--tick", required = true, paramLabel = "T", description = "The tick.")
  private long tick;

  @Option(names = "--table", paramLabel = "N", description = "Only this table.")
  private String table;

  @Option(names = "--to", paramLabel = "FORMAT", description = "Write files: arrow or npz.")
  private TableFormat to;

  @Option(
      names = "--out",
      paramLabel = "PATH",
      description = "With --table a file, else a directory of <table>.<format>.")
  private Path out;

  @Option(
      names = "--compress",
      paramLabel = "C",
      description = "With --to arrow: zstd or zstd:LEVEL (default level 1), none by default.")
  private String compress;

  @Option(names = "--replace", description = "Replace what is at --out.")
  private boolean replace;

  private BufferCompression compression;

  /** Formats of table files, named as their endings. */
  enum TableFormat {
    arrow,
    npz
  }

  @Override
  QuickArguments quick() {
    return quick(p -> store = p)
        .requiredNumber("--tick", v -> tick = v)
        .text("--table", v -> table = v)
        .text("--to", v -> to = TableFormat.valueOf(v))
        .text("--out", v -> out = Path.of(v))
        .text("--compress", v -> compress = v)
        .flag("--replace", () -> replace = true);
  }

  @Override
  String purpose() {
    return "show the world";
  }

  @Override
  int execute() throws IOException {
    if ((to == null) != (out == null)) {
      throw new UsageException(to == null ? "--out needs --to" : "--to needs --out");
    }
    if (compress != null && to != TableFormat.arrow) {
      throw new UsageException("--compress needs --to arrow");
    }
    compression = compression();
    Storage storage = store(store);
    if (out != null) {
      checkOut();
    }
    try (State state = State.at(storage, tick, console())) {
      if (to == null) {
        show(state);
      } else if (table != null) {
        writeFile(state);
      } else {
        writeDirectory(state);
      }
    }
    return Exit.OK;
  }

  private BufferCompression compression() {
    try {
      return BufferCompression.parse(compress == null ? "none" : compress);
    } catch (InvalidUseException e) {
      throw new UsageException(e.getMessage());
    }
  }

  private Existing existing() {
    return replace ? Existing.REPLACE : Existing.REFUSE;
  }

  private void checkOut() throws IOException {
    if (table == null) {
      OutputDirectory.check(out, existing());
    } else {
      OutputDirectory.checkFile(out, existing());
    }
  }

  private void writeFile(State state) throws IOException {
    Path absolute = out.toAbsolutePath().normalize();
    Files.createDirectories(absolute.getParent());
    DiskStorage parent = new DiskStorage(absolute.getParent());
    write(parent, absolute.getFileName().toString(), state, state.table(table));
    report(state, List.of(state.table(table)));
  }

  private void writeDirectory(State state) throws IOException {
    try (OutputDirectory directory = OutputDirectory.begin(out, existing())) {
      DiskStorage storage = new DiskStorage(directory.directory());
      for (TableView view : state.tables()) {
        write(storage, view.name() + "." + to, state, view);
      }
      directory.commit();
    }
    report(state, state.tables());
  }

  private void write(Storage storage, String path, State state, TableView view) throws IOException {
    switch (to) {
      case arrow ->
          TableFiles.write(
              storage,
              path,
              view,
              new TableFiles.Form(
                  new TableFiles.Origin(
                      state.info().id(),
                      state.info().schema().version(),
                      state.tick(),
                      state.words()),
                  compression));
      case npz -> TableNpz.write(storage, path, view, state.words());
    }
  }

  private void report(State state, List<TableView> written) {
    long rows = written.stream().mapToLong(TableView::rows).sum();
    console()
        .note(
            "wrote %d rows of %d tables at tick %d to %s"
                .formatted(rows, written.size(), state.tick(), out));
  }

  private void show(State state) {
    if (format() == Report.Format.JSON) {
      List<Object> tables = new ArrayList<>();
      for (TableView view : table == null ? state.tables() : List.of(state.table(table))) {
        tables.add(json(view));
      }
      Report report = new Report().json("tick", state.tick()).json("tables", tables);
      report.print(console(), format());
      return;
    }
    console().out().println("tick " + state.tick());
    if (table == null) {
      Grid grid = new Grid("table", "rows", "columns");
      for (TableView view : state.tables()) {
        List<String> names = view.columns().stream().map(Column::name).toList();
        grid.row(view.name(), view.rows(), String.join(" ", names));
      }
      grid.print(console());
    } else {
      showColumns(state.table(table), state.words());
    }
  }

  private void showColumns(TableView view, List<String> words) {
    console().out().println("table %s, %d rows".formatted(Escape.text(view.name()), view.rows()));
    Grid grid = new Grid("column", "type", "least", "greatest", "first", "last");
    for (Column column : view.columns()) {
      Span span = Span.of(column, view);
      grid.row(
          column.name(),
          column.type().label(),
          shown(span.least()),
          shown(span.greatest()),
          shown(value(column, view, 0, words)),
          shown(value(column, view, view.rows() - 1, words)));
    }
    grid.print(console());
  }

  private static Object value(Column column, TableView view, int slot, List<String> words) {
    if (slot < 0 || slot >= view.rows()) {
      return null;
    }
    Object value = Cell.of(column.type(), view.bytes(column), slot);
    return column.type() == ColumnType.STRING ? words.get(((Long) value).intValue()) : value;
  }

  private static String shown(Object value) {
    return value == null ? "-" : value.toString();
  }

  private static Map<String, Object> json(TableView view) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", view.name());
    json.put("rows", view.rows());
    List<Object> columns = new ArrayList<>();
    for (Column column : view.columns()) {
      Span span = Span.of(column, view);
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("name", column.name());
      entry.put("type", column.type().label());
      entry.put("min", span.least());
      entry.put("max", span.greatest());
      columns.add(entry);
    }
    json.put("columns", columns);
    return json;
  }

  /** The least and the greatest value of a column, NaN aside; null where there is none. */
  private record Span(Object least, Object greatest) {
    static Span of(Column column, TableView view) {
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
