// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.spark;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.TableKind;
import org.arrowworld.schema.TableSchema;

/** The lives of a table by birth: one task per run. */
final class LivesView implements View {
  private static final StructType OWN =
      new StructType()
          .add("rid", DataTypes.LongType, false)
          .add("gen", DataTypes.LongType, false)
          .add("born", DataTypes.LongType, true)
          .add("died", DataTypes.LongType, true)
          .add("cause", DataTypes.StringType, true)
          .add("parent_rid", DataTypes.LongType, true)
          .add("parent_gen", DataTypes.LongType, true);

  private final PlannedRuns runs;
  private final ConstantColumns constants;
  private final TableSchema table;

  LivesView(PlannedRuns runs, SourceOptions options) throws IOException {
    this.runs = runs;
    this.constants = ConstantColumns.before(runs.found().constants(), OWN);
    this.table = TableChoice.of(runs, ViewName.LIVES, options.table());
    if (table.kind() == TableKind.APPEND_ONLY) {
      throw new InvalidUseException(
          Text.of(
              "Nobody lives or dies in table '%s': rows are only added to it; read it by view 'state'",
              table.name()));
    }
  }

  @Override
  public StructType schema() {
    return constants.and(OWN);
  }

  @Override
  public Plan plan(StructType columns, Pruning pruning) throws IOException {
    List<RunLocation> chosen = runs.choose(pruning, constants);
    List<LivesPart> parts = new ArrayList<>();
    for (RunLocation run : chosen) {
      PlannedRuns.Planned planned = runs.of(run);
      TableChoice.requireSame(table, run, planned.schema(), runs.first());
      if (planned.history().hasTicks()) {
        parts.add(new LivesPart(run, planned.history(), table.name(), new Columns(columns)));
      }
    }
    return new Plan(parts, runs.share(chosen), Share.NONE);
  }
}
