// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports;

import java.io.IOException;
import java.util.Optional;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.export.parquet.InputColumn;
import org.arrowworld.export.parquet.ParquetInput;
import org.arrowworld.export.parquet.StoredColumn;
import org.arrowworld.internal.Text;

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
    StoredColumn stored = StoredColumn.read(input, column, reading, rows(input));
    return new ForeignColumn(
        column.name(),
        reading.type(),
        stored.data(),
        stored.nulls(),
        stored.words(),
        reading.unit());
  }
}
