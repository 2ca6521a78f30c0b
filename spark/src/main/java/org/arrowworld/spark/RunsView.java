// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.spark;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.runs.Run;

/**
 * The runs of a folder, a row each: what the folder's catalogue tells; no store is opened for it.
 */
final class RunsView implements View {
  private static final StructType OWN =
      new StructType()
          .add("state", DataTypes.StringType, false)
          .add("tick", DataTypes.LongType, true)
          .add("rows", DataTypes.LongType, true)
          .add("message", DataTypes.StringType, true)
          .add("path", DataTypes.StringType, false);

  private final FoundRuns found;
  private final ConstantColumns constants;

  RunsView(FoundRuns found, String path) {
    if (found.constants().isEmpty()) {
      throw new InvalidUseException(
          Text.of("View 'runs' is of a folder of runs, and %s is one store", path));
    }
    this.found = found;
    this.constants = ConstantColumns.before(found.constants(), OWN);
  }

  @Override
  public StructType schema() {
    return constants.and(OWN);
  }

  @Override
  public Plan plan(StructType columns, Pruning pruning) {
    ArrayList<TreeMap<String, Object>> rows = new ArrayList<>();
    for (FoundRuns.Found each : found.list()) {
      Run told = each.told().orElseThrow();
      TreeMap<String, Object> row = new TreeMap<>(constants.named(each.run()).constants());
      row.put("state", told.state().word());
      row.put("tick", told.tick().isPresent() ? told.tick().getAsLong() : null);
      row.put("rows", told.rows().isPresent() ? told.rows().getAsLong() : null);
      row.put("message", told.message().orElse(null));
      row.put("path", each.run().location());
      if (pruning.mayHold(row)) {
        rows.add(row);
      }
    }
    return new Plan(
        List.of(new Rows(new Columns(columns), rows)),
        new Share(rows.size(), found.list().size()),
        Share.NONE);
  }

  /** All is known already. */
  private record Rows(Columns columns, ArrayList<TreeMap<String, Object>> rows) implements Part {
    @Override
    public PartitionReader<ColumnarBatch> open() {
      StructType types = columns.wanted();
      return new OneBatch(
          columns.batch(
              new TreeMap<>(),
              name ->
                  Vectors.objects(
                      types.apply(name).dataType(), rows.stream().map(r -> r.get(name)).toArray()),
              rows.size()));
    }
  }
}
