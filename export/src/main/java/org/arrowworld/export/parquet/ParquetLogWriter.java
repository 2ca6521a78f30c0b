// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.parquet;

import java.io.IOException;
import org.arrowworld.Store;
import org.arrowworld.export.rows.LogSource;
import org.arrowworld.storage.Storage;

/**
 * Writes a store's log as a Parquet file in log order, streaming: one row per committed triple, see
 * {@link LogSource}. Published atomically. Instances hold no resources.
 */
public final class ParquetLogWriter {
  private final ParquetRowWriter writer;

  /** A writer into a storage, which stays the caller's. */
  public ParquetLogWriter(Storage storage, ParquetOptions options) {
    this.writer = new ParquetRowWriter(storage, options);
  }

  /**
   * Writes the rows of ticks {@code first} to {@code last}, both included.
   *
   * @param path the file; one that exists is replaced when the new one is complete
   * @return rows and bytes written
   */
  public ParquetFileInfo write(String path, Store history, long first, long last)
      throws IOException {
    return writer.write(
        path, LogSource.of(history.info(), history.log(), new LogSource.Span(first, last)));
  }
}
