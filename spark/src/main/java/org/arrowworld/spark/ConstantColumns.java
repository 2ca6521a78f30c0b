// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.spark;

import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * The columns of a view that have one value in a run.
 *
 * @param shown their names and types in the view
 * @param names their names in it, by those that the runs have for them
 */
record ConstantColumns(StructType shown, Map<String, String> names) {

  /**
   * Names them.
   *
   * @param taken names of the view's own columns, in lower case; theirs are added
   */
  static ConstantColumns of(StructType constants, Set<String> taken) {
    StructType shown = new StructType();
    Map<String, String> names = new TreeMap<>();
    for (StructField constant : constants.fields()) {
      String name = Columns.free(constant.name(), taken);
      names.put(constant.name(), name);
      shown = shown.add(name, constant.dataType(), constant.nullable());
    }
    return new ConstantColumns(shown, names);
  }

  /** They, and then the view's own columns. */
  static ConstantColumns before(StructType constants, StructType own) {
    Set<String> taken = new HashSet<>();
    for (String name : own.fieldNames()) {
      taken.add(name.toLowerCase(Locale.ROOT));
    }
    return of(constants, taken);
  }

  /** A run with its constants under the names that they have in the view. */
  RunLocation named(RunLocation run) {
    Map<String, Object> named = new TreeMap<>();
    run.constants().forEach((name, value) -> named.put(names.get(name), value));
    return new RunLocation(run.location(), named);
  }

  /** The columns of the view. */
  StructType and(StructType own) {
    StructType all = shown;
    for (StructField field : own.fields()) {
      all = all.add(field);
    }
    return all;
  }
}
