package org.arrowworld.export.parquet;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.arrowworld.schema.Codebook;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.storage.Storage;
import org.arrowworld.table.TableView;

/**
 * Writes tables as Parquet files, column by column, published atomically. Types are exact: unsigned
 * integers, booleans, and strings as UTF-8 words; float bits are kept. Rows keep their order.
 *
 * <p>A table of a live world must not change meanwhile. Instances hold no resources.
 */
public final class ParquetTableWriter {
  private final Storage storage;
  private final ParquetOptions options;

  /** A writer into a storage, which stays the caller's. */
  public ParquetTableWriter(Storage storage, ParquetOptions options) {
    this.storage = storage;
    this.options = options;
  }

  /**
   * Writes a table.
   *
   * @param path the file; one that exists is replaced when the new one is complete
   * @param words the codebook of its string columns
   * @param footer key/values for the file's footer, see {@link ParquetFooter}
   * @return rows and bytes written
   */
  public ParquetFileInfo write(
      String path, TableView table, Codebook words, Map<String, String> footer) throws IOException {
    List<Column> source = table.columns();
    List<ParquetColumn> columns = new ArrayList<>();
    for (Column column : source) {
      columns.add(ParquetColumn.of(column, columns.size() + 1));
    }
    try (FileWriter file =
        new FileWriter(new FileWriter.Target(storage, path), columns, Optional.empty(), options)) {
      for (int from = 0; from < table.rows(); from += ParquetOptions.ROW_GROUP_ROWS) {
        int rows = Math.min(ParquetOptions.ROW_GROUP_ROWS, table.rows() - from);
        List<ChunkEncoder.Values> values = new ArrayList<>();
        for (Column column : source) {
          ByteBuffer bytes = slice(table.bytes(column), column.type(), from, rows);
          values.add(new ChunkEncoder.Values(bytes, rows, words::utf8));
        }
        file.rowGroup(values);
      }
      return file.commit(footer);
    }
  }

  private static ByteBuffer slice(ByteBuffer bytes, ColumnType type, int from, int rows) {
    int width = type.widthBytes();
    return bytes
        .slice(bytes.position() + from * width, rows * width)
        .order(ByteOrder.LITTLE_ENDIAN);
  }
}
