// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.spark;

import java.io.IOException;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.vectorized.ColumnarBatch;

/**
 * A table of one run at one tick.
 *
 * @param shape what is wanted of it
 */
record StatePart(RunLocation run, PlannedHistory history, long tick, Shape shape) implements Part {

  /**
   * What is wanted of a table.
   *
   * @param slot the name that the number of the row has
   * @param names the table's columns by the names that they are shown with
   */
  record Shape(String table, Columns columns, String slot, LinkedHashMap<String, String> names)
      implements Serializable {

    /** What must be rebuilt, as a projection names it: the rows are counted by a column, too. */
    List<String> projection() {
      List<String> wanted =
          names.entrySet().stream()
              .filter(e -> columns.has(e.getKey()))
              .map(e -> table + "." + e.getValue())
              .toList();
      if (!wanted.isEmpty()) {
        return wanted;
      }
      String first = names.values().stream().findFirst().map(name -> "." + name).orElse("");
      return List.of(table + first);
    }
  }

  @Override
  public PartitionReader<ColumnarBatch> open() throws IOException {
    return new StatePartReader(this);
  }
}
