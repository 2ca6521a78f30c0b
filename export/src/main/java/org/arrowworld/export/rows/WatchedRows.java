// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.rows;

import java.io.IOException;

/** The same rows, with somebody told how far they are read. */
public final class WatchedRows extends ForwardingRows {
  private final Watcher watcher;

  /** Is told of every batch that was dealt with. */
  public interface Watcher {
    /** So many more rows are done. Throwing ends the export as a failure does. */
    void done(int rows) throws IOException;
  }

  /** Rows of another source. */
  public WatchedRows(RowSource source, Watcher watcher) {
    super(source);
    this.watcher = watcher;
  }

  @Override
  public void scan(Visitor visitor) throws IOException {
    source.scan(
        batch -> {
          visitor.visit(batch);
          watcher.done(batch.rows());
        });
  }
}
