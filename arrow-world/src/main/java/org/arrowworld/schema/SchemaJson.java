// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.schema;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Digits;
import org.arrowworld.internal.json.Json;
import org.arrowworld.internal.json.JsonObject;

/** World schemas and key declarations as JSON (spec store.md "Schema", log.md "Keys"). */
public final class SchemaJson {
  private SchemaJson() {}

  /** The tree of a schema. */
  public static Map<String, Object> schema(WorldSchema schema) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("version", schema.version());
    json.put("tables", schema.tables().stream().map(SchemaJson::table).toList());
    json.put("inputs", schema.inputs().stream().map(SchemaJson::event).toList());
    return json;
  }

  private static Map<String, Object> table(TableSchema table) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", table.name());
    json.put("kind", table.kind().label());
    table.of().ifPresent(of -> json.put("of", of));
    if (table.kind() == TableKind.ROW) {
      json.put("ids", table.ids().label());
      json.put("gen", table.hasGenerations());
    }
    if (table.kind() != TableKind.APPEND_ONLY) {
      json.put("removal", table.removal().label());
    }
    json.put("lineage", table.lineage().stream().map(Lineage::label).toList());
    json.put("columns", table.columns().stream().map(SchemaJson::column).toList());
    json.put("events", table.events().stream().map(SchemaJson::event).toList());
    return json;
  }

  private static Map<String, Object> column(Column column) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", column.name());
    json.put("type", column.type().label());
    if (column.type() != ColumnType.STRING) {
      json.put("default", Digits.hex16(column.defaultBits()));
    }
    column.refersTo().ifPresent(table -> json.put("table", table));
    column.unit().ifPresent(unit -> json.put("unit", unit));
    column.doc().ifPresent(doc -> json.put("doc", doc));
    return json;
  }

  private static Map<String, Object> event(EventKind event) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", event.name());
    json.put("type", event.type().label());
    event.refersTo().ifPresent(table -> json.put("table", table));
    return json;
  }

  /** The schema of a tree. */
  public static WorldSchema schema(JsonObject json) throws DamagedFileException {
    try {
      List<TableSchema> tables = new ArrayList<>();
      for (JsonObject table : json.objects("tables")) {
        tables.add(table(table));
      }
      return new WorldSchema(
          json.count("version"), tables, json.has("inputs") ? events(json, "inputs") : List.of());
    } catch (InvalidUseException e) {
      throw new DamagedFileException(
          json.file(), -1, "its schema is invalid: " + e.getMessage(), e);
    }
  }

  private static TableSchema table(JsonObject json) throws DamagedFileException {
    TableKind kind = label(json, "kind", TableKind.class);
    boolean rows = kind == TableKind.ROW;
    List<Lineage> lineage = new ArrayList<>();
    for (Object label : json.has("lineage") ? json.list("lineage") : List.of()) {
      lineage.add(label(json, "lineage", label, Lineage.class));
    }
    if (!lineage.equals(lineage.stream().sorted().distinct().toList())) {
      throw json.wrong("lineage", "parent, cause or both in this order", json.list("lineage"));
    }
    List<Column> columns = new ArrayList<>();
    boolean presence = kind == TableKind.PRESENCE && !json.has("columns");
    for (JsonObject column : presence ? List.<JsonObject>of() : json.objects("columns")) {
      ColumnType type = label(column, "type", ColumnType.class);
      long defaultBits = type == ColumnType.STRING ? 0 : column.hex64("default");
      if (!Values.fits(type, defaultBits)) {
        throw column.wrong("default", "a value of type " + type.label(), column.string("default"));
      }
      columns.add(
          new Column(
              column.string("name"),
              type,
              defaultBits,
              optional(column, "table"),
              optional(column, "unit"),
              optional(column, "doc")));
    }
    return new TableSchema(
        json.string("name"),
        kind,
        json.has("of") ? Optional.of(json.string("of")) : Optional.empty(),
        rows ? label(json, "ids", IdPolicy.class) : IdPolicy.ALLOCATED,
        rows && json.bool("gen"),
        rows || json.has("removal")
            ? label(json, "removal", RemovalPolicy.class)
            : RemovalPolicy.SWAP_REMOVE,
        lineage.isEmpty() ? EnumSet.noneOf(Lineage.class) : EnumSet.copyOf(lineage),
        columns,
        json.has("events") ? events(json, "events") : List.of());
  }

  private static List<EventKind> events(JsonObject json, String member)
      throws DamagedFileException {
    List<EventKind> events = new ArrayList<>();
    for (JsonObject event : json.objects(member)) {
      events.add(
          new EventKind(
              event.string("name"),
              label(event, "type", ColumnType.class),
              optional(event, "table")));
    }
    return events;
  }

  private static Optional<String> optional(JsonObject json, String member)
      throws DamagedFileException {
    return json.has(member) ? Optional.of(json.string(member)) : Optional.empty();
  }

  private static <E extends Enum<E>> E label(JsonObject json, String member, Class<E> type)
      throws DamagedFileException {
    return label(json, member, json.string(member), type);
  }

  private static <E extends Enum<E>> E label(
      JsonObject json, String member, Object label, Class<E> type) throws DamagedFileException {
    for (E value : type.getEnumConstants()) {
      if (value.name().toLowerCase(Locale.ROOT).equals(label)) {
        return value;
      }
    }
    throw json.wrong(member, "one of " + List.of(type.getEnumConstants()), label);
  }

  /** {@code aw.keys}: declarations as a JSON array. */
  public static String keys(List<Key> keys) {
    return Json.write(keyList(keys));
  }

  /** As {@link #keys}, as a list of maps. */
  public static List<Map<String, Object>> keyList(List<Key> keys) {
    List<Map<String, Object>> array = new ArrayList<>();
    for (Key key : keys) {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("code", key.code());
      json.put("name", key.name());
      json.put("type", key.type().label());
      json.put("encoding", key.encoding().label());
      json.put("kind", key.kind().label());
      if (key.kind() == KeyKind.VALUE && key.type() != ColumnType.STRING) {
        json.put("default", Digits.hex16(key.defaultBits()));
      }
      key.refersTo().ifPresent(table -> json.put("table", table));
      array.add(json);
    }
    return array;
  }

  /** The declarations of an {@code aw.keys} array. */
  public static List<Key> keys(String file, String text) throws IOException {
    Object tree;
    try {
      tree = Json.parse(text);
    } catch (IOException e) {
      throw new DamagedFileException(file, -1, "aw.keys is not JSON", e);
    }
    List<Key> keys = new ArrayList<>();
    for (JsonObject json : JsonObject.of(file, Map.of("aw.keys", tree)).objects("aw.keys")) {
      ColumnType type = label(json, "type", ColumnType.class);
      if (!type.encoding().label().equals(json.string("encoding"))) {
        throw json.wrong("encoding", type.encoding().label(), json.string("encoding"));
      }
      keys.add(
          new Key(
              json.count("code"),
              json.string("name"),
              type,
              label(json, "kind", KeyKind.class),
              json.has("default") ? json.hex64("default") : 0,
              optional(json, "table")));
    }
    return keys;
  }
}
