// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.spark;

import java.io.Serializable;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarBatch;

/**
 * The columns that a query wants, in its order.
 *
 * @param wanted their names and types
 */
record Columns(StructType wanted) implements Serializable {

  boolean has(String name) {
    return wanted.getFieldIndex(name).isDefined();
  }

  /**
   * A batch of them.
   *
   * @param constants values that are the same in all rows, by column
   * @param others makes the other columns, by name
   */
  ColumnarBatch batch(
      Map<String, Object> constants, Function<String, ? extends ColumnVector> others, int rows) {
    StructField[] fields = wanted.fields();
    ColumnVector[] vectors = new ColumnVector[fields.length];
    for (int i = 0; i < fields.length; i++) {
      String name = fields[i].name();
      vectors[i] =
          constants.containsKey(name)
              ? Vectors.constant(fields[i].dataType(), constants.get(name))
              : others.apply(name);
    }
    return new ColumnarBatch(vectors, rows);
  }

  /**
   * A name that no column has yet, case aside: with as many {@code _} behind it as that takes.
   *
   * @param taken in lower case; the name is added
   */
  static String free(String name, Set<String> taken) {
    String free = name;
    while (!taken.add(free.toLowerCase(Locale.ROOT))) {
      free += "_";
    }
    return free;
  }
}
