// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.csv;

import java.util.List;

/**
 * Takes rows as most are, of plain fields with common values, straight from a piece's bytes into
 * its columns: each byte is looked at once. What is not such a row is left as it is, for {@link
 * CsvRecords}; where there are many of those, few rows are tried. One thread.
 */
final class PlainRows {
  private static final int LONGEST_PAUSE = 64;

  private final byte delimiter;
  private final PlainText text;
  private final PieceValues[] columns;
  private final boolean isPossible;

  /** Rows to pass over before the next is tried, and how many they were last time. */
  private int pause;

  private int paused;

  PlainRows(CsvHeader header, List<PieceValues> columns) {
    this.delimiter = header.delimiter();
    this.text = new PlainText(delimiter);
    this.columns = columns.toArray(PieceValues[]::new);
    boolean ofNumbers =
        delimiter == '-'
            || delimiter == header.decimal().mark()
            || (delimiter >= '0' && delimiter <= '9');
    // A column alone has blank lines that may be rows.
    this.isPossible =
        columns.size() > 1 && !ofNumbers && columns.stream().allMatch(PieceValues::hasCommonType);
  }

  /**
   * Takes the next row, if it is a plain one.
   *
   * @return behind its line; {@link Numbers#UNCOMMON} if nothing was taken
   */
  int take(byte[] bytes, int from, int limit) {
    if (!isPossible) {
      return Numbers.UNCOMMON;
    }
    if (pause > 0) {
      pause--;
      return Numbers.UNCOMMON;
    }
    int next = put(bytes, from, limit);
    if (next == Numbers.UNCOMMON) {
      paused = Math.min(LONGEST_PAUSE, 2 * paused + 1);
      pause = paused;
      return next;
    }
    paused >>= 1;
    for (PieceValues column : columns) {
      column.keep();
    }
    return next;
  }

  private int put(byte[] bytes, int from, int limit) {
    int at = from;
    int last = columns.length - 1;
    for (int i = 0; i <= last; i++) {
      int end = at < limit ? columns[i].put(bytes, at, limit, text) : Numbers.UNCOMMON;
      if (end == Numbers.UNCOMMON || (i < last && bytes[end] != delimiter)) {
        return Numbers.UNCOMMON;
      }
      at = end + 1;
    }
    byte stop = bytes[at - 1];
    if (stop == '\r' && at < limit && bytes[at] == '\n') {
      return at + 1;
    }
    return stop == '\n' ? at : Numbers.UNCOMMON;
  }
}
