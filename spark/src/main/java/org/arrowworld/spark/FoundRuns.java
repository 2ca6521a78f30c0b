// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.spark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.arrowworld.Store;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.StoreNotFoundException;
import org.arrowworld.internal.Text;
import org.arrowworld.runs.Parameters;
import org.arrowworld.runs.Run;
import org.arrowworld.runs.RunState;
import org.arrowworld.runs.Runs;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.storage.AbsolutePath;

/**
 * The runs that a path or an address means: one store, or those of a folder.
 *
 * @param list by name
 * @param constants the columns that have one value in a run; none of one store
 */
record FoundRuns(List<Found> list, StructType constants) {
  private static final String RUN = "run";

  /**
   * A run, and what its folder tells of it.
   *
   * @param told empty where the store itself was named
   */
  record Found(RunLocation run, Optional<Run> told) {

    /** Whether it has a tick to be read. */
    boolean hasTicks() {
      return told.isEmpty() || told.get().hasTicks();
    }

    /** Refuses a store that is not the one that the catalogue tells of (spec R-11). */
    void requireSame(Store store) throws IOException {
      if (told.isPresent()) {
        told.get().requireSame(store);
      }
    }

    /** Refuses a run of which its folder says that it cannot be read. */
    void requireSound() throws DamagedFileException {
      if (told.isPresent() && told.get().state() == RunState.DAMAGED) {
        throw new DamagedFileException(
            run.location(),
            -1,
            Text.of(
                "run %s cannot be read: %s (where run <> '%s' leaves it out)",
                told.get().name(), told.get().message().orElse(""), told.get().name()));
      }
    }
  }

  private static FoundRuns of(RunLocation store) {
    return new FoundRuns(List.of(new Found(store, Optional.empty())), new StructType());
  }

  static FoundRuns of(String given) throws IOException {
    if (RunLocation.isAddress(given)) {
      try {
        return of(Runs.open(RunLocation.address(given)));
      } catch (StoreNotFoundException e) { // no catalogue: it is to be one store
        return of(new RunLocation(given, Map.of()));
      }
    }
    Path path = AbsolutePath.of(RunLocation.path(given));
    if (Files.exists(path.resolve("store.json"))) {
      return of(new RunLocation(path.toString(), Map.of()));
    }
    return of(Runs.open(path));
  }

  private static FoundRuns of(Runs runs) {
    if (runs.list().isEmpty()) {
      throw new InvalidUseException(
          Text.of(
              "There is no run in %s: expected a store, a folder with store.json, or a folder of stores",
              runs.folder()));
    }
    Map<String, ColumnType> parameters = new TreeMap<>();
    StructType constants = new StructType().add(RUN, DataTypes.StringType, false);
    for (String name : runs.parameters()) {
      parameters.put(name, runs.type(name));
      constants = constants.add(name, Vectors.shown(runs.type(name)), true);
    }
    List<Found> list = new ArrayList<>();
    for (Run told : runs.list()) {
      Map<String, Object> values = new TreeMap<>();
      values.put(RUN, told.name());
      parameters.forEach((name, type) -> values.put(name, value(told.parameters(), name, type)));
      list.add(new Found(new RunLocation(told.location().text(), values), Optional.of(told)));
    }
    return new FoundRuns(List.copyOf(list), constants);
  }

  private static Object value(Parameters parameters, String name, ColumnType type) {
    if (!parameters.has(name)) {
      return null;
    }
    return switch (type) {
      case STRING -> parameters.text(name);
      case F64 -> parameters.doubleValue(name);
      default -> parameters.get(name);
    };
  }
}
