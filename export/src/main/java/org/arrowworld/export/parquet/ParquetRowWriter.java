// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.parquet;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.arrowworld.export.rows.RowBatch;
import org.arrowworld.export.rows.RowColumn;
import org.arrowworld.export.rows.RowSource;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.storage.Storage;

/**
 * Writes rows as a Parquet file, column by column, streaming, published atomically. Types are
 * exact: unsigned integers, booleans, and strings as UTF-8 words; float bits are kept. Rows keep
 * their order. Instances hold no resources.
 */
public final class ParquetRowWriter {
  private final Storage storage;
  private final ParquetOptions options;

  /** A writer into a storage, which stays the caller's. */
  public ParquetRowWriter(Storage storage, ParquetOptions options) {
    this.storage = storage;
    this.options = options;
  }

  /**
   * Writes all rows of a source.
   *
   * @param path the file; one that exists is replaced when the new one is complete
   * @return rows and bytes written
   */
  public ParquetFileInfo write(String path, RowSource source) throws IOException {
    List<ParquetColumn> columns = new ArrayList<>();
    for (RowColumn column : source.columns()) {
      columns.add(ParquetColumn.of(column, columns.size() + 1));
    }
    try (FileWriter file =
        new FileWriter(new FileWriter.Target(storage, path), columns, source.sortedBy(), options)) {
      source.scan(batch -> file.rowGroup(values(columns, batch, source)));
      return file.commit(source.origin());
    }
  }

  private static List<ChunkEncoder.Values> values(
      List<ParquetColumn> columns, RowBatch batch, RowSource source) {
    List<ChunkEncoder.Values> values = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      int column = i;
      ColumnType type = columns.get(i).type();
      values.add(
          new ChunkEncoder.Values(
              batch.exactly(i, type),
              batch.rows(),
              batch.nulls(i),
              code -> source.utf8(column, code)));
    }
    return values;
  }
}
