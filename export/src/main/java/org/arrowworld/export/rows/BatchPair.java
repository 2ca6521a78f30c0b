// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.rows;

import java.io.IOException;
import java.util.List;

/** Two batches that take turns: one is filled while the one before it may still be read. */
final class BatchPair {
  private final RowSource.Visitor visitor;
  private RowBatch filling;
  private RowBatch resting;

  BatchPair(List<RowColumn> columns, RowSource.Visitor visitor) {
    this.visitor = visitor;
    this.filling = new RowBatch(columns);
    this.resting = new RowBatch(columns);
  }

  /** The batch to fill, which has room for a row at least. */
  RowBatch filling() throws IOException {
    if (filling.room() == 0) {
      flush();
    }
    return filling;
  }

  /** Hands out what there is. */
  void flush() throws IOException {
    if (filling.rows() == 0) {
      return;
    }
    visitor.visit(filling);
    RowBatch done = resting;
    resting = filling;
    filling = done;
    filling.clear();
  }
}
