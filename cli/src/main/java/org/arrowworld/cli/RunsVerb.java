// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.arrowworld.cli.RowPrinter.OutputClosedException;
import org.arrowworld.internal.Text;
import org.arrowworld.published.Location;
import org.arrowworld.runs.OfRun;
import org.arrowworld.runs.ParameterStats;
import org.arrowworld.runs.Run;
import org.arrowworld.runs.RunState;
import org.arrowworld.runs.Runs;
import org.arrowworld.stats.KeyStatistics;
import org.arrowworld.stats.Summary;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code aw runs}. */
@Command(
    name = "runs",
    description = {
      "Show the runs of a folder, one a line. Fields are separated by tabs: name, state",
      "(waiting, begun, done, failed, damaged), last tick, and the parameters in which the runs",
      "differ; with --json all parameters.",
      "",
      "With --stats, show a summary of a key's values: count, mean, min, max. It is of each",
      "run, or with --by of all runs that have one value of a parameter."
    })
final class RunsVerb extends ReadingVerb {
  @Parameters(
      paramLabel = "DIR",
      converter = LocationConverter.class,
      description = "The folder of runs, or the address of published ones.")
  private Location folder;

  @Option(
      names = "--where",
      paramLabel = "W",
      description =
          "Only these runs: \"foodPerSecond >= 200 and seed != 7 and state == done\"; names are"
              + " parameters, run, state, tick and rows.")
  private String where;

  @Option(
      names = "--stats",
      paramLabel = "K",
      description = "Summarise a key's values: creature.energy.")
  private String key;

  @Option(names = "--by", paramLabel = "P", description = "By the values of a parameter.")
  private String by;

  @Option(
      names = "--range",
      paramLabel = "A..B",
      converter = TickSpan.Converter.class,
      description = "Summarise only these ticks, both ends included.")
  private TickSpan range = TickSpan.ALL;

  @Option(
      names = "--save",
      description = "Write the catalogue, runs.parquet, for faster opening and for other tools.")
  private boolean save;

  @Override
  String purpose() {
    return "show the runs";
  }

  @Override
  int execute() throws IOException {
    if (key == null && (by != null || !range.equals(TickSpan.ALL))) {
      throw new UsageException("--by and --range summarise; name a key by --stats");
    }
    Runs all = folder.isAddress() ? Runs.open(folder.address()) : Runs.open(folder.path());
    all.warnings().forEach(console()::note);
    if (save) {
      all.save();
    }
    Runs runs = where == null ? all : all.where(where);
    try {
      if (key == null) {
        list(runs);
      } else if (by == null) {
        stats(runs);
      } else {
        statsByParameter(runs);
      }
    } catch (OutputClosedException e) {
      return Exit.OK;
    }
    return Exit.OK;
  }

  private void list(Runs runs) throws IOException {
    boolean json = format() == Report.Format.JSON;
    Set<String> known = json || runs.planned().isEmpty() ? runs.parameters() : runs.planned();
    List<String> shown = known.stream().filter(name -> json || differs(runs, name)).toList();
    List<String> names = new ArrayList<>(List.of("run", "state", "tick"));
    if (json) {
      names.add("rows");
    }
    names.addAll(shown);
    names.add("message");
    RowPrinter printer = new RowPrinter(console(), format(), names.toArray(String[]::new));
    for (Run run : runs.list()) {
      List<Object> row = new ArrayList<>();
      row.add(run.name());
      row.add(run.state().word());
      row.add(run.tick().isPresent() ? run.tick().getAsLong() : null);
      if (json) {
        row.add(run.rows().isPresent() ? run.rows().getAsLong() : null);
      }
      shown.forEach(name -> row.add(parameter(run, name, json)));
      row.add(run.message().orElse(json ? null : ""));
      printer.row(row.toArray());
    }
    if (!json) {
      StringBuilder states = new StringBuilder();
      for (RunState state : RunState.values()) {
        long count = runs.list().stream().filter(run -> run.state() == state).count();
        states.append(count == 0 ? "" : Text.of(", %,d %s", count, state.word()));
      }
      console().note(Text.of("%,d runs%s", runs.list().size(), states));
    }
  }

  private static Object parameter(Run run, String name, boolean json) {
    if (!run.parameters().has(name)) {
      return null;
    }
    Object value = run.parameters().get(name);
    return json ? value : name + "=" + value;
  }

  private static boolean differs(Runs runs, String name) {
    return runs.list().stream()
            .map(run -> run.parameters().has(name) ? run.parameters().text(name) : null)
            .map(Optional::ofNullable)
            .distinct()
            .count()
        > 1;
  }

  private void stats(Runs runs) throws IOException {
    RowPrinter printer = new RowPrinter(console(), format(), "run", "count", "mean", "min", "max");
    runs.stats(options())
        .forEach((OfRun<Summary> each) -> print(printer, each.run().name(), each.value()));
  }

  private void statsByParameter(Runs runs) throws IOException {
    RowPrinter printer =
        new RowPrinter(console(), format(), by, "runs", "count", "mean", "min", "max");
    for (ParameterStats each : runs.stats(options(), by)) {
      Summary s = each.summary();
      printer.row(each.value(), each.runs(), s.count(), s.mean(), s.min(), s.max());
    }
  }

  private KeyStatistics.Options options() {
    return KeyStatistics.Options.of(key).between(range.first(), range.last());
  }

  private static void print(RowPrinter printer, Object of, Summary s) throws OutputClosedException {
    printer.row(of, s.count(), s.mean(), s.min(), s.max());
  }
}
