// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.arrowworld.Store;
import org.arrowworld.cli.RowPrinter.OutputClosedException;
import org.arrowworld.published.Location;
import org.arrowworld.stats.KeyStatistics;
import org.arrowworld.stats.Summary;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code aw stats}. */
@Command(
    name = "stats",
    description = {
      "Summarise the values that log rows of a key carry. It shows how many, mean, least,",
      "greatest, distinct values, quartiles, and a histogram with --bins. All are exact,",
      "however long the history is. With --by tick it prints one line per tick, separated by",
      "tabs: tick, count, mean, min, max, distinct; with --json one object per line."
    })
final class StatsVerb extends ReadingVerb {
  @Parameters(
      paramLabel = "STORE",
      converter = LocationConverter.class,
      description = "The store's directory, or the address of a published store.")
  private Location store;

  @Option(
      names = "--key",
      required = true,
      paramLabel = "K",
      description = "A key's full name: creature.energy.")
  private String key;

  @Option(names = "--by", paramLabel = "tick", description = "Summarise tick by tick.")
  private By by;

  @Option(
      names = "--range",
      paramLabel = "A..B",
      converter = TickSpan.Converter.class,
      description = "Only these ticks, both ends included.")
  private TickSpan range = TickSpan.ALL;

  @Option(names = "--bins", paramLabel = "N", description = "Bins of a histogram; none by default.")
  private int bins;

  /** What summaries are made of. */
  enum By {
    tick
  }

  @Override
  String purpose() {
    return "summarise the log";
  }

  @Override
  int execute() throws IOException {
    if (bins < 0 || bins > 10_000) {
      throw new UsageException("expected --bins from 0 to 10000, found " + bins);
    }
    try (Store opened = open(store);
        ScanBar bar = new ScanBar(console(), "stats")) {
      opened.log().watch(bar);
      KeyStatistics.Options options =
          KeyStatistics.Options.of(key).between(range.first(), range.last()).withBins(bins);
      if (by == null) {
        print(opened.stats(options));
      } else {
        printByTick(opened, options);
      }
    } catch (OutputClosedException e) {
      return Exit.OK;
    }
    return Exit.OK;
  }

  private void print(Summary summary) {
    Report report = new Report();
    members(summary).forEach(report::add);
    report.print(console(), format());
  }

  private static Map<String, Object> members(Summary summary) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("count", summary.count());
    members.put("nans", summary.nans());
    members.put("mean", summary.mean());
    members.put("min", summary.min());
    members.put("max", summary.max());
    members.put("distinct", summary.distinct());
    members.put("quartiles", summary.quartiles());
    if (!summary.histogram().isEmpty()) {
      members.put("histogram", summary.histogram());
    }
    return members;
  }

  private void printByTick(Store opened, KeyStatistics.Options options) throws IOException {
    String[] names = {"tick", "count", "mean", "min", "max", "distinct", "quartiles", "histogram"};
    boolean json = format() == Report.Format.JSON;
    int shown = json ? bins > 0 ? 8 : 7 : 6;
    RowPrinter printer =
        new RowPrinter(
            console(), format(), List.of(names).subList(0, shown).toArray(String[]::new));
    opened.statsByTick(
        options,
        (tick, s) -> {
          Object[] all = {
            tick, s.count(), s.mean(), s.min(), s.max(), s.distinct(), s.quartiles(), s.histogram()
          };
          printer.row(java.util.Arrays.copyOf(all, shown));
        });
  }
}
