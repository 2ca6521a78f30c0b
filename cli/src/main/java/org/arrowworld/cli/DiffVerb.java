// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.arrowworld.Store;
import org.arrowworld.internal.Text;
import org.arrowworld.published.Location;
import org.arrowworld.timeline.StoreDiff;
import org.arrowworld.timeline.StoreDiff.Outcome;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code aw diff}. */
@Command(
    name = "diff",
    description = {
      "Find the first tick at which two stores differ, and name the rows that differ in it. The",
      "digest chains are bisected, so that only a few batches are read. Fields are separated by",
      "tabs: key, id, value on the left, value on the right; a missing value is '-'. A fork is",
      "compared with its origin from where the fork begins.",
      "",
      "With --between A..B, show the net changes of one store from the state at tick A to the",
      "state at tick B: key, id, value before, value after; for T.born and T.died the values",
      "are generations.",
      "",
      "The exit code is 0 if they are equal, 1 if not."
    })
final class DiffVerb extends ReadingVerb {
  @Parameters(
      index = "0",
      paramLabel = "STORE",
      converter = LocationConverter.class,
      description = "The left store's directory or address.")
  private Location left;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "STORE",
      converter = LocationConverter.class,
      description = "The right store's directory or address.")
  private Location right;

  @Option(
      names = "--between",
      paramLabel = "A..B",
      converter = TickSpan.Converter.class,
      description = "Compare the states of the one store at these two ticks.")
  private TickSpan between;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "How many differing rows to name; default ${DEFAULT-VALUE}.")
  private int limit = 20;

  @Override
  String purpose() {
    return "compare the stores";
  }

  @Override
  int execute() throws IOException {
    if (limit < 0) {
      throw new UsageException("expected a --limit of 0 or more, found " + limit);
    }
    if ((between == null) == (right == null)) {
      throw new UsageException(
          "expected two stores, or one with --between A..B, found "
              + (right == null ? "one store" : "two stores and --between"));
    }
    return between == null ? compareStores() : compareTicks();
  }

  private int compareTicks() throws IOException {
    NetChanges changes = new NetChanges(limit);
    try (Store store = open(left);
        ScanBar bar = new ScanBar(console(), "diff")) {
      store.log().watch(bar);
      store.between(between.first(), between.last()).forEach(changes::add);
    }
    changes.print(console(), format(), between);
    return changes.count() == 0 ? Exit.OK : Exit.FAILURE;
  }

  private int compareStores() throws IOException {
    try (Store a = open(left);
        Store b = open(right);
        ScanBar bar = new ScanBar(console(), "diff")) {
      a.log().watch(bar);
      b.log().watch(bar);
      StoreDiff.Report found = a.diff(b, limit);
      if (format() == Report.Format.JSON) {
        json(found);
      } else {
        text(found);
      }
      return found.outcome() == Outcome.EQUAL ? Exit.OK : Exit.FAILURE;
    }
  }

  private void json(StoreDiff.Report found) {
    List<Object> rows = new ArrayList<>();
    for (StoreDiff.Difference d : found.differences()) {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("table", table(d.key()));
      row.put("column", column(d.key()));
      row.put("id", Integer.toUnsignedLong(d.id()));
      row.put("left", d.left());
      row.put("right", d.right());
      rows.add(row);
    }
    new Report()
        .json("equal", found.outcome() == Outcome.EQUAL)
        .json("outcome", found.outcome().name().toLowerCase(Locale.ROOT))
        .json("first_compared", found.firstCompared())
        .json("last_equal", found.lastEqual().isPresent() ? found.lastEqual().getAsLong() : null)
        .json("tick", found.tick().isPresent() ? found.tick().getAsLong() : null)
        .json("differing_rows", found.differenceCount())
        .json("rows", rows)
        .print(console(), format());
  }

  static String table(String key) {
    return key.substring(0, Math.max(0, key.indexOf('.')));
  }

  static String column(String key) {
    return key.substring(key.indexOf('.') + 1);
  }

  private void text(StoreDiff.Report found) {
    Report report = new Report();
    report.line("compared from", "tick " + found.firstCompared());
    found.lastEqual().ifPresent(t -> report.line("equal up to", "tick " + t));
    report.line("result", result(found));
    report.print(console(), format());
    for (StoreDiff.Difference d : found.differences()) {
      printRow(console(), d.key(), d.id(), d.left(), d.right());
    }
    noteMore(console(), found.differenceCount() - found.differences().size());
  }

  static void printRow(Console console, String key, int id, Object left, Object right) {
    String number = Integer.toUnsignedString(id);
    console
        .out()
        .print(String.join("\t", Escape.text(key), number, shown(left), shown(right)) + "\n");
  }

  static void noteMore(Console console, long more) {
    if (more > 0) {
      console.note(Text.of("and %d more rows; --limit names more", more));
    }
  }

  private static String result(StoreDiff.Report found) {
    return switch (found.outcome()) {
      case EQUAL -> "equal";
      case LEFT_GOES_ON -> "equal, but only the left store goes on, with tick " + tick(found);
      case RIGHT_GOES_ON -> "equal, but only the right store goes on, with tick " + tick(found);
      case DIFFERENT ->
          found.differenceCount() == 0
              ? Text.of(
                  "different from tick %d on: its rows stand in another order, or only one has it",
                  tick(found))
              : Text.of(
                  "different from tick %d on, in %d rows", tick(found), found.differenceCount());
    };
  }

  private static long tick(StoreDiff.Report found) {
    return found.tick().orElseThrow();
  }

  private static String shown(Object value) {
    return value == null ? "-" : Escape.text(value.toString());
  }
}
