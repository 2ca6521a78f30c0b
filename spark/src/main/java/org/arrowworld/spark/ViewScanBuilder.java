// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.spark;

import java.util.List;
import org.apache.spark.sql.connector.read.Scan;
import org.apache.spark.sql.connector.read.ScanBuilder;
import org.apache.spark.sql.connector.read.SupportsPushDownFilters;
import org.apache.spark.sql.connector.read.SupportsPushDownRequiredColumns;
import org.apache.spark.sql.sources.Filter;
import org.apache.spark.sql.types.StructType;

/** Is told by Spark which columns and rows a query wants. */
final class ViewScanBuilder
    implements ScanBuilder, SupportsPushDownFilters, SupportsPushDownRequiredColumns {
  private final String name;
  private final View view;
  private Filter[] filters = {};
  private StructType columns;

  ViewScanBuilder(String name, View view) {
    this.name = name;
    this.view = view;
    this.columns = view.schema();
  }

  /** All are given back: what is read is less for them, and may still hold rows that fail them. */
  @Override
  public Filter[] pushFilters(Filter[] given) {
    filters = given.clone();
    return given;
  }

  @Override
  public Filter[] pushedFilters() {
    return filters.clone();
  }

  @Override
  public void pruneColumns(StructType required) {
    columns = required;
  }

  @Override
  public Scan build() {
    return new ViewScan(name, view, columns, new Pruning(List.of(filters)));
  }
}
