// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.arrowworld.Store;
import org.arrowworld.cli.RowPrinter.OutputClosedException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.published.Location;
import org.arrowworld.table.EntityRef;
import org.arrowworld.timeline.Family;
import org.arrowworld.timeline.HistoryQuery;
import org.arrowworld.timeline.Life;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code aw history}. */
@Command(
    name = "history",
    description = {
      "Print all that happened to one id, in order. That is births and deaths with their",
      "lineage, values, events, and its coming and going in presence tables, in all its",
      "generations. Fields are tick, gen, key and value, separated by tabs; with --json one",
      "object per line.",
      "",
      "With --family, print where it came from, its children, and why it died."
    })
final class HistoryVerb extends ReadingVerb {
  @Parameters(
      paramLabel = "STORE",
      converter = LocationConverter.class,
      description = "The store's directory, or the address of a published store.")
  private Location store;

  @Option(names = "--table", required = true, paramLabel = "N", description = "The table.")
  private String table;

  @Option(names = "--id", required = true, paramLabel = "ID", description = "The id.")
  private long id;

  @Option(
      names = "--key",
      paramLabel = "K",
      description = "Only this key: a column of the table, or a key's full name.")
  private String key;

  @Option(
      names = "--family",
      description = "Print instead its birth, parents, children and death, and what it died of.")
  private boolean family;

  @Option(
      names = "--gen",
      paramLabel = "G",
      description =
          "Only this one of the id's lives; by default all, and with --family the last one.")
  private Long gen;

  @Override
  QuickArguments quick() {
    return quick(p -> store = p)
        .requiredText("--table", v -> table = v)
        .requiredNumber("--id", v -> id = v)
        .text("--key", v -> key = v)
        .flag("--family", () -> family = true);
  }

  @Override
  String purpose() {
    return "show the history";
  }

  @Override
  int execute() throws IOException {
    if (id < 0 || id > 0xFFFF_FFFFL) {
      throw new UsageException("expected an id from 0 to 4294967295, found " + id);
    }
    if (family && key != null) {
      throw new UsageException("--family takes no --key");
    }
    return family ? printFamily() : printHistory();
  }

  private int generation() {
    if (gen < 0 || gen > 0xFFFF_FFFFL) {
      throw new UsageException("expected a generation from 0 to 4294967295, found " + gen);
    }
    return (int) (long) gen;
  }

  private int printHistory() throws IOException {
    HistoryQuery all = HistoryQuery.of(table, (int) id);
    HistoryQuery life = gen == null ? all : all.withGeneration(generation());
    HistoryQuery query = key == null ? life : life.withKey(key);
    try (Store opened = open(store);
        ScanBar bar = new ScanBar(console(), "history")) {
      opened.log().watch(bar);
      RowPrinter printer = new RowPrinter(console(), format(), "tick", "gen", "key", "val");
      boolean[] found = new boolean[1];
      opened
          .history(query)
          .forEach(
              change -> {
                found[0] = true;
                OptionalLong gen = change.generation();
                Object shownGen = gen.isPresent() ? (Object) gen.getAsLong() : null;
                printer.row(change.tick(), shownGen, change.key().name(), change.value());
              });
      if (!found[0]) {
        String of = key == null ? "" : " with key '" + key + "'";
        throw new InvalidUseException(Text.of("the log has no row of %s %d%s", table, id, of));
      }
    } catch (OutputClosedException e) {
      return Exit.OK;
    }
    return Exit.OK;
  }

  private int printFamily() throws IOException {
    try (Store opened = open(store);
        ScanBar bar = new ScanBar(console(), "family")) {
      opened.log().watch(bar);
      Family found =
          gen == null
              ? opened.family(table, (int) id)
              : opened.family(table, new EntityRef((int) id, generation()));
      if (format() == Report.Format.JSON) {
        new Report()
            .json("self", json(found.self()))
            .json("ancestors", found.ancestors().stream().map(HistoryVerb::json).toList())
            .json("children", found.children().stream().map(HistoryVerb::json).toList())
            .print(console(), format());
        return Exit.OK;
      }
      Report report = new Report().line("self", text(found.self()));
      found.ancestors().forEach(life -> report.line("ancestor", text(life)));
      found.children().forEach(life -> report.line("child", text(life)));
      report.print(console(), format());
      return Exit.OK;
    }
  }

  private static Map<String, Object> json(Life life) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("id", Integer.toUnsignedLong(life.entity().id()));
    json.put("gen", Integer.toUnsignedLong(life.entity().gen()));
    json.put("born", life.born().isPresent() ? life.born().getAsLong() : null);
    json.put("died", life.died().isPresent() ? life.died().getAsLong() : null);
    json.put("cause", life.cause().orElse(null));
    return json;
  }

  private String text(Life life) {
    String born = life.born().isPresent() ? "tick " + life.born().getAsLong() : "before the log";
    String died = life.died().isPresent() ? "tick " + life.died().getAsLong() : "-";
    return Text.of(
        "%s %s gen %s, born %s, died %s%s",
        table,
        Integer.toUnsignedString(life.entity().id()),
        Integer.toUnsignedString(life.entity().gen()),
        born,
        died,
        life.cause().map(c -> " of " + c).orElse(""));
  }
}
