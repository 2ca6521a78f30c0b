package org.arrowworld.store;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.UnsupportedVersionException;
import org.arrowworld.internal.json.ChecksummedJson;
import org.arrowworld.internal.json.JsonObject;
import org.arrowworld.log.Log;
import org.arrowworld.log.StoreId;
import org.arrowworld.schema.SchemaJson;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.Storage;

/**
 * {@code store.json}: what never changes about a store.
 *
 * @param id the store's id
 * @param schema the schema it was created with
 * @param strings whether its log has a {@code text} column
 * @param tickUnit what one tick is, for people
 * @param properties the application's own settings
 * @param environment what wrote it, for people
 */
public record StoreInfo(
    StoreId id,
    WorldSchema schema,
    boolean strings,
    String tickUnit,
    Map<String, String> properties,
    Map<String, String> environment) {

  /** The format version written, and the only one read. */
  public static final int FORMAT = 0;

  private static final String PATH = "store.json";
  private static final String KIND = "arrow-world store";

  public StoreInfo {
    properties = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(properties));
    environment = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(environment));
  }

  /** A new store of this schema, with a random id, written by this JVM. */
  public static StoreInfo create(
      WorldSchema schema, String tickUnit, Map<String, String> properties) {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("writer", "arrow-world java");
    environment.put("java", System.getProperty("java.version"));
    environment.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    return new StoreInfo(
        StoreId.random(), schema, schema.hasStrings(), tickUnit, properties, environment);
  }

  /** This store, not yet written, with a {@code text} column whatever its schema. */
  public StoreInfo withStrings() {
    return new StoreInfo(id, schema, true, tickUnit, properties, environment);
  }

  /** Whether a storage holds a store. */
  public static boolean exists(Storage storage) throws IOException {
    return storage.exists(PATH);
  }

  /**
   * Writes {@code store.json} into a storage that has none.
   *
   * @throws InvalidUseException if there is a store already
   */
  public void write(Storage storage) throws IOException {
    if (exists(storage)) {
      throw new InvalidUseException(
          "Cannot create a store in %s: there is one already".formatted(storage.description()));
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("kind", KIND);
    json.put("format", FORMAT);
    json.put("store", id.hex());
    json.put("strings", strings);
    json.put("tick_unit", tickUnit);
    json.put("schema", SchemaJson.schema(schema));
    json.put("properties", properties);
    json.put("environment", environment);
    AtomicFiles.createDirectories(storage, "");
    ChecksummedJson.write(storage, PATH, json);
  }

  /** Reads {@code store.json}. */
  public static StoreInfo read(Storage storage) throws IOException {
    if (!exists(storage)) {
      throw new DamagedFileException(
          storage.description(), -1, "it is no store: there is no store.json");
    }
    JsonObject json = ChecksummedJson.read(storage, PATH);
    if (!json.string("kind").equals(KIND)) {
      throw json.wrong("kind", KIND, json.string("kind"));
    }
    if (json.number("format") != FORMAT) {
      throw new UnsupportedVersionException(
          PATH, "format version", json.number("format"), Integer.toString(FORMAT));
    }
    try {
      return new StoreInfo(
          new StoreId(json.string("store")),
          SchemaJson.schema(json.object("schema")),
          json.bool("strings"),
          json.string("tick_unit"),
          json.strings("properties"),
          json.strings("environment"));
    } catch (InvalidUseException e) {
      throw new DamagedFileException(PATH, -1, e.getMessage(), e);
    }
  }

  /** A property, if it is set. */
  public Optional<String> property(String name) {
    return Optional.ofNullable(properties.get(name));
  }

  /** Opens this store's log for reading. */
  public Log openLog(Storage storage) throws IOException {
    return Log.open(storage, id, schema.keys());
  }
}
