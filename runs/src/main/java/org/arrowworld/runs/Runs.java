// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.runs;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.arrowworld.Store;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.StoreNotFoundException;
import org.arrowworld.internal.Nearest;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.given.Given;
import org.arrowworld.internal.store.OutsideStores;
import org.arrowworld.published.Addresses;
import org.arrowworld.published.Location;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.stats.KeyStatistics;
import org.arrowworld.stats.Summary;
import org.arrowworld.storage.AbsolutePath;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.Storage;
import org.arrowworld.table.World;
import org.arrowworld.timeline.Life;
import org.arrowworld.timeline.Projection;
import org.arrowworld.timeline.Query;
import org.arrowworld.timeline.Row;
import org.arrowworld.timeline.TickRange;

/**
 * The runs of a folder, for reading: which there are, their parameters and how far they are, and
 * questions to all of them.
 *
 * <pre>{@code
 * Runs runs = Runs.open(Path.of("sweep"));
 * for (ParameterStats each : runs.where("state == done").stats("creature.energy", "rate")) {
 *   System.out.println(each.value() + " " + each.summary().mean());
 * }
 * }</pre>
 *
 * <p>It shows the folder as it was when it was opened; nothing is held open, locked or written.
 * Questions open one run after the other, in the order of their names, and need memory for one.
 * They pass over runs that have no tick yet, and throw for one that is damaged, naming it: {@code
 * where("state != damaged")} leaves those out. Safe for use by several threads.
 */
public final class Runs {
  private final Location folder;
  private final List<Run> list;
  private final Set<String> parameters;
  private final Set<String> planned;
  private final List<String> warnings;
  private final int read;

  Runs(
      Location folder,
      List<Run> list,
      Set<String> parameters,
      Set<String> planned,
      List<String> warnings,
      int read) {
    this.folder = folder;
    this.list = List.copyOf(list);
    this.parameters = Collections.unmodifiableSet(parameters);
    this.planned = Collections.unmodifiableSet(planned);
    this.warnings = List.copyOf(warnings);
    this.read = read;
  }

  /**
   * Opens a folder of runs. Of runs that did not change since the catalogue was written only the
   * catalogue is read.
   *
   * @throws StoreNotFoundException if there is no such folder
   * @throws DamagedFileException if the plan is damaged; a damaged run is no error but its state, a
   *     damaged catalogue one of the {@link #warnings}
   */
  public static Runs open(Path folder) throws IOException {
    return RunsOpening.ofFolder(Given.required("open runs", "folder", folder));
  }

  /**
   * Opens runs that were published ({@link #publish(URI)}), by one request for their catalogue; or
   * a folder of runs, by its {@code file:} address. They never change, and are only read.
   *
   * @throws StoreNotFoundException if no runs were published there
   * @throws DamagedFileException if the catalogue is damaged
   * @throws InvalidUseException if nothing on the class path reads such addresses
   */
  public static Runs open(URI address) throws IOException {
    Given.required("open runs", "address", address);
    if (Addresses.isFolder(address)) {
      return open(Addresses.path(address));
    }
    return RunsOpening.ofAddress(address);
  }

  /** Where they are. */
  public Location folder() {
    return folder;
  }

  /** The runs, by name. */
  public List<Run> list() {
    return list;
  }

  /** The names of all parameters, those of the plan first. */
  public Set<String> parameters() {
    return parameters;
  }

  /**
   * The type that holds what all runs have as a parameter: {@code i64}, {@code f64}, {@code bool}
   * or {@code string}.
   *
   * @throws InvalidUseException if no run has such a parameter
   */
  public ColumnType type(String parameter) {
    requireParameter("tell the type of", parameter);
    return Catalogue.type(parameter, list);
  }

  private void requireParameter(String action, String parameter) {
    if (!parameters.contains(parameter)) {
      throw new InvalidUseException(
          Text.of(
              "Cannot %s '%s': there are the parameters %s",
              action, parameter, Nearest.of(parameter, parameters)));
    }
  }

  /** The names of the parameters that the plan gives; empty where there is no plan. */
  public Set<String> planned() {
    return planned;
  }

  /** What was passed over when the folder was opened, in plain words. */
  public List<String> warnings() {
    return warnings;
  }

  /**
   * How many runs were read themselves when the folder was opened; the others from the catalogue.
   */
  public int read() {
    return read;
  }

  /**
   * The run of a name.
   *
   * @throws InvalidUseException if there is none; the message lists them
   */
  public Run run(String name) {
    return list.stream()
        .filter(run -> run.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidUseException(
                    Text.of(
                        "There is no run '%s' in %s: there are %s",
                        name, folder, Nearest.of(name, list.stream().map(Run::name).toList()))));
  }

  /**
   * The runs for which conditions hold, as {@code rate >= 0.5 and state == done}: parameters,
   * {@code run}, {@code state}, {@code tick} and {@code rows}, compared with numbers by {@code ==
   * != < <= > >=}, with words and bools by {@code ==} and {@code !=}. Files are read of none of
   * them.
   *
   * @throws InvalidUseException if it cannot be read, saying where
   */
  public Runs where(String conditions) {
    Given.required("filter runs", "filter", conditions);
    return where(RunFilter.parse(conditions, parameters)::holds);
  }

  /** The runs that are wanted. */
  public Runs where(Predicate<Run> wanted) {
    Given.required("filter runs", "filter", wanted);
    List<Run> some = list.stream().filter(wanted).toList();
    return new Runs(folder, some, parameters, planned, warnings, read);
  }

  /** Writes the catalogue of these runs, which speeds up the next opening; best of all runs. */
  public void save() throws IOException {
    OutsideStores.require(folder.path().resolve(Catalogue.PATH));
    try (Storage storage = new DiskStorage(folder.path())) {
      Catalogue.write(storage, list, parameters);
    }
  }

  /**
   * Publishes these runs into a folder, for any web server: each that has a tick as {@link
   * Store#publish(Path)} does, and the catalogue of all last, by which {@link #open(URI)} reads
   * them. After a failure it is called again, and goes on.
   *
   * @param target is made; if it exists, it holds nothing but a part of this publication
   * @throws DamagedFileException if one of them is damaged
   */
  public RunsPublication.Report publish(Path target) throws IOException {
    Given.required("publish runs", "target", target);
    return new RunsPublication(this, Location.of(AbsolutePath.of(target))).run();
  }

  /** As {@link #publish(Path)}, to an address that a provider on the class path knows. */
  public RunsPublication.Report publish(URI target) throws IOException {
    Given.required("publish runs", "target", target);
    return new RunsPublication(this, Location.of(target)).run();
  }

  /** Receives worlds. */
  public interface WorldVisitor {
    /** A world, which is closed after the call. */
    void visit(Run run, World world) throws IOException;
  }

  /**
   * Shows the world of each run at a tick, one after the other.
   *
   * @throws InvalidUseException if a run has no such tick; {@code where("tick >= 100")} leaves out
   *     those that are not there yet
   */
  public void at(long tick, WorldVisitor visitor) throws IOException {
    at(tick, Projection.ALL, visitor);
  }

  /** As {@link #at(long, WorldVisitor)}, with memory for some tables and columns alone. */
  public void at(long tick, Projection wanted, WorldVisitor visitor) throws IOException {
    Given.required("show worlds", "visitor", visitor);
    forEachStore(
        (run, store) -> {
          try (World world = store.at(tick, wanted)) {
            visitor.visit(run, world);
          }
          return true;
        });
  }

  /** The rows of a key of any kind, run by run, each in log order. */
  public Query<OfRun<Row>> rows(String key, TickRange ticks) {
    return each(store -> store.rows(key, ticks));
  }

  /** The rows of all declared events, run by run, each in log order. */
  public Query<OfRun<Row>> events() {
    return each(Store::events);
  }

  /** The rows of one event, run by run, each in log order. */
  public Query<OfRun<Row>> events(String key) {
    return each(store -> store.events(key));
  }

  /** All lives of a table, run by run, each by birth. */
  public Query<OfRun<Life>> lives(String table) {
    return each(store -> store.lives(table));
  }

  /** A summary of all values of a key, of each run. */
  public Query<OfRun<Summary>> stats(String key) {
    return stats(KeyStatistics.Options.of(key));
  }

  /** As {@link #stats(String)}, of some ticks or with a histogram. */
  public Query<OfRun<Summary>> stats(KeyStatistics.Options options) {
    return Query.of(
        visitor ->
            forEachStore((run, store) -> visitor.visit(new OfRun<>(run, store.stats(options)))));
  }

  /** A summary of all values of a key in the runs that have one value of a parameter, by that. */
  public List<ParameterStats> stats(String key, String parameter) throws IOException {
    return stats(KeyStatistics.Options.of(key), parameter);
  }

  /**
   * As {@link #stats(String, String)}, of some ticks or with a histogram. Values of the parameter
   * come in the order of the runs; runs without the parameter, or without a tick, in none.
   *
   * @throws InvalidUseException if no run has such a parameter
   */
  public List<ParameterStats> stats(KeyStatistics.Options options, String parameter)
      throws IOException {
    requireParameter("group runs by", parameter);
    Map<Object, List<Run>> groups = new LinkedHashMap<>();
    for (Run run : list) {
      if (run.parameters().has(parameter)) {
        groups
            .computeIfAbsent(
                Parameters.sense(run.parameters().text(parameter)), k -> new ArrayList<>())
            .add(run);
      }
    }
    List<ParameterStats> found = new ArrayList<>();
    for (List<Run> group : groups.values()) {
      int[] runs = {0};
      try (KeyStatistics.Together together = new KeyStatistics.Together(options)) {
        forEachStore(
            group,
            (run, store) -> {
              together.add(store.log());
              runs[0]++;
              return true;
            });
        Object value = group.get(0).parameters().get(parameter);
        together
            .summary()
            .ifPresent(summary -> found.add(new ParameterStats(value, runs[0], summary)));
      }
    }
    return found;
  }

  private interface Question<T> {
    Query<T> of(Store store) throws IOException;
  }

  private <T> Query<OfRun<T>> each(Question<T> question) {
    return Query.of(
        visitor ->
            forEachStore(
                (run, store) -> {
                  boolean[] more = {true};
                  question
                      .of(store)
                      .until(value -> more[0] = visitor.visit(new OfRun<>(run, value)));
                  return more[0];
                }));
  }

  private interface StoreVisitor {
    boolean visit(Run run, Store store) throws IOException;
  }

  private void forEachStore(StoreVisitor visitor) throws IOException {
    forEachStore(list, visitor);
  }

  private static void forEachStore(List<Run> runs, StoreVisitor visitor) throws IOException {
    for (Run run : runs) {
      if (run.state() == RunState.DAMAGED) {
        throw new DamagedFileException(
            run.location().toString(),
            -1,
            Text.of(
                "run %s cannot be read: %s (where(\"state != damaged\") leaves it out)",
                run.name(), run.message().orElse("")));
      }
      if (run.hasTicks()) {
        try (Store store = run.open()) {
          if (!visitor.visit(run, store)) {
            return;
          }
        }
      }
    }
  }
}
