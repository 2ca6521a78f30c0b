// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.arrowworld.internal.Text;
import org.arrowworld.log.Log;
import org.arrowworld.log.Tail;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.TableKind;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.snapshot.Snapshot;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.store.TickTime;
import org.arrowworld.store.TimeJson;

/** What a store holds, from {@code store.json}, the log's index and the snapshots' names. */
final class StoreReport {
  private StoreReport() {}

  static Report of(String path, Storage storage) throws IOException {
    StoreInfo info = StoreInfo.read(storage);
    Report report =
        new Report()
            .add("kind", "store")
            .add("path", path)
            .add("id", info.id().hex())
            .add("format", StoreInfo.FORMAT)
            .add("schema_version", info.schema().version())
            .add("tick_unit", info.tickUnit());
    info.time().ifPresent(time -> report.add("time", TimeJson.tree(time), text(time)));
    List<Snapshot.Location> snapshots = Snapshot.list(storage);
    try (Log log = info.openLog(storage)) {
      addLog(report, log, snapshots);
      addSnapshots(report, snapshots);
      addTables(report, info);
      addKeys(report, log);
    }
    addPairs(report, "properties", info.properties());
    addPairs(report, "environment", info.environment());
    return report;
  }

  private static String text(TickTime time) {
    return Text.of(
        "tick 0 at %s, step %s, in %s%s",
        time.zero(),
        time.step(),
        time.unit(),
        time.since().map(instant -> " since " + instant).orElse(""));
  }

  private static void addLog(Report report, Log log, List<Snapshot.Location> snapshots)
      throws IOException {
    Long first = log.firstTick().orElse(null);
    Long last = log.end().tick() < 0 ? null : log.end().tick();
    if (!snapshots.isEmpty() && (first == null || snapshots.get(0).tick() < first)) {
      first = snapshots.get(0).tick(); // a snapshot before the log is the base it goes on from
      last = last == null ? first : last;
    }
    long rows = log.end().seq() - log.start().seq();
    int live = (int) log.segments().stream().filter(s -> s.startsWith("log/live/")).count();
    int segments = log.segments().size();
    long bytes = log.bytes();
    report
        .json("first_tick", first)
        .json("last_tick", last)
        .line("ticks", last == null ? "none committed" : first + " to " + last)
        .add("rows", rows, Text.of("%,d", rows))
        .json("segments", segments)
        .json("live_segments", live)
        .add("log_bytes", bytes, Text.of("%,d", bytes))
        .line("segments", segments + (live == 0 ? ", sealed" : ", the last one not sealed"))
        .json("chain", Text.of("%016x", log.end().chain()))
        .json("tail", log.tail().kind().name().toLowerCase(Locale.ROOT));
    Tail tail = log.tail();
    if (tail.kind() != Tail.Kind.CLEAN) {
      report.json("tail_finding", tail.finding());
      report.line(
          tail.kind() == Tail.Kind.TORN ? "unfinished" : "DAMAGED",
          Text.of("%s at byte %d: %s", tail.file(), tail.offset(), tail.finding()));
    }
  }

  private static void addSnapshots(Report report, List<Snapshot.Location> snapshots) {
    List<Long> ticks = snapshots.stream().map(Snapshot.Location::tick).toList();
    String text = ticks.isEmpty() ? "none" : "at tick " + shortened(ticks);
    report.add("snapshots", ticks, text);
  }

  private static String shortened(List<Long> ticks) {
    int shown = 8;
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < ticks.size(); i++) {
      if (ticks.size() > shown && i == shown - 2) {
        text.append(", ... ");
        i = ticks.size() - 1;
      } else if (i > 0) {
        text.append(", ");
      }
      text.append(ticks.get(i));
    }
    return text.append(ticks.size() > shown ? " (" + ticks.size() + ")" : "").toString();
  }

  private static void addTables(Report report, StoreInfo info) {
    List<Object> tables = new ArrayList<>();
    String title = "tables";
    for (TableSchema table : info.schema().tables()) {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("name", table.name());
      json.put("kind", table.kind().label());
      table.of().ifPresent(of -> json.put("of", of));
      if (table.kind() == TableKind.ROW) {
        json.put("ids", table.ids().label());
        json.put("generations", table.hasGenerations());
      }
      Map<String, Object> columns = new LinkedHashMap<>();
      Map<String, Object> references = new LinkedHashMap<>();
      Map<String, Object> units = new LinkedHashMap<>();
      Map<String, Object> docs = new LinkedHashMap<>();
      Map<String, Object> shown = new LinkedHashMap<>();
      for (Column column : table.allColumns()) {
        String type = column.type().label();
        columns.put(column.name(), type);
        column.refersTo().ifPresent(of -> references.put(column.name(), of));
        column.unit().ifPresent(unit -> units.put(column.name(), unit));
        column.doc().ifPresent(doc -> docs.put(column.name(), doc));
        String of = column.refersTo().map(name -> " of " + name).orElse("");
        shown.put(column.name(), type + of + column.unit().map(u -> " in " + u).orElse(""));
      }
      json.put("columns", columns);
      if (!references.isEmpty()) {
        json.put("references", references);
      }
      if (!units.isEmpty()) {
        json.put("units", units);
      }
      if (!docs.isEmpty()) {
        json.put("docs", docs);
      }
      tables.add(json);
      report.line(title, Text.of("%s (%s): %s", table.name(), traits(table), columns(shown)));
      docs.forEach((column, doc) -> report.line("", Text.of("  %s: %s", column, doc)));
      title = "";
    }
    report.json("tables", tables);
  }

  private static String traits(TableSchema table) {
    return switch (table.kind()) {
      case ROW -> table.ids().label() + " ids";
      case APPEND_ONLY -> "append-only";
      case PRESENCE ->
          (table.columns().isEmpty() ? "ids of " : "component of ") + table.of().orElse("?");
    };
  }

  private static String columns(Map<String, Object> columns) {
    List<String> texts = new ArrayList<>();
    columns.forEach((name, type) -> texts.add(name + " " + type));
    return String.join(", ", texts);
  }

  private static void addKeys(Report report, Log log) {
    List<String> names = log.keys().from(0).stream().map(Key::name).toList();
    report.json("keys", names);
    int perLine = 6;
    for (int i = 0; i < names.size(); i += perLine) {
      List<String> some = names.subList(i, Math.min(i + perLine, names.size()));
      report.line(i == 0 ? "keys" : "", String.join(" ", some));
    }
  }

  private static void addPairs(Report report, String title, Map<String, String> pairs) {
    report.json(title, pairs);
    String name = title;
    for (Map.Entry<String, String> pair : pairs.entrySet()) {
      report.line(name, pair.getKey() + " = " + pair.getValue());
      name = "";
    }
  }
}
