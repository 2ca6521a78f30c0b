// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.export.parquet.InputColumn;
import org.arrowworld.export.parquet.ParquetInput;
import org.arrowworld.imports.arrow.ArrowFile;
import org.arrowworld.imports.csv.TextHead;
import org.arrowworld.imports.csv.TextSource;
import org.arrowworld.storage.ReadableFile;
import org.arrowworld.storage.Storage;

/** What a file of another program is, and the command that imports it. */
final class ForeignReport {
  private static final int HEAD_BYTES = 1 << 16;
  private static final String FEATHER_1 = "FEA1";

  private ForeignReport() {}

  /**
   * The report on a file of another program; empty if it is one of ours, or of no known kind.
   *
   * @param file where it lies on the disk
   */
  static Optional<Report> of(Storage storage, String path, Path file, String head)
      throws IOException {
    if (head.startsWith("PAR1")) {
      return Optional.of(parquet(storage, path, file));
    }
    if (head.startsWith("SQLite")) {
      return Optional.of(sqlite(file));
    }
    if (head.startsWith(FEATHER_1)) {
      return Optional.of(
          new Report()
              .add("kind", "Feather file of version 1")
              .line("not read", "read it with pyarrow.feather and write it again, as version 2"));
    }
    boolean arrow;
    try (ReadableFile opened = storage.openRead(path)) {
      arrow = ArrowFile.isArrow(opened);
    }
    return arrow ? arrow(storage, path, file) : Optional.empty();
  }

  /** The report on text; empty if it is none. */
  static Optional<Report> text(Path file) throws IOException {
    byte[] head;
    try (InputStream in = TextSource.open(file)) {
      head = in.readNBytes(HEAD_BYTES);
    } catch (InvalidUseException e) { // UTF-16
      return Optional.of(
          new Report()
              .add("kind", "text in UTF-16")
              .line("not read", "write it as UTF-8, with iconv -f UTF-16 -t UTF-8"));
    }
    Optional<TextHead> found = head.length == 0 ? Optional.empty() : TextHead.of(head);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    TextHead text = found.get();
    String kind = text.separator().equals("blanks") ? "trajectories" : "csv";
    Report report =
        new Report()
            .add("kind", kind.equals("csv") ? "CSV text" : "text, fields separated by blanks")
            .add("bytes", java.nio.file.Files.size(file))
            .add("separator", text.separator())
            .add("columns", text.fields(), String.join(", ", text.fields()));
    return Optional.of(report.add("import_it", "aw import " + kind + " " + file + " --out STORE"));
  }

  private static Optional<Report> arrow(Storage storage, String path, Path where)
      throws IOException {
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
      columns(report, file.columns());
      return Optional.of(
          report
              .json("metadata", file.metadata())
              .add("import_it", "aw import arrow " + where + " --out STORE"));
    } catch (InvalidUseException e) { // big-endian, older versions: named by the message
      return Optional.of(
          new Report()
              .add("kind", "Arrow file of another program")
              .line("not read", e.getMessage())
              .json("not_read", e.getMessage()));
    }
  }

  private static void columns(Report report, List<String[]> columns) {
    List<Map<String, String>> json = new ArrayList<>();
    for (String[] column : columns) {
      Map<String, String> one = new LinkedHashMap<>();
      one.put("name", column[0]);
      one.put("type", column[1]);
      json.add(one);
      report.line("column", column[0] + " " + column[1]);
    }
    report.json("columns", json);
  }

  private static Report parquet(Storage storage, String path, Path where) throws IOException {
    try (ParquetInput input = ParquetInput.open(storage, path)) {
      List<String[]> columns = new ArrayList<>();
      for (InputColumn column : input.columns()) {
        String type = column.type().map(t -> t.label()).orElse(column.foreign());
        columns.add(new String[] {column.name(), type});
      }
      Report report =
          new Report()
              .add("kind", "Parquet file")
              .add("rows", input.rows())
              .add("row_groups", input.rowGroups())
              .add("codec", String.join(", ", input.codecs()))
              .add("written_by", input.writer());
      columns(report, columns);
      return report.add("import_it", "aw import parquet " + where + " --out STORE");
    }
  }

  /** Tables and columns; the file is not changed, and no lock is taken. */
  private static Report sqlite(Path file) throws IOException {
    Report report = new Report().add("kind", "SQLite database");
    Map<String, List<String>> tables = new LinkedHashMap<>();
    String address = "jdbc:sqlite:" + file.toUri().toString().replace("file:///", "file:/");
    try (Connection database = DriverManager.getConnection(address + "?mode=ro&immutable=1");
        Statement statement = database.createStatement();
        ResultSet found =
            statement.executeQuery(
                "select m.name, p.name, p.type from sqlite_master m join pragma_table_info(m.name) p"
                    + " where m.type = 'table' order by m.rowid, p.cid")) {
      while (found.next()) {
        tables
            .computeIfAbsent(found.getString(1), t -> new ArrayList<>())
            .add((found.getString(2) + " " + found.getString(3)).strip());
      }
    } catch (SQLException e) {
      throw new DamagedFileException(
          file.toString(), -1, "SQLite cannot read it: " + e.getMessage(), e);
    }
    tables.forEach(
        (name, columns) -> report.line("table", name + ": " + String.join(", ", columns)));
    if (tables.containsKey("trajectory_data")) {
      return report
          .json("tables", tables)
          .add("import_it", "aw import trajectories " + file + " --out STORE");
    }
    String table = tables.isEmpty() ? "TABLE" : tables.keySet().iterator().next();
    return report
        .json("tables", tables)
        .add(
            "import_it",
            "sqlite3 -header -csv "
                + file
                + " 'select * from \""
                + table
                + "\"' > table.csv; aw import csv table.csv --out STORE");
  }
}
