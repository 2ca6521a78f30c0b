package org.arrowworld.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.arrowworld.export.parquet.InputColumn;
import org.arrowworld.export.parquet.ParquetInput;
import org.arrowworld.imports.arrow.ArrowFile;
import org.arrowworld.storage.ReadableFile;
import org.arrowworld.storage.Storage;

/** What a file of another program is, and the command that imports it. */
final class ForeignReport {
  private ForeignReport() {}

  /** The report on a file of another program; empty if it is one of ours, or of no known kind. */
  static Optional<Report> of(Storage storage, String path, String head) throws IOException {
    if (head.startsWith("PAR1")) {
      return Optional.of(parquet(storage, path));
    }
    if (head.startsWith("SQLite")) {
      return Optional.of(new Report().add("kind", "SQLite database"));
    }
    boolean arrow;
    try (ReadableFile file = storage.openRead(path)) {
      arrow = ArrowFile.isArrow(file);
    }
    return arrow ? arrow(storage, path) : Optional.empty();
  }

  private static Optional<Report> arrow(Storage storage, String path) throws IOException {
    try (ArrowFile file = ArrowFile.open(storage, path)) {
      if (file.metadata().keySet().stream().anyMatch(key -> key.startsWith("aw."))) {
        return Optional.empty();
      }
      boolean whole = file.form() == ArrowFile.Form.FILE;
      Report report =
          new Report()
              .add(
                  "kind",
                  whole ? "Arrow file of another program" : "Arrow stream of another program")
              .add("rows", file.rows())
              .add("batches", file.batchCount())
              .add("codec", file.codec())
              .add("bytes", file.sizeBytes());
      List<Map<String, String>> columns = new ArrayList<>();
      for (String[] column : file.columns()) {
        columns.add(column(column[0], column[1]));
        report.line("column", column[0] + " " + column[1]);
      }
      return Optional.of(
          report
              .json("columns", columns)
              .json("metadata", file.metadata())
              .add("import_it", "aw import arrow " + path + " --out STORE"));
    }
  }

  private static Map<String, String> column(String name, String type) {
    Map<String, String> column = new LinkedHashMap<>();
    column.put("name", name);
    column.put("type", type);
    return column;
  }

  private static Report parquet(Storage storage, String path) throws IOException {
    try (ParquetInput input = ParquetInput.open(storage, path)) {
      Report report = new Report().add("kind", "Parquet file").add("rows", input.rows());
      List<Map<String, String>> columns = new ArrayList<>();
      for (InputColumn column : input.columns()) {
        String type = column.type().map(t -> t.label()).orElse(column.foreign());
        columns.add(column(column.name(), type));
        report.line("column", column.name() + " " + type);
      }
      return report
          .json("columns", columns)
          .add("import_it", "aw import parquet " + path + " --out STORE");
    }
  }
}
