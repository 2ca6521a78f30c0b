// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.snapshot;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.UnsupportedVersionException;
import org.arrowworld.hash.Hashes;
import org.arrowworld.internal.Digits;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.ipc.IpcFileWriter.DataRange;
import org.arrowworld.internal.json.ChecksummedJson;
import org.arrowworld.internal.json.JsonObject;
import org.arrowworld.internal.world.WorldState;
import org.arrowworld.internal.world.WorldState.TableState;
import org.arrowworld.log.LogPosition;
import org.arrowworld.log.StoreId;
import org.arrowworld.schema.SchemaJson;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;

/**
 * {@code manifest.json} of a snapshot (spec N-5).
 *
 * @param store the store it belongs to
 * @param schema schema of its tables
 * @param position its place in the log
 * @param base whether a history begins here
 * @param hashes of its state; only a cache may have none (spec N-11)
 * @param properties the application's state
 * @param codes number of codebook words
 * @param tables per table, in schema order
 * @param files per file
 */
record SnapshotManifest(
    StoreId store,
    WorldSchema schema,
    LogPosition position,
    boolean base,
    Optional<StateHashes> hashes,
    Map<String, String> properties,
    int codes,
    List<TableEntry> tables,
    List<FileEntry> files) {

  static final String NAME = "manifest.json";
  private static final String KIND = "arrow-world snapshot";

  /** A table's entry. */
  record TableEntry(String name, int rows, int nextId, List<String> columns) {}

  /** A file's entry: its length, its data buffers, and the checksum of all bytes outside them. */
  record FileEntry(String name, long bytes, List<DataRange> buffers, int rest) {}

  /**
   * Hashes of a state.
   *
   * @param world {@code hash_world}
   * @param resume {@code resume_hash}
   * @param tables {@code hash_columns} over all columns of each table, in schema order
   */
  record StateHashes(String world, String resume, List<String> tables) {
    static StateHashes of(WorldState state) {
      return of(state, state.tables().stream().map(t -> Hashes.table(t.rows())).toList());
    }

    static StateHashes of(WorldState state, List<String> tables) {
      String world = Hashes.world(state.tables().stream().map(TableState::rows).toList(), tables);
      return new StateHashes(world, Hashes.resume(state, world), tables);
    }
  }

  /** The same snapshot as the beginning of a history, which has hashes. */
  SnapshotManifest asBase(StateHashes known) {
    Optional<StateHashes> stored = Optional.of(known);
    return new SnapshotManifest(
        store, schema, position, true, stored, properties, codes, tables, files);
  }

  void write(Storage storage, String directory) throws IOException {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("kind", KIND);
    json.put("format", StoreInfo.FORMAT);
    json.put("store", store.hex());
    json.put("schema", SchemaJson.schema(schema));
    json.put("tick", hex(position.tick()));
    json.put("seq", hex(position.seq()));
    json.put("chain", hex(position.chain()));
    json.put("base", base);
    hashes.ifPresent(known -> json.put("hash_world", known.world()));
    hashes.ifPresent(known -> json.put("resume_hash", known.resume()));
    json.put("properties", properties);
    json.put("codes", codes);
    json.put("tables", IntStream.range(0, tables.size()).mapToObj(this::table).toList());
    json.put("files", files.stream().map(SnapshotManifest::file).toList());
    ChecksummedJson.write(storage, directory + "/" + NAME, json);
  }

  private Map<String, Object> table(int index) {
    TableEntry table = tables.get(index);
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", table.name);
    json.put("rows", table.rows);
    json.put("next_id", Integer.toUnsignedLong(table.nextId));
    json.put("columns", table.columns);
    hashes.ifPresent(known -> json.put("hash", known.tables().get(index)));
    return json;
  }

  private static Map<String, Object> file(FileEntry file) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", file.name);
    json.put("bytes", hex(file.bytes));
    json.put("buffers", file.buffers.stream().map(SnapshotManifest::range).toList());
    json.put("rest", Digits.hex8(file.rest));
    return json;
  }

  private static List<String> range(DataRange range) {
    return List.of(hex(range.offset()), hex(range.length()), Digits.hex8(range.crc()));
  }

  private static String hex(long value) {
    return Digits.hex16(value);
  }

  static SnapshotManifest read(Storage storage, String directory) throws IOException {
    JsonObject json;
    try {
      json = ChecksummedJson.read(storage, directory + "/" + NAME);
    } catch (NoSuchFileException e) {
      throw new DamagedFileException(directory, -1, "the snapshot has no " + NAME, e);
    }
    if (!json.string("kind").equals(KIND)) {
      throw json.wrong("kind", KIND, json.string("kind"));
    }
    if (json.number("format") != StoreInfo.FORMAT) {
      throw new UnsupportedVersionException(
          json.file(), "format version", json.number("format"), "" + StoreInfo.FORMAT);
    }
    List<TableEntry> tables = new ArrayList<>();
    for (JsonObject table : json.objects("tables")) {
      List<String> columns = table.list("columns").stream().map(String::valueOf).toList();
      tables.add(
          new TableEntry(
              table.string("name"), table.count("rows"), (int) table.number("next_id"), columns));
    }
    List<FileEntry> files = new ArrayList<>();
    for (JsonObject file : json.objects("files")) {
      files.add(fileEntry(file));
    }
    long tick = json.hex64("tick");
    if (tick < 0 || tick == Long.MAX_VALUE) {
      throw new DamagedFileException(
          json.file(),
          -1,
          Text.of("its tick is %s, expected one below 2^63 - 1", Long.toUnsignedString(tick)));
    }
    try {
      return new SnapshotManifest(
          new StoreId(json.string("store")),
          SchemaJson.schema(json.object("schema")),
          new LogPosition(tick, json.hex64("seq"), json.hex64("chain")),
          json.bool("base"),
          hashes(json),
          json.strings("properties"),
          json.count("codes"),
          tables,
          files);
    } catch (InvalidUseException e) {
      throw new DamagedFileException(json.file(), -1, e.getMessage(), e);
    }
  }

  private static Optional<StateHashes> hashes(JsonObject json) throws DamagedFileException {
    List<JsonObject> tables = json.objects("tables");
    long stated =
        (json.has("hash_world") ? 1 : 0)
            + (json.has("resume_hash") ? 1 : 0)
            + tables.stream().filter(table -> table.has("hash")).count();
    if (stated == 0 && !json.bool("base")) {
      return Optional.empty();
    }
    List<String> each = new ArrayList<>(); // which refuses a part of them, or a base without
    for (JsonObject table : tables) {
      each.add(table.string("hash"));
    }
    return Optional.of(
        new StateHashes(json.string("hash_world"), json.string("resume_hash"), each));
  }

  private static FileEntry fileEntry(JsonObject file) throws DamagedFileException {
    List<DataRange> ranges = new ArrayList<>();
    for (Object element : file.list("buffers")) {
      if (!(element instanceof List<?> range) || range.size() != 3) {
        throw file.wrong("buffers", "triples", element);
      }
      ranges.add(
          new DataRange(
              JsonObject.parseHex64(file.file(), "offset", range.get(0)),
              JsonObject.parseHex64(file.file(), "length", range.get(1)),
              hex32(file, range.get(2))));
    }
    return new FileEntry(
        file.string("name"), file.hex64("bytes"), ranges, hex32(file, file.string("rest")));
  }

  private static int hex32(JsonObject file, Object value) throws DamagedFileException {
    if (value instanceof String text && Digits.areHex(text, 8)) {
      return Integer.parseUnsignedInt(text, 16);
    }
    throw file.wrong("crc", "8 hex digits", value);
  }

  FileEntry file(String name) throws DamagedFileException {
    for (FileEntry file : files) {
      if (file.name.equals(name)) {
        return file;
      }
    }
    throw new DamagedFileException(NAME, -1, Text.of("it does not list the file '%s'", name));
  }

  TableEntry table(String name) throws DamagedFileException {
    for (TableEntry table : tables) {
      if (table.name.equals(name)) {
        return table;
      }
    }
    throw new DamagedFileException(NAME, -1, Text.of("it does not list the table '%s'", name));
  }
}
