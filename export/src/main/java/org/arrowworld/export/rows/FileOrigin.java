package org.arrowworld.export.rows;

import java.util.LinkedHashMap;
import java.util.Map;
import org.arrowworld.internal.json.Json;
import org.arrowworld.schema.SchemaJson;
import org.arrowworld.store.StoreInfo;

/** The key/values that say where an exported file comes from. All keys begin with {@code aw.}. */
public final class FileOrigin {
  private final Map<String, String> pairs = new LinkedHashMap<>();

  private FileOrigin() {}

  /** Of a store: format version, id, schema, tick unit, writer. */
  public static FileOrigin of(StoreInfo store) {
    return new FileOrigin()
        .with("aw.format", Integer.toString(StoreInfo.FORMAT))
        .with("aw.store", store.id().hex())
        .with("aw.schema", Json.write(SchemaJson.schema(store.schema())))
        .with("aw.tick_unit", store.tickUnit())
        .with("aw.writer", "arrow-world java");
  }

  /** Adds a table's name and state: the tick, and {@code hash_columns} over all its columns. */
  public FileOrigin table(String name, long tick, String hash) {
    return with("aw.view", "table")
        .with("aw.table", name)
        .with("aw.tick", Long.toString(tick))
        .with("aw.hash", hash);
  }

  /** Adds a pair, or replaces it. */
  public FileOrigin with(String key, String value) {
    pairs.put(key, value);
    return this;
  }

  /** The pairs, a copy. */
  public Map<String, String> pairs() {
    return new LinkedHashMap<>(pairs);
  }
}
