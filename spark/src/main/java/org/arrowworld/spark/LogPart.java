// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.spark;

import java.io.Serializable;
import java.util.List;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.arrowworld.log.LogPlan;

/**
 * Batches of one log, or of those of several small runs.
 *
 * @param wanted their rows that are wanted
 */
record LogPart(WantedRows.Wanted wanted, List<Piece> pieces) implements Part {

  /** Batches of a run. */
  record Piece(RunLocation run, LogPlan plan) implements Serializable {}

  @Override
  public PartitionReader<ColumnarBatch> open() {
    return new LogPartReader(this);
  }
}
