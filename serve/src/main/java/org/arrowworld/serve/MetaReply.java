// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.serve;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.arrowworld.Store;
import org.arrowworld.log.Log;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.EventKind;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.KeyKind;
import org.arrowworld.schema.Lineage;
import org.arrowworld.schema.TableKind;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.snapshot.Snapshot;
import org.arrowworld.store.StoreInfo;

/** What a run is: its schema, its ticks, its state in plain words. */
final class MetaReply {
  private static final String LIVE = "log/live";

  private MetaReply() {}

  /** All runs, with what is cheap to tell. */
  static Map<String, Object> list(Map<String, ServedRun> runs) {
    List<Object> list = new ArrayList<>();
    for (Map.Entry<String, ServedRun> entry : runs.entrySet()) {
      list.add(line(entry.getKey(), entry.getValue()));
    }
    return Map.of("runs", list);
  }

  private static Map<String, Object> line(String name, ServedRun run) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("name", name);
    try {
      long last = run.end().tick();
      line.put("state", last < 0 ? "empty" : "sound");
      line.put("last_tick", last < 0 ? null : last);
    } catch (IOException | RuntimeException e) {
      line.put("state", "damaged");
      line.put("message", Problem.of(e).getMessage());
    }
    return line;
  }

  /** One run that can be read. */
  static Map<String, Object> of(ServedRun run) throws IOException {
    try (ServedRun.Lease lease = run.lease(Long.MAX_VALUE)) {
      Map<String, Object> meta = named(run);
      meta.put("epoch", lease.epoch());
      sound(meta, run, lease);
      return meta;
    }
  }

  private static Map<String, Object> named(ServedRun run) {
    Map<String, Object> meta = new LinkedHashMap<>();
    meta.put("name", run.name());
    meta.put("path", run.path().toString());
    return meta;
  }

  /** One run that cannot be read: why, and what may be done. */
  static Map<String, Object> damaged(ServedRun run, IOException failure) throws IOException {
    Map<String, Object> meta = named(run);
    meta.put("state", "damaged");
    meta.put("message", Problem.of(failure).getMessage());
    meta.put(
        "advice",
        "aw doctor STORE says what is damaged; aw recover STORE --out NEW makes a store of all that can be proven");
    if (StoreInfo.exists(run.storage())) {
      try {
        tables(meta, StoreInfo.read(run.storage()));
      } catch (IOException e) {
        meta.put("tables", List.of()); // the schema is not readable either
      }
    }
    return meta;
  }

  private static void sound(Map<String, Object> meta, ServedRun run, ServedRun.Lease lease)
      throws IOException {
    Store store = lease.store();
    StoreInfo info = store.info();
    boolean empty = store.isEmpty();
    meta.put("state", empty ? "empty" : "sound");
    if (empty) {
      meta.put("message", "The store has no committed tick yet.");
    }
    meta.put("id", info.id().hex());
    meta.put("schema_version", info.schema().version());
    meta.put("tick_unit", info.tickUnit());
    meta.put("first_tick", empty ? null : store.firstTick());
    meta.put("last_tick", empty ? null : Math.max(store.lastTick(), run.end().tick()));
    meta.put("rows", store.end().seq());
    meta.put("open_ended", !run.storage().list(LIVE).isEmpty());
    info.parent()
        .ifPresent(
            p -> meta.put("parent", Map.of("store", p.store().hex(), "tick", p.position().tick())));
    meta.put(
        "snapshots", Snapshot.list(run.storage()).stream().map(Snapshot.Location::tick).toList());
    meta.put("warnings", store.warnings());
    meta.put("properties", info.properties());
    meta.put("environment", info.environment());
    tables(meta, info);
    keys(meta, store.log());
  }

  private static void tables(Map<String, Object> meta, StoreInfo info) {
    meta.put("tables", info.schema().tables().stream().map(MetaReply::table).toList());
  }

  private static Map<String, Object> table(TableSchema table) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", table.name());
    json.put("kind", table.kind().label());
    json.put("of", table.of().orElse(null));
    json.put("ids", table.kind() != TableKind.APPEND_ONLY);
    json.put("generations", table.hasGenerations());
    json.put("lineage", table.lineage().stream().map(Lineage::label).toList());
    json.put("columns", table.columns().stream().map(MetaReply::column).toList());
    json.put("events", table.events().stream().map(MetaReply::event).toList());
    return json;
  }

  private static Map<String, Object> column(Column column) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", column.name());
    json.put("type", column.type().label());
    column.unit().ifPresent(unit -> json.put("unit", unit));
    json.put("refers_to", column.refersTo().orElse(null));
    return json;
  }

  private static Map<String, Object> event(EventKind event) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", event.name());
    json.put("type", event.type().name().toLowerCase(Locale.ROOT));
    json.put("refers_to", event.refersTo().orElse(null));
    return json;
  }

  private static void keys(Map<String, Object> meta, Log log) {
    List<Object> keys = new ArrayList<>();
    for (Key key : log.keys().from(0)) {
      if (key.kind() != KeyKind.COMMIT && key.kind() != KeyKind.SCHEMA) {
        keys.add(
            Map.of("name", key.name(), "kind", key.kind().label(), "type", key.type().label()));
      }
    }
    meta.put("keys", keys);
  }
}
