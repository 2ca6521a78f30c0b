// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.spark;

import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.vectorized.ColumnarBatch;

/** Rows that are all there already. */
final class OneBatch implements PartitionReader<ColumnarBatch> {
  private final ColumnarBatch batch;
  private boolean isTaken;

  OneBatch(ColumnarBatch batch) {
    this.batch = batch;
  }

  @Override
  public boolean next() {
    boolean isNext = !isTaken && batch.numRows() > 0;
    isTaken = true;
    return isNext;
  }

  @Override
  public ColumnarBatch get() {
    return batch;
  }

  @Override
  public void close() {}
}
