package org.arrowworld.imports.csv;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.imports.values.Budget;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.ColumnType;

/**
 * All columns of a CSV file in memory. Types are guessed from the first records; if a later one
 * does not have its column's, the file is read again from the beginning, for its types and then for
 * its values.
 *
 * @param rows rows of each column
 * @param columns in the file's order
 * @param lines per row the line it began on, if they were asked for; else empty
 */
@SuppressWarnings(
    "ArrayRecordComponent") // a line per row; lists of boxes would be five times as large
public record CsvTable(int rows, List<CsvColumn> columns, long[] lines) {
  private static final int SAMPLE = 2000;
  private static final int ADVICE_LINES = 32;

  /**
   * What is said about a column.
   *
   * @param type the type it is to have
   * @param empty what an empty field of it is
   */
  public record Said(Optional<ColumnType> type, CsvColumn.Empty empty) {}

  /** Whether the lines of rows are kept. */
  public enum Lines {
    KEPT,
    DROPPED
  }

  /**
   * Reads a file.
   *
   * @param said what is said about a column of a name
   * @param maxColumns how many there may be
   * @throws DamagedFileException naming the line that is malformed
   */
  public static CsvTable read(
      Path path, CsvFormat format, Function<String, Said> said, int maxColumns, Lines lines)
      throws IOException {
    return new Reader(path, format, said, maxColumns, lines).read();
  }

  /** One reading. */
  private static final class Reader {
    private final Path path;
    private final CsvFormat format;
    private final Function<String, Said> said;
    private final int maxColumns;
    private final Lines lines;
    private final Budget budget;
    private final List<CsvColumn> columns = new ArrayList<>();
    private long[] kept = {};
    private long rows;

    Reader(Path path, CsvFormat format, Function<String, Said> said, int maxColumns, Lines lines)
        throws IOException {
      this.path = path;
      this.format = format;
      this.said = said;
      this.maxColumns = maxColumns;
      this.lines = lines;
      this.budget = new Budget(path.toString(), java.nio.file.Files.size(path));
    }

    CsvTable read() throws IOException {
      try (CsvRecords records = open()) {
        for (int i = 0; i < records.fields(); i++) {
          String title = records.text(i);
          Said about = said.apply(title);
          columns.add(new CsvColumn(title, about.type(), about.empty(), format.decimal(), budget));
        }
        look(records, SAMPLE);
      }
      if (!take()) {
        try (CsvRecords records = open()) {
          look(records, Long.MAX_VALUE);
        }
        if (!take()) {
          throw new DamagedFileException(path.toString(), -1, "it changed while it was read");
        }
      }
      long[] found = java.util.Arrays.copyOf(kept, lines == Lines.KEPT ? (int) rows : 0);
      return new CsvTable((int) rows, List.copyOf(columns), found);
    }

    private CsvRecords open() throws IOException {
      CsvRecords records = new CsvRecords(path, format, maxColumns);
      try {
        if (!records.next() || records.isBlank()) {
          throw records.malformed(records.line(), "there is no header");
        }
        return records;
      } catch (IOException | RuntimeException | Error e) {
        records.close();
        throw e;
      }
    }

    private void look(CsvRecords records, long count) throws IOException {
      for (long i = 0; i < count && records.next(); i++) {
        if (records.isBlank()) {
          continue;
        }
        requireFields(records);
        for (int field = 0; field < records.fields(); field++) {
          columns
              .get(field)
              .look(records.bytes(), records.start(field), records.length(field), records.line());
        }
      }
      for (CsvColumn column : columns) {
        Optional<String> complaint = column.complaint();
        if (complaint.isPresent()) {
          throw new DamagedFileException(path.toString(), -1, complaint.get());
        }
      }
    }

    private void requireFields(CsvRecords records) throws DamagedFileException {
      if (records.fields() != columns.size()) {
        boolean early = records.line() <= ADVICE_LINES + format.skipLines();
        throw records.malformed(
            records.line(),
            Text.of(
                "%d fields, the header has %d%s",
                records.fields(),
                columns.size(),
                early
                    ? "; if lines stand before the header, pass over them with --skip-lines N"
                    : ""));
      }
    }

    /** Takes all values; false if one is not of its column's type. */
    private boolean take() throws IOException {
      rows = 0;
      for (CsvColumn column : columns) {
        column.begin(column.found(), path.toString(), 0);
      }
      long blanks = 0;
      try (CsvRecords records = open()) {
        while (records.next()) {
          if (records.isBlank()) {
            blanks += columns.size() == 1 ? 1 : 0;
            continue;
          }
          requireFields(records);
          for (; blanks > 0; blanks--) {
            count(records.line() - blanks);
            columns.get(0).addNull();
          }
          count(records.line());
          if (!take(records)) {
            return false;
          }
        }
      }
      return true;
    }

    private void count(long line) throws IOException {
      if (++rows == Integer.MAX_VALUE - 8) {
        throw new DamagedFileException(path.toString(), -1, "it has more rows than a table holds");
      }
      if (lines == Lines.KEPT) {
        if (rows > kept.length) {
          budget.claim(8L * kept.length + 8192);
          kept = java.util.Arrays.copyOf(kept, (int) Math.max(1024, 2 * (rows - 1)));
        }
        kept[(int) rows - 1] = line;
      }
    }

    private boolean take(CsvRecords records) throws IOException {
      for (int field = 0; field < records.fields(); field++) {
        try {
          boolean taken =
              columns.get(field).add(records.bytes(), records.start(field), records.length(field));
          if (!taken) {
            return false;
          }
        } catch (InvalidUseException e) {
          throw new DamagedFileException(
              path.toString(), -1, Text.of("line %d: %s", records.line(), e.getMessage()), e);
        }
      }
      return true;
    }
  }
}
