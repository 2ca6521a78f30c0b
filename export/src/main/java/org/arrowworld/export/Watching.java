// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export;

import java.io.IOException;
import org.arrowworld.export.rows.RowSource;
import org.arrowworld.export.rows.WatchedRows;

/** A part of an export that a watcher is told of. */
final class Watching implements AutoCloseable {
  private final ExportWatcher watcher;
  private long rows;

  Watching(ExportWatcher watcher, long total) {
    this.watcher = watcher;
    watcher.begins(total);
  }

  /** The rows, counted as they are written. */
  RowSource watch(RowSource source) {
    return new WatchedRows(source, this::wrote);
  }

  /** So many rows more were written. */
  void wrote(long more) throws IOException {
    rows += more;
    watcher.wrote(more);
  }

  /** Rows written so far. */
  long rows() {
    return rows;
  }

  @Override
  public void close() {
    watcher.ends();
  }
}
