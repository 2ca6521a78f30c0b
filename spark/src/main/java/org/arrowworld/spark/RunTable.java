// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.spark;

import java.util.Set;
import org.apache.spark.sql.connector.catalog.SupportsRead;
import org.apache.spark.sql.connector.catalog.TableCapability;
import org.apache.spark.sql.connector.read.ScanBuilder;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/** A view of some runs, as Spark knows tables. */
final class RunTable implements SupportsRead {
  private final SourceOptions options;
  private final View view;

  RunTable(SourceOptions options, View view) {
    this.options = options;
    this.view = view;
  }

  @Override
  public String name() {
    return "arrow-world " + options.view().label() + " of " + options.path();
  }

  @Override
  @SuppressWarnings("deprecation") // what Spark calls
  public StructType schema() {
    return view.schema();
  }

  @Override
  public Set<TableCapability> capabilities() {
    return Set.of(TableCapability.BATCH_READ);
  }

  @Override
  public ScanBuilder newScanBuilder(CaseInsensitiveStringMap same) {
    return new ViewScanBuilder(name(), view);
  }
}
