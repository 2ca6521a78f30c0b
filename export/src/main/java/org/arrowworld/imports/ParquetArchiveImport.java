// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;
import org.apache.arrow.memory.BufferAllocator;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.MemoryFullException;
import org.arrowworld.errors.UnsupportedVersionException;
import org.arrowworld.export.OutputDirectory;
import org.arrowworld.export.internal.ImportMemory;
import org.arrowworld.export.parquet.ParquetArchive;
import org.arrowworld.hash.Hashes;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.json.ChecksummedJson;
import org.arrowworld.internal.json.JsonObject;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.internal.world.WorldState;
import org.arrowworld.log.LogPosition;
import org.arrowworld.schema.SchemaJson;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.snapshot.SnapshotWriter;
import org.arrowworld.storage.AbsolutePath;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.ReadableFile;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.store.TimeJson;
import org.arrowworld.table.World;
import org.arrowworld.timeline.Timeline;

/**
 * An archive that {@link ParquetArchive} made, as a store again (spec T-40 to T-45). Every file is
 * verified against the manifest first; what comes out is proven: the digest chain from the rows,
 * {@code hash_world} from the tables.
 */
public final class ParquetArchiveImport {
  private static final String MANIFEST = "manifest.json";
  private static final int READ_BYTES = 1 << 20;

  private final Storage archive;
  private final String source;
  private final JsonObject manifest;
  private final BufferAllocator allocator;
  private final List<String> logFiles = new ArrayList<>();
  private final Map<String, String> tableFiles = new LinkedHashMap<>();
  private Optional<String> codebook = Optional.empty();

  /**
   * What was imported.
   *
   * @param rows of the log, commit rows included; 0 if the archive holds no log from seq 0 on
   * @param end where the log ends
   * @param tick the tick of the last state
   * @param hashWorld {@code hash_world} of it; empty for a log without tables
   * @param lost what is in the archive but not in the store, in words
   */
  public record Result(
      long rows, LogPosition end, long tick, Optional<String> hashWorld, List<String> lost) {}

  private ParquetArchiveImport(
      Storage archive, String source, JsonObject manifest, BufferAllocator allocator) {
    this.archive = archive;
    this.source = source;
    this.manifest = manifest;
    this.allocator = allocator;
  }

  /** Whether a path is an archive. */
  public static boolean isArchive(Path path) throws IOException {
    Storage storage = new DiskStorage(AbsolutePath.of(path));
    return java.nio.file.Files.isDirectory(path) && storage.exists(MANIFEST);
  }

  /**
   * Imports an archive. If it fails, no store is left behind.
   *
   * @throws DamagedFileException if it is damaged, or its rows do not give its chain or hash
   * @throws InvalidUseException if it holds neither a whole log nor a world
   * @throws MemoryFullException if it is more than the heap holds
   */
  public static Result run(TableImportOptions options, BufferAllocator allocator)
      throws IOException {
    return ImportMemory.guard(options.source(), () -> read(options, allocator));
  }

  private static Result read(TableImportOptions options, BufferAllocator allocator)
      throws IOException {
    options.checkOut();
    if (options.table().isPresent() || !options.columns().entries().isEmpty()) {
      throw new InvalidUseException(
          Text.of(
              "Cannot import %s with --table or --columns: it is an archive with tables of its own; name one of its files",
              options.source()));
    }
    Storage archive = new DiskStorage(AbsolutePath.of(options.source()));
    try (OutputDirectory target = OutputDirectory.begin(options.out(), options.existing())) {
      String source = options.source().toString();
      Result result = restore(archive, source, new DiskStorage(target.directory()), allocator);
      target.commit();
      return result;
    }
  }

  /**
   * As {@link #run}, into a storage without a store; what fails leaves it half-written.
   *
   * @param source the archive's name, for messages
   */
  static Result restore(Storage archive, String source, Storage store, BufferAllocator allocator)
      throws IOException {
    JsonObject manifest = ChecksummedJson.read(archive, MANIFEST);
    if (!manifest.string("kind").equals(ParquetArchive.KIND)) {
      throw manifest.wrong("kind", ParquetArchive.KIND, manifest.string("kind"));
    }
    if (manifest.number("format") != StoreInfo.FORMAT) {
      throw new UnsupportedVersionException(
          source, "format version", manifest.number("format"), "" + StoreInfo.FORMAT);
    }
    return new ParquetArchiveImport(archive, source, manifest, allocator).restore(store);
  }

  private Result restore(Storage store) throws IOException {
    for (JsonObject file : manifest.objects("files")) {
      verify(file);
      String path = file.string("path");
      switch (file.string("view")) {
        case "log" -> logFiles.add(path);
        case "codebook" -> codebook = Optional.of(path);
        case "table" -> tableFiles.put(tableName(path), path);
        default -> {} // views of the same rows
      }
    }
    Optional<JsonObject> world = manifest.optionalObject("world");
    ArchivedLog log = new ArchivedLog(archive, source, logFiles);
    for (JsonObject file : manifest.objects("files")) {
      if (file.string("view").equals("log")) {
        log.checkEnds(file.string("path"), file);
      }
    }
    List<String> lost = new ArrayList<>();
    if (!logFiles.isEmpty()) {
      Optional<String> why = beginsBehind(log);
      if (why.isEmpty()) {
        return rebuild(log, store, world);
      }
      lost.add("the log: " + why.get());
    }
    if (world.isEmpty()) {
      throw new InvalidUseException(
          Text.of(
              "Cannot import %s: %s, so there is no state to begin with; export the whole log (--view log), or the world at a tick, or import one of its files as a table",
              source, lost.isEmpty() ? "it holds no log" : lost.get(0)));
    }
    return world(world.get(), store, lost);
  }

  private static String tableName(String path) {
    String name = path.substring(path.lastIndexOf('/') + 1);
    return name.endsWith(".parquet") ? name.substring(0, name.length() - 8) : name;
  }

  /** A file has the bytes that the manifest says. */
  private void verify(JsonObject entry) throws IOException {
    String path = entry.string("path");
    if (path.startsWith("/") || path.contains("\\") || List.of(path.split("/")).contains("..")) {
      throw entry.wrong("path", "a path in the archive", path);
    }
    if (!archive.exists(path)) {
      throw new DamagedFileException(
          path, -1, "the archive's manifest lists it, but it is missing");
    }
    try (ReadableFile file = archive.openRead(path)) {
      if (file.size() != entry.number("bytes")) {
        throw new DamagedFileException(
            path,
            file.size(),
            Text.of("it has %d bytes, the manifest says %d", file.size(), entry.number("bytes")));
      }
      CRC32 crc = new CRC32();
      ByteBuffer chunk = ByteBuffer.allocateDirect(READ_BYTES);
      for (long at = 0; at < file.size(); at += chunk.limit()) {
        chunk.clear().limit((int) Math.min(READ_BYTES, file.size() - at));
        file.readFully(chunk, at);
        crc.update(chunk.flip());
      }
      String found = Text.of("%08x", crc.getValue());
      if (!found.equals(entry.string("crc32"))) {
        throw new DamagedFileException(
            path, -1, Text.of("it has CRC-32 %s, expected %s", found, entry.string("crc32")));
      }
    }
  }

  /** Why the log's first row does not begin its store's history; empty if it does. */
  private Optional<String> beginsBehind(ArchivedLog log) throws IOException {
    Optional<JsonObject> history = manifest.optionalObject("history");
    if (history.isPresent() && history.get().bool("base")) {
      return Optional.of("it goes on from a base at tick " + history.get().number("first_tick"));
    }
    Optional<Long> first = log.firstSeq();
    if (first.isEmpty()) {
      return Optional.of("it has no rows");
    }
    return first.get() == 0
        ? Optional.empty()
        : Optional.of("it begins behind seq 0, at seq " + first.get());
  }

  private StoreInfo info(WorldSchema schema) throws IOException {
    Map<String, String> properties = new LinkedHashMap<>(manifest.strings("properties"));
    properties.put("imported_from", manifest.string("store"));
    StoreInfo info =
        StoreInfo.create(schema, manifest.string("tick_unit"), properties)
            .withTime(TimeJson.of(manifest));
    return manifest.bool("strings") ? info.withStrings() : info;
  }

  private WorldSchema schema() throws IOException {
    return SchemaJson.schema(manifest.object("schema"));
  }

  private Result rebuild(ArchivedLog log, Storage store, Optional<JsonObject> world)
      throws IOException {
    StoreInfo info = info(schema());
    LogPosition end;
    long rows;
    try (LogRebuild rebuild = new LogRebuild(source, store, info, log.keys())) {
      end = log.writeTo(rebuild);
      rebuild.finish(end);
      try (ArchivedLog.Vals vals = log.vals()) {
        rebuild.compare(vals);
      }
      rows = rebuild.rows();
    }
    Optional<String> hash = Optional.empty();
    if (!info.schema().tables().isEmpty()) {
      long tick = world.isPresent() ? world.get().number("tick") : end.tick();
      try (Timeline timeline = Timeline.open(store);
          World state = timeline.at(tick, allocator)) {
        hash = Optional.of(Hashes.world(state.tables()));
      } catch (InvalidUseException e) {
        throw new DamagedFileException(
            source, -1, "its rows do not make a world: " + e.getMessage(), e);
      }
      if (world.isPresent()) {
        requireHash(world.get(), hash.get());
      }
    }
    return new Result(rows, end, end.tick(), hash, List.of());
  }

  private void requireHash(JsonObject world, String found) throws IOException {
    if (!found.equals(world.string("hash_world"))) {
      throw new DamagedFileException(
          source,
          -1,
          Text.of(
              "the world at tick %d has hash %s, expected %s",
              world.number("tick"), found, world.string("hash_world")));
    }
  }

  private Result world(JsonObject described, Storage store, List<String> lost) throws IOException {
    ArchivedWorld tables = new ArchivedWorld(archive, source, schema());
    long tick = described.number("tick");
    StoreInfo info = info(tables.schema());
    try (MutableWorld world = tables.read(codebook, tableFiles, tick, allocator)) {
      SnapshotWriter.Beginning base = SnapshotWriter.begin(store, info, WorldState.of(world), 0);
      requireHash(described, base.hashWorld());
      return new Result(0, base.position(), tick, Optional.of(base.hashWorld()), lost);
    }
  }
}
