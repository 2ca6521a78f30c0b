// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.store;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.StoreNotFoundException;
import org.arrowworld.errors.UnsupportedVersionException;
import org.arrowworld.internal.Digits;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.given.WellFormed;
import org.arrowworld.internal.json.ChecksummedJson;
import org.arrowworld.internal.json.JsonObject;
import org.arrowworld.log.KeyDeclarations;
import org.arrowworld.log.Log;
import org.arrowworld.log.LogPosition;
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
 * @param parent where its history comes from, if it is another store's
 * @param time when its ticks are, if it says that
 * @param begins where its history begins, if it begins with a base instead of with nothing
 */
public record StoreInfo(
    StoreId id,
    WorldSchema schema,
    boolean strings,
    String tickUnit,
    Map<String, String> properties,
    Map<String, String> environment,
    Optional<Parent> parent,
    Optional<TickTime> time,
    Optional<LogPosition> begins) {

  /** The store and the place in its log that a history goes on from. */
  public record Parent(StoreId store, LogPosition position) {}

  /** The format version written, and the only one read. */
  public static final int FORMAT = 1;

  private static final String PATH = "store.json";
  private static final String KIND = "arrow-world store";

  /** A store whose history is its own. */
  public StoreInfo(
      StoreId id,
      WorldSchema schema,
      boolean strings,
      String tickUnit,
      Map<String, String> properties,
      Map<String, String> environment) {
    this(
        id,
        schema,
        strings,
        tickUnit,
        properties,
        environment,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  public StoreInfo {
    properties = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(properties));
    environment = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(environment));
  }

  /**
   * A new store of this schema, with a random id, written by this JVM.
   *
   * @throws InvalidUseException if its log could not declare the schema's keys
   */
  public static StoreInfo create(
      WorldSchema schema, String tickUnit, Map<String, String> properties) {
    KeyDeclarations.check(schema.keys());
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("writer", "arrow-world java");
    environment.put("java", System.getProperty("java.version"));
    environment.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    return new StoreInfo(
        StoreId.random(), schema, schema.hasStrings(), tickUnit, properties, environment);
  }

  /** This store, not yet written, with a {@code text} column whatever its schema. */
  public StoreInfo withStrings() {
    return new StoreInfo(id, schema, true, tickUnit, properties, environment, parent, time, begins);
  }

  /** This store, not yet written, as one that goes on from another. */
  public StoreInfo withParent(StoreId store, LogPosition position) {
    Optional<Parent> origin = Optional.of(new Parent(store, position));
    return new StoreInfo(
        id, schema, strings, tickUnit, properties, environment, origin, time, begins);
  }

  /** This store, not yet written, as one whose history begins with a base there. */
  public StoreInfo withBase(LogPosition base) {
    Optional<LogPosition> there = Optional.of(base);
    return new StoreInfo(
        id, schema, strings, tickUnit, properties, environment, parent, time, there);
  }

  /** This store, not yet written, with ticks that have a time, or have none. */
  public StoreInfo withTime(Optional<TickTime> ticks) {
    return new StoreInfo(
        id, schema, strings, tickUnit, properties, environment, parent, ticks, begins);
  }

  /** Whether a storage holds a store. */
  public static boolean exists(Storage storage) throws IOException {
    return storage.exists(PATH);
  }

  /**
   * Refuses what {@link #write} would refuse, and writes nothing.
   *
   * @throws InvalidUseException if there is a store already, or the remains of one, or a text that
   *     UTF-8 cannot carry
   */
  public void checkNew(Storage storage) throws IOException {
    WellFormed.text("use the tick unit", tickUnit);
    properties.forEach(
        (name, value) -> {
          WellFormed.text("name a property", name);
          WellFormed.text(Text.of("set the property '%s' to", name), value);
        });
    if (exists(storage)) {
      throw new InvalidUseException(
          Text.of(
              "Cannot create a store in %s: there is one already; LiveWorld.resume goes on with it",
              storage.description()));
    }
    for (String folder : List.of("log", "log/live", "snapshots")) {
      for (String name : storage.list(folder)) {
        if (!name.equals("live") && !name.endsWith(AtomicFiles.UNFINISHED)) {
          throw new InvalidUseException(
              Text.of(
                  "Cannot create a store in %s: it has %s/%s, of a store that lost its %s; aw recover saves what it holds, or choose another place",
                  storage.description(), folder, name, PATH));
        }
      }
    }
  }

  /**
   * Writes {@code store.json} into a storage that has none.
   *
   * @throws InvalidUseException if there is a store already
   */
  public void write(Storage storage) throws IOException {
    checkNew(storage);
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("kind", KIND);
    json.put("format", FORMAT);
    json.put("store", id.hex());
    json.put("strings", strings);
    json.put("tick_unit", tickUnit);
    time.ifPresent(ticks -> json.put(TimeJson.MEMBER, TimeJson.tree(ticks)));
    json.put("schema", SchemaJson.schema(schema));
    json.put("properties", properties);
    json.put("environment", environment);
    parent.ifPresent(origin -> json.put("parent", tree(origin)));
    begins.ifPresent(base -> json.put("begins", tree(base)));
    AtomicFiles.createDirectories(storage, "");
    ChecksummedJson.write(storage, PATH, json);
  }

  private static Map<String, Object> tree(Parent origin) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("store", origin.store.hex());
    json.putAll(tree(origin.position));
    return json;
  }

  private static Map<String, Object> tree(LogPosition position) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("tick", Digits.hex16(position.tick()));
    json.put("seq", Digits.hex16(position.seq()));
    json.put("chain", Digits.hex16(position.chain()));
    return json;
  }

  private static LogPosition position(JsonObject json) throws DamagedFileException {
    return new LogPosition(json.hex64("tick"), json.hex64("seq"), json.hex64("chain"));
  }

  private static Optional<LogPosition> begins(JsonObject json) throws DamagedFileException {
    return json.has("begins") ? Optional.of(position(json.object("begins"))) : Optional.empty();
  }

  private static Optional<Parent> parent(JsonObject json) throws DamagedFileException {
    if (!json.has("parent")) {
      return Optional.empty();
    }
    JsonObject origin = json.object("parent");
    return Optional.of(new Parent(new StoreId(origin.string("store")), position(origin)));
  }

  /** Reads {@code store.json}. */
  public static StoreInfo read(Storage storage) throws IOException {
    if (!exists(storage)) {
      throw new StoreNotFoundException(storage.description());
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
      WorldSchema schema = SchemaJson.schema(json.object("schema"));
      if (schema.hasStrings() && !json.bool("strings")) {
        throw json.wrong("strings", "true, as the schema has strings", false); // S-8
      }
      return new StoreInfo(
          new StoreId(json.string("store")),
          schema,
          json.bool("strings"),
          json.string("tick_unit"),
          json.strings("properties"),
          json.strings("environment"),
          parent(json),
          TimeJson.of(json),
          begins(json));
    } catch (InvalidUseException e) {
      throw new DamagedFileException(PATH, -1, e.getMessage(), e);
    }
  }

  /**
   * When its ticks are.
   *
   * @throws InvalidUseException if it does not say that
   */
  public TickTime requireTime() {
    return time.orElseThrow(
        () ->
            new InvalidUseException(
                Text.of(
                    "The store does not say the time of its ticks: it counts them by '%s'; give the tick",
                    tickUnit)));
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
