// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.csv;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.ColumnType;

/**
 * What a piece of a file holds: its values, or what its fields can be. Made once, used for one
 * piece after the other, each on any one thread.
 */
final class CsvPart {
  private static final int ADVICE_LINES = 32;

  private final CsvHeader header;
  private final CsvRecords records;
  private final List<PieceValues> values = new ArrayList<>();
  private final PlainRows plainRows;
  private List<CsvGuess> guesses = List.of();
  private byte[] memory = {};
  private CsvPiece piece;
  private boolean isFirst;
  private int rows;
  private long[] lines = new long[1024];
  private int blanksBehind;
  private boolean isTyped;
  private MalformedLineException finding;

  CsvPart(CsvHeader header, List<ColumnType> types) {
    this.header = header;
    this.records = new CsvRecords(header.delimiter(), header.maxColumns());
    for (int i = 0; i < types.size(); i++) {
      CsvTable.Said said = header.said().get(i);
      values.add(new PieceValues(header.names().get(i), said, header.decimal(), types.get(i)));
    }
    this.plainRows = new PlainRows(header, values);
  }

  /** Takes the file's next piece; false behind the last. */
  boolean begin(CsvPieces pieces, Place place) throws IOException {
    piece = pieces.next(memory);
    if (piece == null) {
      return false;
    }
    memory = piece.bytes();
    isFirst = place == Place.FIRST;
    records.begin(piece);
    rows = 0;
    blanksBehind = 0;
    isTyped = true;
    finding = null;
    return true;
  }

  /** Where a piece stands in its file. */
  enum Place {
    FIRST,
    LATER
  }

  /** Takes the piece's values, up to a field that is not of its column's type. */
  CsvPart take() {
    values.forEach(column -> column.begin(memory));
    try {
      passHeader();
      takePlain();
      while (isTyped && records.next()) {
        if (records.isBlank()) {
          blanksBehind += values.size() == 1 ? 1 : 0;
          continue;
        }
        requireFields();
        for (; blanksBehind > 0; blanksBehind--) {
          values.get(0).addNull();
          row(records.line() - blanksBehind);
        }
        takeFields();
        takePlain();
      }
    } catch (MalformedLineException e) {
      finding = e;
    }
    return this;
  }

  /** Takes rows for as long as they are plain. */
  private void takePlain() {
    int next = plainRows.take(memory, records.position(), records.limit());
    while (next != Numbers.UNCOMMON) {
      records.pass(next);
      row(records.line());
      next = plainRows.take(memory, next, records.limit());
    }
  }

  private void takeFields() throws MalformedLineException {
    int columns = records.fields();
    for (int field = 0; field < columns; field++) {
      try {
        PieceValues column = values.get(field);
        isTyped = column.add(records.bytes(), records.start(field), records.length(field));
      } catch (InvalidUseException e) {
        throw new MalformedLineException(records.line(), e.getMessage());
      }
      if (!isTyped) {
        return;
      }
    }
    row(records.line());
  }

  private void row(long line) {
    if (header.lines() == CsvTable.Lines.KEPT) {
      if (rows == lines.length) {
        lines = Arrays.copyOf(lines, 2 * rows);
      }
      lines[rows] = line;
    }
    rows++;
  }

  /** Looks at the piece's fields, at most so many records of them. */
  CsvPart look(long count) {
    guesses = header.guesses();
    try {
      passHeader();
      for (long i = 0; i < count && records.next(); i++) {
        if (records.isBlank()) {
          continue;
        }
        requireFields();
        for (int field = 0; field < records.fields(); field++) {
          guesses
              .get(field)
              .look(records.bytes(), records.start(field), records.length(field), records.line());
        }
      }
    } catch (MalformedLineException e) {
      finding = e;
    }
    return this;
  }

  private void passHeader() throws MalformedLineException {
    if (isFirst) {
      records.next();
    }
  }

  private void requireFields() throws MalformedLineException {
    int expected = header.names().size();
    if (records.fields() != expected) {
      boolean early = isFirst && records.line() < ADVICE_LINES;
      throw new MalformedLineException(
          records.line(),
          Text.of(
              "%d fields, the header has %d%s",
              records.fields(),
              expected,
              early
                  ? "; if lines stand before the header, pass over them with --skip-lines N"
                  : ""));
    }
  }

  /** Rows taken. */
  int rows() {
    return rows;
  }

  /** The line that a row began on, from 0 at the beginning of the piece. */
  long line(int row) {
    return lines[row];
  }

  /** Lines of the piece, if it was read to its end. */
  long lineCount() {
    return records.nextLine();
  }

  /** Bytes of the piece. */
  int bytes() {
    return piece.to() - piece.from();
  }

  /** Blank lines behind the last row that may be missing values of what follows. */
  int blanksBehind() {
    return blanksBehind;
  }

  /** Whether every field was of its column's type. */
  boolean isTyped() {
    return isTyped;
  }

  /** Why it was not read to its end; what is before that was. */
  Optional<MalformedLineException> finding() {
    return Optional.ofNullable(finding);
  }

  List<PieceValues> values() {
    return values;
  }

  List<CsvGuess> guesses() {
    return guesses;
  }
}
