// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.spark;

import org.apache.spark.sql.connector.metric.CustomMetric;
import org.apache.spark.sql.connector.metric.CustomSumMetric;
import org.apache.spark.sql.connector.metric.CustomTaskMetric;

/** What Spark's pages show of a scan beside its own figures. */
final class Metrics {
  private static final String BATCHES_READ = "batchesRead";

  private Metrics() {}

  /** Made by Spark, by its name. */
  public static final class BatchesRead extends CustomSumMetric {
    @Override
    public String name() {
      return BATCHES_READ;
    }

    @Override
    public String description() {
      return "batches of logs read";
    }
  }

  static CustomMetric[] all() {
    return new CustomMetric[] {new BatchesRead()};
  }

  /** What a task has read so far. */
  static CustomTaskMetric batchesRead(long count) {
    return new CustomTaskMetric() {
      @Override
      public String name() {
        return BATCHES_READ;
      }

      @Override
      public long value() {
        return count;
      }
    };
  }
}
