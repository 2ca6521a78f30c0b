// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.csv;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Text;

/**
 * What is known of a file before its rows.
 *
 * @param delimiter what separates fields
 * @param firstLine the line of the header
 * @param names its columns
 * @param said what is said about each
 * @param decimal the decimal mark
 * @param maxColumns how many there may be
 * @param lines whether the lines of rows are kept
 */
record CsvHeader(
    byte delimiter,
    long firstLine,
    List<String> names,
    List<CsvTable.Said> said,
    CsvFormat.Decimal decimal,
    int maxColumns,
    CsvTable.Lines lines) {

  /** Reads the header of a file. */
  static CsvHeader read(
      Path path,
      CsvFormat format,
      Function<String, CsvTable.Said> said,
      int maxColumns,
      CsvTable.Lines lines)
      throws IOException {
    try (CsvPieces pieces = new CsvPieces(path, format)) {
      CsvRecords records = new CsvRecords(pieces.delimiter(), maxColumns);
      List<String> names = new ArrayList<>();
      CsvPiece piece = pieces.next(new byte[0]);
      try {
        if (piece != null) {
          records.begin(piece);
        }
        if (piece == null || !records.next() || records.isBlank()) {
          throw new MalformedLineException(0, "there is no header");
        }
        for (int i = 0; i < records.fields(); i++) {
          names.add(records.text(i));
        }
      } catch (MalformedLineException e) {
        throw malformed(path, pieces.firstLine(), e);
      }
      return new CsvHeader(
          pieces.delimiter(),
          pieces.firstLine(),
          List.copyOf(names),
          names.stream().map(said).toList(),
          format.decimal(),
          maxColumns,
          lines);
    }
  }

  /** A finding, in terms of the file. */
  static DamagedFileException malformed(Path path, long firstLine, MalformedLineException e) {
    return new DamagedFileException(
        path.toString(), -1, Text.of("line %d: %s", firstLine + e.line(), e.getMessage()), e);
  }

  /** Nothing seen of any column yet. */
  List<CsvGuess> guesses() {
    List<CsvGuess> guesses = new ArrayList<>();
    said.forEach(about -> guesses.add(new CsvGuess(about, decimal)));
    return guesses;
  }
}
