// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.spark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.arrowworld.Store;
import org.arrowworld.log.LogPlan;
import org.arrowworld.schema.WorldSchema;

/**
 * The runs of a query, each with the end it had when it was first asked for: all that one data
 * frame reads of a run is of that moment. One thread.
 */
final class PlannedRuns {
  private final RunFolders folders;
  private final Map<String, Planned> planned = new ConcurrentHashMap<>();

  /**
   * What is known of a run.
   *
   * @param log what there is to read
   * @param firstTick first tick whose world it can tell; -1 if it has none yet
   */
  record Planned(LogPlan log, WorldSchema schema, long firstTick) {

    /** The last committed tick; -1 if there is none yet. */
    long lastTick() {
      return firstTick < 0 ? -1 : log.end().tick();
    }
  }

  PlannedRuns(RunFolders folders) {
    this.folders = folders;
  }

  List<Run> all() {
    return folders.runs();
  }

  /** The columns that have one value in a run: its name, where there may be several. */
  StructType constants() {
    StructType none = new StructType();
    return folders.areSeveral() ? none.add(RunFolders.RUN, DataTypes.StringType, false) : none;
  }

  /**
   * The runs that may have rows that are wanted, planned.
   *
   * @param shown gives a run the names that its constants have in the view
   */
  List<Run> choose(Pruning pruning, UnaryOperator<Run> shown) throws IOException {
    List<Run> chosen =
        all().stream().map(shown).filter(run -> pruning.mayHold(run.constants())).toList();
    try {
      chosen.parallelStream().forEach(this::plan);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return chosen;
  }

  View.Share share(List<Run> chosen) {
    return new View.Share(chosen.size(), all().size());
  }

  /** What is known of a run. */
  Planned of(Run run) throws IOException {
    try {
      return plan(run);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private Planned plan(Run run) {
    return planned.computeIfAbsent(
        run.location(),
        location -> {
          try (Store store = run.open()) {
            return new Planned(
                store.plan(), store.schema(), store.isEmpty() ? -1 : store.firstTick());
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }
}
