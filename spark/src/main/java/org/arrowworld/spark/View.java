// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.spark;

import java.io.IOException;
import java.util.List;
import org.apache.spark.sql.types.StructType;

/** What is shown of the runs of a query. One thread at a time. */
interface View {

  /** Its columns. */
  StructType schema();

  /**
   * Shares the reading out.
   *
   * @param columns those that are wanted, in this order
   * @param pruning what is known of the rows that are wanted
   */
  Plan plan(StructType columns, Pruning pruning) throws IOException;

  /**
   * What is to be read.
   *
   * @param parts one per task
   * @param runs how many of the runs
   * @param batches how many batches of their logs; {@link Share#NONE} where they are not read so
   */
  record Plan(List<? extends Part> parts, Share runs, Share batches) {
    public Plan {
      parts = List.copyOf(parts);
    }
  }

  /** Some of all. */
  record Share(long some, long all) {
    static final Share NONE = new Share(0, 0);

    @Override
    public String toString() {
      return some + " of " + all;
    }
  }
}
