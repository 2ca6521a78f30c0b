// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.parquet;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;
import java.util.IdentityHashMap;
import java.util.List;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.RowGroup;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.imports.values.WordTable;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.ColumnType;

/** A column of a Parquet file, whole in memory. Several may be read at a time. */
public final class StoredColumn {
  private final ParquetInput input;
  private final InputColumn column;
  private final InputColumn.Reading reading;
  private final WordTable words;
  private final BitSet nulls = new BitSet();
  private final ByteBuffer data;
  private int row;

  private StoredColumn(
      ParquetInput input, InputColumn column, InputColumn.Reading reading, int rows)
      throws IOException {
    this.input = input;
    this.column = column;
    this.reading = reading;
    this.words = new WordTable(input.path(), column.name(), input::claim);
    long bytes = (long) rows * reading.type().widthBytes();
    if (bytes > Integer.MAX_VALUE - 8) {
      throw new InvalidUseException(
          Text.of(
              "Cannot import column '%s': %d rows of %s are more than 2 GiB",
              column.name(), rows, reading.type().label()));
    }
    input.claim(bytes);
    this.data = ByteBuffer.allocate((int) bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Reads a column.
   *
   * @param rows of the file
   * @throws DamagedFileException if it is damaged, or asks for too much memory
   * @throws UnfitValueException if a value does not fit its type
   */
  public static StoredColumn read(
      ParquetInput input, InputColumn column, InputColumn.Reading reading, int rows)
      throws IOException {
    StoredColumn stored = new StoredColumn(input, column, reading, rows);
    for (RowGroup group : input.groups()) {
      ColumnMetaData meta = group.getColumns().get(column.leaf()).getMeta_data();
      boolean taken =
          group.getNum_rows() == 0
              || (PageValues.areUsual(meta, reading) && stored.pages(group, meta));
      if (!taken) {
        stored.values(group);
      }
    }
    return stored;
  }

  /** Takes a chunk page by page; false, and nothing taken, if it is stored in an unusual way. */
  private boolean pages(RowGroup group, ColumnMetaData meta) throws IOException {
    int first = row;
    PageValues pages = new PageValues(input, column, meta, reading.type(), words);
    try {
      pages.begin();
      int end = first + (int) group.getNum_rows();
      while (row < end) {
        row += pages.read(data, nulls, row);
      }
      return true;
    } catch (PageValues.UnusualException e) {
      nulls.clear(first, Math.max(first, nulls.length()));
      row = first;
      return false;
    } catch (RuntimeException | StackOverflowError e) {
      throw Decoding.failed(input.path(), e);
    } finally {
      pages.close();
    }
  }

  /** Takes a chunk value by value. */
  private void values(RowGroup group) throws IOException {
    ColumnType type = reading.type();
    ParquetCursor cursor = new ParquetCursor(input, column, reading, List.of(group), row);
    IdentityHashMap<String, Integer> codes = new IdentityHashMap<>();
    int end = row + (int) group.getNum_rows();
    for (; row < end; row++) {
      if (!cursor.next()) {
        throw new DamagedFileException(
            input.path(), -1, Text.of("column '%s' ends at row %d", column.name(), row));
      }
      if (cursor.isNull()) {
        nulls.set(row);
      } else if (type == ColumnType.STRING) {
        String text = cursor.text();
        Integer code = codes.get(text);
        if (code == null) {
          code = words.code(text);
          codes.put(text, code);
        }
        data.putInt(4 * row, code);
      } else {
        put(type, data, row, cursor.bits());
      }
    }
  }

  /** Puts a value given by its bits. */
  public static void put(ColumnType type, ByteBuffer data, int row, long bits) {
    switch (type.widthBytes()) {
      case 1 -> data.put(row, (byte) bits);
      case 2 -> data.putShort(2 * row, (short) bits);
      case 4 -> data.putInt(4 * row, (int) bits);
      default -> data.putLong(8 * row, bits);
    }
  }

  /** Its values, little-endian, from 0 on; texts are codes, numbered by first use. */
  public ByteBuffer data() {
    return data;
  }

  /** Rows without a value. */
  public BitSet nulls() {
    return nulls;
  }

  /** The words of a column of texts. */
  public List<String> words() {
    return words.words();
  }
}
