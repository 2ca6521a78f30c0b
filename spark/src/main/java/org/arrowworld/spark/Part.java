// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.spark;

import java.io.IOException;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.vectorized.ColumnarBatch;

/** What one task reads. It travels to the worker that does it. */
interface Part extends InputPartition {

  /** Begins to read, on the worker. */
  PartitionReader<ColumnarBatch> open() throws IOException;
}
