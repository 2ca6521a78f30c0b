// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.spark;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.arrowworld.log.LogPlan;
import org.arrowworld.log.PlannedBatch;

/**
 * The rows of the logs, or those of events alone: {@code seq}, {@code tick}, {@code rid}, {@code
 * key}, {@code val}, {@code bits} (the 64 bits of {@code val}: of integers of 64 bits the number)
 * and {@code text}.
 */
final class LogView implements View {
  /** What a task reads, of one run or of several small ones. */
  private static final long PART_BYTES = 64L << 20;

  private static final StructType OWN =
      new StructType()
          .add("seq", DataTypes.LongType, false)
          .add("tick", DataTypes.LongType, false)
          .add("rid", DataTypes.LongType, false)
          .add("key", DataTypes.StringType, false)
          .add("val", DataTypes.DoubleType, false)
          .add("bits", DataTypes.LongType, false)
          .add("text", DataTypes.StringType, true);

  private final PlannedRuns runs;
  private final WantedRows rows;
  private final ConstantColumns constants;

  LogView(PlannedRuns runs, WantedRows rows) {
    this.runs = runs;
    this.rows = rows;
    this.constants = ConstantColumns.before(runs.found().constants(), OWN);
  }

  @Override
  public StructType schema() {
    return constants.and(OWN);
  }

  @Override
  public Plan plan(StructType columns, Pruning pruning) throws IOException {
    WantedRows.Wanted wanted = new WantedRows.Wanted(new Columns(columns), pruning, rows);
    List<RunLocation> chosen = runs.choose(pruning, constants);
    List<LogPart> parts = new ArrayList<>();
    List<LogPart.Piece> pieces = new ArrayList<>();
    long bytes = 0;
    long batches = 0;
    long all = 0;
    for (RunLocation run : chosen) {
      LogPlan plan = runs.of(run).log();
      all += plan.batches().size();
      List<PlannedBatch> of = new ArrayList<>();
      for (PlannedBatch batch : plan.batches()) {
        if (!wanted.mayBeIn(batch)) {
          continue;
        }
        if (bytes > 0 && bytes + batch.lengthBytes() > PART_BYTES) {
          addPiece(pieces, run, plan, of);
          parts.add(new LogPart(wanted, List.copyOf(pieces)));
          pieces.clear();
          of.clear();
          bytes = 0;
        }
        of.add(batch);
        bytes += batch.lengthBytes();
        batches++;
      }
      addPiece(pieces, run, plan, of);
    }
    if (!pieces.isEmpty()) {
      parts.add(new LogPart(wanted, List.copyOf(pieces)));
    }
    return new Plan(parts, runs.share(chosen), new Share(batches, all));
  }

  private static void addPiece(
      List<LogPart.Piece> pieces, RunLocation run, LogPlan plan, List<PlannedBatch> of) {
    if (!of.isEmpty()) {
      pieces.add(new LogPart.Piece(run, plan.only(List.copyOf(of))));
    }
  }
}
