// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.spark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.arrowworld.Store;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.log.LogPlan;
import org.arrowworld.schema.WorldSchema;

/**
 * The runs of a query, each with the end it had when it was first asked for: all that one data
 * frame reads of a run is of that moment. One thread.
 */
final class PlannedRuns {
  private final FoundRuns found;
  private final Map<String, FoundRuns.Found> byLocation = new HashMap<>();
  private final Map<String, Planned> planned = new ConcurrentHashMap<>();

  /**
   * What is known of a run.
   *
   * @param log what there is to read
   * @param history what there is to rebuild
   */
  record Planned(LogPlan log, WorldSchema schema, PlannedHistory history) {}

  PlannedRuns(FoundRuns found) {
    this.found = found;
    found.list().forEach(each -> byLocation.put(each.run().location(), each));
  }

  /** What the folder of the runs tells of them. */
  FoundRuns found() {
    return found;
  }

  /** The first run that has a tick, by which the others are measured. */
  RunLocation first() {
    List<FoundRuns.Found> list = found.list();
    return list.stream()
        .filter(FoundRuns.Found::hasTicks)
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidUseException(
                    Text.of(
                        "No run in %s has a tick yet: there is nothing to show",
                        list.get(0).run().folder())))
        .run();
  }

  /**
   * The runs that may have rows that are wanted, planned: those without a tick have none.
   *
   * @param columns gives a run's constants the names that they have in the view
   * @throws org.arrowworld.errors.DamagedFileException if one of them is damaged
   */
  List<RunLocation> choose(Pruning pruning, ConstantColumns columns) throws IOException {
    List<RunLocation> chosen = new ArrayList<>();
    for (FoundRuns.Found each : found.list()) {
      RunLocation run = columns.named(each.run());
      if (pruning.mayHold(run.constants())) {
        each.requireSound();
        if (each.hasTicks()) {
          chosen.add(run);
        }
      }
    }
    try {
      chosen.parallelStream().forEach(this::plan);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return chosen;
  }

  View.Share share(List<RunLocation> chosen) {
    return new View.Share(chosen.size(), found.list().size());
  }

  /** What is known of a run. */
  Planned of(RunLocation run) throws IOException {
    try {
      return plan(run);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private Planned plan(RunLocation run) {
    return planned.computeIfAbsent(
        run.location(),
        location -> {
          try (Store store = run.open()) {
            byLocation.get(location).requireSame(store);
            return new Planned(store.plan(), store.schema(), PlannedHistory.of(store));
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }
}
