// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.parquet;

import java.io.IOException;
import java.util.Map;
import org.arrowworld.export.rows.TableSource;
import org.arrowworld.schema.Codebook;
import org.arrowworld.storage.Storage;
import org.arrowworld.table.TableColumns;

/**
 * Writes tables as Parquet files, see {@link ParquetRowWriter}.
 *
 * <p>A table of a live world must not change meanwhile. Instances hold no resources.
 */
public final class ParquetTableWriter {
  private final ParquetRowWriter writer;

  /** A writer into a storage, which stays the caller's. */
  public ParquetTableWriter(Storage storage, ParquetOptions options) {
    this.writer = new ParquetRowWriter(storage, options);
  }

  /**
   * Writes a table.
   *
   * @param path the file; one that exists is replaced when the new one is complete
   * @param words the codebook of its string columns
   * @param footer key/values for the file's footer, see {@link
   *     org.arrowworld.export.rows.FileOrigin}
   * @return rows and bytes written
   */
  public ParquetFileInfo write(
      String path, TableColumns table, Codebook words, Map<String, String> footer)
      throws IOException {
    return writer.write(path, new TableSource(table, words::utf8, footer));
  }
}
