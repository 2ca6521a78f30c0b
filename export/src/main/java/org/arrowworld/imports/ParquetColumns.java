package org.arrowworld.imports;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.export.parquet.InputColumn;
import org.arrowworld.export.parquet.ParquetCursor;
import org.arrowworld.export.parquet.ParquetInput;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.ColumnType;

/** Columns of a Parquet file, whole in memory. */
final class ParquetColumns {
  private ParquetColumns() {}

  /** Rows of a file that a table is to hold. */
  static int rows(ParquetInput input) throws DamagedFileException {
    if (input.rows() < 0 || input.rows() > Integer.MAX_VALUE - 8) {
      throw new DamagedFileException(
          input.path(),
          -1,
          Text.of("it says to have %d rows, more than a table holds", input.rows()));
    }
    return (int) input.rows();
  }

  /** A column as its own type, its words by first use. */
  static ForeignColumn read(ParquetInput input, InputColumn column) throws IOException {
    return read(input, column, column.reading(Optional.empty()).orElseThrow());
  }

  /** A column, its words by first use. */
  static ForeignColumn read(ParquetInput input, InputColumn column, InputColumn.Reading reading)
      throws IOException {
    int rows = rows(input);
    ColumnType type = reading.type();
    input.claim((long) rows * type.widthBytes());
    ByteBuffer data = Conversion.allocate(column.name(), type, rows);
    BitSet nulls = new BitSet();
    Map<String, Integer> words = new LinkedHashMap<>();
    ParquetCursor cursor = input.cursor(column, reading);
    for (int row = 0; row < rows; row++) {
      if (!cursor.next()) {
        throw new DamagedFileException(
            input.path(), -1, Text.of("column '%s' ends at row %d", column.name(), row));
      }
      if (cursor.isNull()) {
        nulls.set(row);
        if (type == ColumnType.STRING) {
          data.putInt(4 * row, words.computeIfAbsent("", w -> words.size()));
        }
      } else if (type == ColumnType.STRING) {
        data.putInt(4 * row, words.computeIfAbsent(cursor.text(), w -> words.size()));
      } else {
        put(type, data, row, cursor.bits());
      }
    }
    List<String> found = new ArrayList<>(words.keySet());
    return new ForeignColumn(column.name(), type, data, nulls, found, reading.unit());
  }

  /** Puts a value given by its bits. */
  static void put(ColumnType type, ByteBuffer data, int row, long bits) {
    switch (type.widthBytes()) {
      case 1 -> data.put(row, (byte) bits);
      case 2 -> data.putShort(2 * row, (short) bits);
      case 4 -> data.putInt(4 * row, (int) bits);
      default -> data.putLong(8 * row, bits);
    }
  }
}
