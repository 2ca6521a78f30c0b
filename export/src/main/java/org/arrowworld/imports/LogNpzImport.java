// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.UnsupportedVersionException;
import org.arrowworld.export.OutputDirectory;
import org.arrowworld.export.internal.ImportMemory;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.json.Json;
import org.arrowworld.internal.json.JsonObject;
import org.arrowworld.log.LogPosition;
import org.arrowworld.npy.NpyArray;
import org.arrowworld.npy.NpyType;
import org.arrowworld.npy.NpzReader;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.KeyEncoding;
import org.arrowworld.schema.SchemaJson;
import org.arrowworld.schema.Values;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.AbsolutePath;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.store.TimeJson;

/** A log as a NumPy archive, made a store again (spec npz.md Z-1 to Z-6). */
public final class LogNpzImport {
  private static final String KIND = "arrow-world log npz";
  private static final String DESCRIPTION = "aw.json";
  private static final int MAX_DESCRIPTION_BYTES = 64 << 20;

  private final String file;
  private final JsonObject json;
  private final NpyArray ticks;
  private final NpyArray rids;
  private final NpyArray keyCodes;
  private final List<ByteBuffer> valPieces;
  private final List<Key> keys;
  private final List<String> words;

  /**
   * What was imported.
   *
   * @param rows rows of the log, commit rows included
   * @param end where the log ends
   */
  public record Result(long rows, LogPosition end) {}

  private LogNpzImport(String file, NpzReader archive) throws IOException {
    this.file = file;
    this.json = JsonObject.parse(file, description(archive));
    if (!json.string("kind").equals(KIND)) {
      throw json.wrong("kind", KIND, json.string("kind"));
    }
    if (json.number("format") != StoreInfo.FORMAT) {
      throw new UnsupportedVersionException(
          file, "format version", json.number("format"), "" + StoreInfo.FORMAT);
    }
    this.ticks = column(archive, "ticks", -1, NpyType.U64);
    long rows = ticks.size();
    this.rids = column(archive, "rids", rows, NpyType.U32);
    this.keyCodes = column(archive, "keys", rows, NpyType.U8, NpyType.U16);
    this.valPieces = column(archive, "vals", rows, NpyType.F64).pieces();
    this.keys = SchemaJson.keys(file, Json.write(json.list("keys")));
    List<String> names = keys.stream().map(Key::name).toList();
    if (!archive.readWords("codebook").equals(Optional.of(names))) {
      throw new DamagedFileException(file, -1, "its codebook is not that of its keys");
    }
    this.words =
        json.bool("strings")
            ? TableArrays.words(file, archive.read("words.offsets"), archive.read("words.utf8"))
            : List.of();
  }

  /** Whether an archive says that it is a log. */
  public static boolean isLog(Path file) throws IOException {
    Path path = AbsolutePath.of(file);
    Storage storage = new DiskStorage(path.getParent());
    try (NpzReader archive = NpzReader.open(storage, path.getFileName().toString())) {
      return archive.names().containsAll(List.of(DESCRIPTION, "ticks", "rids", "keys", "vals"));
    }
  }

  private static String description(NpzReader archive) throws IOException {
    NpyArray text = column(archive, DESCRIPTION, -1, NpyType.U8);
    if (text.size() > MAX_DESCRIPTION_BYTES) {
      throw new DamagedFileException(
          DESCRIPTION, -1, Text.of("%d bytes are too many", text.size()));
    }
    return StandardCharsets.UTF_8.decode(text.bytes()).toString();
  }

  private static NpyArray column(NpzReader archive, String name, long rows, NpyType... types)
      throws IOException {
    if (!archive.names().contains(name)) {
      throw new DamagedFileException(name, -1, "the archive has no such array");
    }
    NpyArray array = archive.read(name);
    boolean sized = array.shape().length == 1 && (rows < 0 || array.size() == rows);
    if (!sized || !List.of(types).contains(array.type())) {
      throw new DamagedFileException(
          name, -1, Text.of("it is %s, expected %s", array.header(), List.of(types)));
    }
    return array;
  }

  /**
   * Imports an archive. If it fails, no store is left behind.
   *
   * @throws DamagedFileException if it is damaged, or its rows do not give its digest chain
   */
  public static Result run(TableImportOptions options) throws IOException {
    return ImportMemory.guard(options.source(), () -> read(options));
  }

  private static Result read(TableImportOptions options) throws IOException {
    options.checkOut();
    Path path = AbsolutePath.of(options.source());
    Storage storage = new DiskStorage(path.getParent());
    try (NpzReader archive = NpzReader.open(storage, path.getFileName().toString());
        OutputDirectory target = OutputDirectory.begin(options.out(), options.existing())) {
      archive.verify();
      LogNpzImport log = new LogNpzImport(options.source().toString(), archive);
      Result result = log.write(new DiskStorage(target.directory()));
      target.commit();
      return result;
    }
  }

  private Result write(Storage store) throws IOException {
    LogPosition start = position("start");
    LogPosition end = position("end");
    if (!start.equals(LogPosition.START)) {
      throw new InvalidUseException(
          Text.of(
              "Cannot import %s: it goes on from tick %d, seq %d, whose state it does not hold; export the whole log of a store without a base, or the world at a tick",
              file, start.tick(), start.seq()));
    }
    StoreInfo info = info();
    try (LogRebuild log = new LogRebuild(file, store, info, keys)) {
      for (long row = 0; row < ticks.size(); row++) {
        int key = (int) keyCodes.longAt(row);
        log.add(ticks.longAt(row), (int) rids.longAt(row), key, bits(row), word(row, key));
      }
      log.finish(end);
      log.compare(this::bits);
      return new Result(log.rows(), end);
    }
  }

  private StoreInfo info() throws IOException {
    WorldSchema schema = SchemaJson.schema(json.object("schema"));
    Map<String, String> properties = new LinkedHashMap<>(json.strings("properties"));
    properties.put("imported_from", json.string("store"));
    StoreInfo info =
        StoreInfo.create(schema, json.string("tick_unit"), properties).withTime(TimeJson.of(json));
    return json.bool("strings") ? info.withStrings() : info;
  }

  private LogPosition position(String member) throws IOException {
    JsonObject position = json.object(member);
    return new LogPosition(position.hex64("tick"), position.hex64("seq"), position.hex64("chain"));
  }

  private long bits(long row) {
    long at = row * Long.BYTES;
    int piece = 0;
    while (at >= valPieces.get(piece).limit()) {
      at -= valPieces.get(piece++).limit();
    }
    return valPieces.get(piece).getLong((int) at);
  }

  private String word(long row, int key) throws IOException {
    if (key >= keys.size() || keys.get(key).encoding() != KeyEncoding.CODE) {
      return null;
    }
    long code = Values.toInteger(bits(row));
    if (code < 0 || code >= words.size()) {
      throw new DamagedFileException(
          file, -1, Text.of("row %d has word %d of %d", row, code, words.size()));
    }
    return words.get((int) code);
  }
}
