// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.csv;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.imports.values.Budget;
import org.arrowworld.schema.ColumnType;

/**
 * All columns of a CSV file in memory. Types are guessed from the first records; if a later one
 * does not have its column's, the file is read again from the beginning, for its types and then for
 * its values. Pieces of it are read on several threads, and put together in order.
 *
 * @param rows rows of each column
 * @param columns in the file's order
 * @param lines per row the line it began on, if they were asked for; else empty
 */
@SuppressWarnings(
    "ArrayRecordComponent") // a line per row; lists of boxes would be five times as large
public record CsvTable(int rows, List<CsvColumn> columns, long[] lines) {
  private static final int SAMPLE = 2000;

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
    CsvHeader header = CsvHeader.read(path, format, said, maxColumns, lines);
    return new Reader(path, format, header).read();
  }

  /** One reading. */
  private static final class Reader {
    private final Path path;
    private final CsvFormat format;
    private final CsvHeader header;
    private final long fileBytes;
    private final Budget budget;
    private List<CsvColumn> columns = List.of();
    private long[] kept = {};
    private long rows;
    private long line;
    private long bytes;
    private long blanks;

    Reader(Path path, CsvFormat format, CsvHeader header) throws IOException {
      this.path = path;
      this.format = format;
      this.header = header;
      this.fileBytes = Files.size(path);
      this.budget = new Budget(path.toString(), fileBytes);
    }

    CsvTable read() throws IOException {
      if (!take(sample()) && !take(types())) {
        throw new DamagedFileException(path.toString(), -1, "it changed while it was read");
      }
      List<CsvColumn> typed = new ArrayList<>();
      for (int i = 0; i < columns.size(); i++) {
        boolean open = header.said().get(i).type().isEmpty();
        typed.add(open ? columns.get(i).orWords() : columns.get(i));
      }
      long[] found = Arrays.copyOf(kept, header.lines() == Lines.KEPT ? (int) rows : 0);
      return new CsvTable((int) rows, typed, found);
    }

    private CsvPart part(List<ColumnType> types) {
      return new CsvPart(header, types);
    }

    /** The types that the first records have. */
    private List<ColumnType> sample() throws IOException {
      List<CsvGuess> guesses = header.guesses();
      try (CsvPieces pieces = new CsvPieces(path, format)) {
        CsvPart first = part(List.of());
        if (first.begin(pieces, CsvPart.Place.FIRST)) {
          line = header.firstLine();
          add(guesses, first.look(SAMPLE));
        }
      }
      return found(guesses);
    }

    /** The types that all records have. */
    private List<ColumnType> types() throws IOException {
      List<CsvGuess> guesses = header.guesses();
      line = header.firstLine();
      CsvParts.read(
          new CsvParts.Source(path, format, () -> part(List.of())),
          part -> part.look(Long.MAX_VALUE),
          part -> {
            add(guesses, part);
            return true;
          });
      return found(guesses);
    }

    private void add(List<CsvGuess> guesses, CsvPart part) throws DamagedFileException {
      for (int i = 0; i < guesses.size(); i++) {
        guesses.get(i).add(part.guesses().get(i), line);
      }
      requireSound(part);
      line += part.lineCount();
    }

    private void requireSound(CsvPart part) throws DamagedFileException {
      if (part.finding().isPresent()) {
        throw CsvHeader.malformed(path, line, part.finding().get());
      }
    }

    private List<ColumnType> found(List<CsvGuess> guesses) throws DamagedFileException {
      for (int i = 0; i < guesses.size(); i++) {
        Optional<String> complaint = guesses.get(i).complaint(header.names().get(i));
        if (complaint.isPresent()) {
          throw new DamagedFileException(path.toString(), -1, complaint.get());
        }
      }
      return guesses.stream().map(CsvGuess::found).toList();
    }

    /** Takes all values; false if one is not of its column's type. */
    private boolean take(List<ColumnType> types) throws IOException {
      columns.forEach(column -> budget.release(column.data().capacity()));
      List<CsvColumn> begun = new ArrayList<>();
      for (int i = 0; i < types.size(); i++) {
        begun.add(new CsvColumn(path.toString(), header.names().get(i), types.get(i), budget));
      }
      columns = List.copyOf(begun);
      rows = 0;
      bytes = 0;
      blanks = 0;
      line = header.firstLine();
      return CsvParts.read(
          new CsvParts.Source(path, format, () -> part(types)), CsvPart::take, this::add);
    }

    /** Adds the rows of the next piece; false if one is not of its column's type. */
    private boolean add(CsvPart part) throws IOException {
      if (part.rows() > 0) {
        for (; blanks > 0; blanks--) {
          columns.get(0).addNull();
          count(1);
          keep(rows - 1, line - blanks);
        }
        count(part.rows());
        bytes += part.bytes();
        long expected = (long) (1.01 * rows * Math.max(1, (double) fileBytes / bytes)) + 1024;
        for (int i = 0; i < columns.size(); i++) {
          columns.get(i).add(part.values().get(i), expected);
        }
        for (int row = 0; row < part.rows() && header.lines() == Lines.KEPT; row++) {
          keep(rows - part.rows() + row, line + part.line(row));
        }
      }
      requireSound(part);
      blanks += part.blanksBehind();
      line += part.lineCount();
      return part.isTyped();
    }

    private void count(int more) throws IOException {
      rows += more;
      if (rows > Integer.MAX_VALUE - 8) {
        throw new DamagedFileException(path.toString(), -1, "it has more rows than a table holds");
      }
    }

    private void keep(long row, long where) throws IOException {
      if (header.lines() == Lines.KEPT) {
        if (row >= kept.length) {
          budget.claim(8L * kept.length + 8192);
          kept = Arrays.copyOf(kept, (int) Math.min(Integer.MAX_VALUE - 8, 2 * row + 1024));
        }
        kept[(int) row] = where;
      }
    }
  }
}
