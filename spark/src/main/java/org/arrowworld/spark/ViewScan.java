// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.spark;

import java.io.IOException;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.metric.CustomMetric;
import org.apache.spark.sql.connector.read.Batch;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.connector.read.PartitionReaderFactory;
import org.apache.spark.sql.connector.read.Scan;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.arrowworld.internal.Text;

/** The reading of a view for one query. */
final class ViewScan implements Scan, Batch {
  private final String name;
  private final View view;
  private final StructType columns;
  private final Pruning pruning;
  private View.Plan plan;

  ViewScan(String name, View view, StructType columns, Pruning pruning) {
    this.name = name;
    this.view = view;
    this.columns = columns;
    this.pruning = pruning;
  }

  @Override
  public StructType readSchema() {
    return columns;
  }

  /** For {@code explain}: what is read of how much. */
  @Override
  public String description() {
    View.Plan known = plan();
    return Text.of(
        "%s [runs: %s, batches: %s, tasks: %d, pruned by: %s]",
        name, known.runs(), known.batches(), known.parts().size(), pruning);
  }

  @Override
  public ColumnarSupportMode columnarSupportMode() {
    return ColumnarSupportMode.SUPPORTED;
  }

  @Override
  public CustomMetric[] supportedCustomMetrics() {
    return Metrics.all();
  }

  @Override
  public Batch toBatch() {
    return this;
  }

  @Override
  public InputPartition[] planInputPartitions() {
    return plan().parts().toArray(InputPartition[]::new);
  }

  private synchronized View.Plan plan() {
    try {
      if (plan == null) {
        plan = view.plan(columns, pruning);
      }
      return plan;
    } catch (IOException e) {
      throw Thrown.as(e);
    }
  }

  @Override
  public PartitionReaderFactory createReaderFactory() {
    return new Readers();
  }

  /** Begins parts, on the workers. */
  private static final class Readers implements PartitionReaderFactory {
    private static final long serialVersionUID = 1L;

    @Override
    public boolean supportColumnarReads(InputPartition part) {
      return true;
    }

    @Override
    public PartitionReader<ColumnarBatch> createColumnarReader(InputPartition part) {
      try {
        return ((Part) part).open();
      } catch (IOException e) {
        throw Thrown.as(e);
      }
    }

    @Override
    public PartitionReader<InternalRow> createReader(InputPartition part) {
      throw new UnsupportedOperationException("these parts are read by columns");
    }
  }
}
