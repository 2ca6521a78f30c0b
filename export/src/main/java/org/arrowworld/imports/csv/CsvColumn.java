// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.csv;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;
import java.util.List;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.imports.values.Budget;
import org.arrowworld.imports.values.WordTable;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.ColumnType;

/** A column of a CSV file in memory. */
public final class CsvColumn {
  /** What an empty field is. */
  public enum Empty {
    /** A text of no characters. */
    TEXT,
    /** No value. */
    NULL
  }

  private final String file;
  private final String name;
  private final ColumnType type;
  private final Budget budget;
  private final WordTable words;
  private final BitSet nulls = new BitSet();
  private ByteBuffer data = ByteBuffer.allocate(0);
  private int rows;

  CsvColumn(String file, String name, ColumnType type, Budget budget) {
    this.file = file;
    this.name = name;
    this.type = type;
    this.budget = budget;
    this.words = new WordTable(file, name, budget::claim);
  }

  /**
   * Makes room for rows.
   *
   * @param most how many the column may have in the end, as far as can be told
   */
  private void room(long count, long most) throws IOException {
    int width = type.widthBytes();
    if (count * width <= data.capacity()) {
      return;
    }
    long greatest = (Integer.MAX_VALUE - 8L) / width;
    if (count > greatest) {
      throw new InvalidUseException(
          Text.of(
              "Cannot import column '%s': %d rows of %s are more than 2 GiB",
              name, count, type.label()));
    }
    long wanted = Math.max(count + count / 2, Math.min(most, 4096 + 64 * count));
    int bytes = (int) Math.min(greatest, wanted) * width;
    budget.claim(bytes);
    ByteBuffer larger = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    larger.put(0, data, 0, rows * width);
    budget.release(data.capacity());
    data = larger;
  }

  /** Takes no value for the next row. */
  void addNull() throws IOException {
    room(rows + 1L, 0);
    nulls.set(rows);
    if (type == ColumnType.STRING) {
      data.putInt(4 * rows, words.code(""));
    }
    rows++;
  }

  /** Takes the values of the next piece. */
  void add(PieceValues piece, long expectedRows) throws IOException {
    int count = piece.rows();
    room((long) rows + count, expectedRows);
    if (type == ColumnType.STRING) {
      addWords(piece);
    } else {
      int width = type.widthBytes();
      data.put(rows * width, piece.data(), 0, count * width);
    }
    BitSet none = piece.nulls();
    for (int row = none.nextSetBit(0); row >= 0; row = none.nextSetBit(row + 1)) {
      nulls.set(rows + row);
    }
    rows += count;
  }

  private void addWords(PieceValues piece) throws IOException {
    PieceWords found = piece.words();
    ByteBuffer source = piece.data();
    for (int row = 0; row < piece.rows(); row++) {
      int word = source.getInt(4 * row);
      int code = found.code(word);
      data.putInt(4 * (rows + row), code == PieceWords.NO_CODE ? found.code(word, words) : code);
    }
  }

  /** This column, or one of words if no row of it has a value that would say what it is. */
  CsvColumn orWords() throws IOException {
    if (type == ColumnType.STRING || nulls.cardinality() < rows) {
      return this;
    }
    budget.release(data.capacity());
    CsvColumn empty = new CsvColumn(file, name, ColumnType.STRING, budget);
    while (empty.rows < rows) {
      empty.addNull();
    }
    return empty;
  }

  /** Its name in the file; columns may share one. */
  public String name() {
    return name;
  }

  /** Its type. */
  public ColumnType type() {
    return type;
  }

  /** Its values, little-endian, from 0 on; words are codes. */
  public ByteBuffer data() {
    return data;
  }

  /** Rows without a value. */
  public BitSet nulls() {
    return nulls;
  }

  /** The words of a string column. */
  public List<String> words() {
    return words.words();
  }
}
