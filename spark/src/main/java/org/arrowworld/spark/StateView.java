// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.spark;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.TableSchema;

/**
 * The rows of a table at some ticks: {@code tick}, {@code slot}, and the table's columns. Each task
 * rebuilds the table of one run at one tick.
 *
 * <p>Where a column of the table has one of the names that are added, or that of another column
 * case aside, the later one has a {@code _} behind it.
 */
final class StateView implements View {
  private final PlannedRuns runs;
  private final TableSchema table;
  private final List<Long> ticks;
  private final ConstantColumns constants;
  private final LinkedHashMap<String, String> columns = new LinkedHashMap<>();
  private final String tickName;
  private final String slotName;
  private final StructType schema;

  StateView(PlannedRuns runs, SourceOptions options) throws IOException {
    this.runs = runs;
    this.table = TableChoice.of(runs, ViewName.STATE, options.table());
    this.ticks = options.ticks();
    Set<String> taken = new HashSet<>();
    for (Column column : table.allColumns()) {
      columns.put(Columns.free(column.name(), taken), column.name());
    }
    constants = ConstantColumns.of(runs.found().constants(), taken);
    tickName = Columns.free("tick", taken);
    slotName = Columns.free("slot", taken);
    StructType shown =
        constants
            .shown()
            .add(tickName, DataTypes.LongType, false)
            .add(slotName, DataTypes.LongType, false);
    int index = 0;
    for (String name : columns.keySet()) {
      Column column = table.allColumns().get(index++);
      shown = shown.add(name, Vectors.shown(column.type()), false);
    }
    schema = shown;
  }

  @Override
  public StructType schema() {
    return schema;
  }

  @Override
  public Plan plan(StructType wanted, Pruning pruning) throws IOException {
    List<RunLocation> chosen = runs.choose(pruning, constants);
    StatePart.Shape shape =
        new StatePart.Shape(table.name(), new Columns(wanted), slotName, columns);
    List<StatePart> parts = new ArrayList<>();
    for (RunLocation run : chosen) {
      PlannedRuns.Planned planned = runs.of(run);
      TableChoice.requireSame(table, run, planned.schema(), runs.first());
      for (long tick : ticks(run, planned.history())) {
        RunLocation at = run.with(tickName, tick);
        if (pruning.mayHold(at.constants())) {
          parts.add(new StatePart(at, planned.history(), tick, shape));
        }
      }
    }
    return new Plan(parts, runs.share(chosen), Share.NONE);
  }

  private List<Long> ticks(RunLocation run, PlannedHistory planned) {
    if (ticks.isEmpty()) {
      return planned.hasTicks() ? List.of(planned.lastTick()) : List.of();
    }
    for (long tick : ticks) {
      if (!planned.hasTicks() || tick < planned.firstTick() || tick > planned.lastTick()) {
        throw new InvalidUseException(
            Text.of(
                "Cannot show the state of %s at tick %d: it has %s",
                run.location(),
                tick,
                planned.hasTicks()
                    ? Text.of("ticks %d to %d", planned.firstTick(), planned.lastTick())
                    : "none yet"));
      }
    }
    return ticks;
  }
}
