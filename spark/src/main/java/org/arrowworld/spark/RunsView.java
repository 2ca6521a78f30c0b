// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.spark;

import java.io.IOException;
import java.util.List;
import java.util.TreeMap;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.arrowworld.log.LogPlan;

/** The runs themselves, a row each: {@code run}, {@code path}, their ticks, and how large they are. */
final class RunsView implements View {
  private final PlannedRuns runs;

  RunsView(PlannedRuns runs) {
    this.runs = runs;
  }

  @Override
  public StructType schema() {
    return runs.constants()
        .add("path", DataTypes.StringType, false)
        .add("first_tick", DataTypes.LongType, true)
        .add("last_tick", DataTypes.LongType, true)
        .add("rows", DataTypes.LongType, false)
        .add("batches", DataTypes.LongType, false)
        .add("bytes", DataTypes.LongType, false);
  }

  @Override
  public Plan plan(StructType columns, Pruning pruning) throws IOException {
    List<Run> chosen = runs.choose(pruning, run -> run);
    List<RunPart> parts = new java.util.ArrayList<>();
    for (Run run : chosen) {
      PlannedRuns.Planned planned = runs.of(run);
      LogPlan log = planned.log();
      boolean isBegun = planned.lastTick() >= 0;
      TreeMap<String, Object> values = new TreeMap<>(run.constants());
      values.put("path", run.location());
      values.put("first_tick", isBegun ? planned.firstTick() : null);
      values.put("last_tick", isBegun ? planned.lastTick() : null);
      values.put("rows", log.rows());
      values.put("batches", (long) log.batches().size());
      values.put("bytes", log.bytes());
      parts.add(new RunPart(new Columns(columns), values));
    }
    return new Plan(parts, runs.share(chosen), Share.NONE);
  }

  /** One run: all is known already. */
  private record RunPart(Columns columns, TreeMap<String, Object> values) implements Part {
    @Override
    public PartitionReader<ColumnarBatch> open() {
      return new OneBatch(
          columns.batch(
              values,
              name -> {
                throw new IllegalStateException(name);
              },
              1));
    }
  }
}
