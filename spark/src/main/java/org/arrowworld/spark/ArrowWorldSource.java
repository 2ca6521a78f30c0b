// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.spark;

import java.io.IOException;
import java.util.Map;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.connector.catalog.TableProvider;
import org.apache.spark.sql.connector.expressions.Transform;
import org.apache.spark.sql.sources.DataSourceRegister;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/**
 * The data source {@code arrow-world}: a run, or a folder of runs, as tables of Spark.
 *
 * <pre>{@code
 * spark.read().format("arrow-world").option("view", "state").option("table", "creature").load("/runs")
 * }</pre>
 *
 * <p>Options: {@code view} (log, events, state, lives, runs), {@code table}, {@code tick}. A data
 * frame shows each run as it was when the frame first needed it; errors of the library come as they
 * are ({@link org.arrowworld.errors.InvalidUseException}, {@link
 * org.arrowworld.errors.DamagedFileException}, {@link
 * org.arrowworld.errors.StoreNotFoundException}), those of a task as the cause of Spark's own.
 */
public final class ArrowWorldSource implements TableProvider, DataSourceRegister {
  /** Made by Spark. */
  public ArrowWorldSource() {}

  @Override
  public String shortName() {
    return "arrow-world";
  }

  @Override
  public StructType inferSchema(CaseInsensitiveStringMap options) {
    return table(options).schema();
  }

  @Override
  public Table getTable(StructType schema, Transform[] partitioning, Map<String, String> options) {
    return table(options);
  }

  private static RunTable table(Map<String, String> given) {
    try {
      SourceOptions options = SourceOptions.of(given);
      PlannedRuns runs = new PlannedRuns(FoundRuns.of(options.path()));
      if (runs.found().constants().isEmpty()) {
        runs.of(runs.found().list().get(0).run()); // one store: it is opened, or refused, at once
      }
      View view =
          switch (options.view()) {
            case LOG -> new LogView(runs, WantedRows.ALL);
            case EVENTS -> new LogView(runs, WantedRows.EVENTS);
            case STATE -> new StateView(runs, options);
            case LIVES -> new LivesView(runs, options);
            case RUNS -> new RunsView(runs.found(), options.path());
          };
      return new RunTable(options, view);
    } catch (IOException e) {
      throw Thrown.as(e);
    }
  }
}
