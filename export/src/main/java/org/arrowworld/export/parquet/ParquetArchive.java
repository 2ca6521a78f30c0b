package org.arrowworld.export.parquet;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.json.ChecksummedJson;
import org.arrowworld.schema.SchemaJson;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.table.Hashes;
import org.arrowworld.table.TableView;
import org.arrowworld.table.World;
import org.arrowworld.timeline.Timeline;

/**
 * A directory of Parquet files of one store, published as a whole: {@code tables/<name>.parquet}
 * and {@code codebook.parquet} of a world, {@code log/<first tick>.parquet} per span of ticks, and
 * {@code manifest.json}, which is written last.
 *
 * <p>{@link #commit} makes the directory visible; {@link #close} without it leaves nothing. One
 * thread at a time.
 */
public final class ParquetArchive implements Closeable {
  private static final String KIND = "arrow-world parquet archive";

  private final Storage storage;
  private final String directory;
  private final StoreInfo store;
  private final ParquetOptions options;
  private final List<Map<String, Object>> files = new ArrayList<>();
  private final Map<String, Object> world = new LinkedHashMap<>();
  private State state = State.OPEN;

  private enum State {
    OPEN,
    COMMITTED,
    CLOSED
  }

  private ParquetArchive(
      Storage storage, String directory, StoreInfo store, ParquetOptions options) {
    this.storage = storage;
    this.directory = directory;
    this.store = store;
    this.options = options;
  }

  /**
   * Begins an archive beside its final name.
   *
   * @param directory must not exist
   * @param store the store all its files are of
   */
  public static ParquetArchive create(
      Storage storage, String directory, StoreInfo store, ParquetOptions options)
      throws IOException {
    if (storage.exists(directory)) {
      throw new InvalidUseException(
          "Cannot export to %s: it exists; choose another name or remove it".formatted(directory));
    }
    ParquetArchive archive = new ParquetArchive(storage, directory, store, options);
    AtomicFiles.discard(storage, archive.temporary());
    AtomicFiles.createDirectories(storage, archive.temporary());
    return archive;
  }

  private String temporary() {
    return directory + AtomicFiles.UNFINISHED;
  }

  /** Adds the tables of a world and its codebook; once at most. */
  public void world(World source) throws IOException {
    requireOpen();
    if (!world.isEmpty()) {
      throw new InvalidUseException("Cannot add a second world to %s".formatted(directory));
    }
    world.put("tick", source.tick());
    world.put("hash_world", Hashes.world(source.tables()));
    AtomicFiles.createDirectories(storage, temporary() + "/tables");
    ParquetTableWriter writer = new ParquetTableWriter(storage, options);
    for (TableView table : source.tables()) {
      String hash = Hashes.table(table);
      String path = "tables/%s.parquet".formatted(table.name());
      ParquetFooter footer = ParquetFooter.of(store).table(table.name(), source.tick(), hash);
      ParquetFileInfo info = writer.write(within(path), table, source.codebook(), footer.pairs());
      entry("table", path, info).put("hash_columns", hash);
    }
    String path = "codebook.parquet";
    CodebookTable words = new CodebookTable(source.codebook());
    ParquetFooter footer = ParquetFooter.of(store).with("aw.view", "codebook");
    entry("codebook", path, writer.write(within(path), words, source.codebook(), footer.pairs()));
  }

  /** Adds the log's rows of ticks {@code first} to {@code last} as one file. */
  public void log(Timeline history, long first, long last) throws IOException {
    requireOpen();
    AtomicFiles.createDirectories(storage, temporary() + "/log");
    String path = "log/%020d.parquet".formatted(first);
    ParquetFileInfo info =
        new ParquetLogWriter(storage, options).write(within(path), history, first, last);
    Map<String, Object> entry = entry("log", path, info);
    entry.put("first_tick", first);
    entry.put("last_tick", last);
  }

  private String within(String path) {
    return temporary() + "/" + path;
  }

  private Map<String, Object> entry(String view, String path, ParquetFileInfo info) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("view", view);
    entry.put("path", path);
    entry.put("rows", info.rows());
    entry.put("bytes", info.bytes());
    files.add(entry);
    return entry;
  }

  /** Writes {@code manifest.json} and publishes the directory. */
  public void commit() throws IOException {
    requireOpen();
    Map<String, Object> manifest = new LinkedHashMap<>();
    manifest.put("kind", KIND);
    manifest.put("format", StoreInfo.FORMAT);
    manifest.put("store", store.id().hex());
    manifest.put("tick_unit", store.tickUnit());
    manifest.put("schema", SchemaJson.schema(store.schema()));
    manifest.put("writer", "arrow-world java");
    if (!world.isEmpty()) {
      manifest.put("world", world);
    }
    manifest.put("files", files);
    ChecksummedJson.write(storage, within("manifest.json"), manifest);
    AtomicFiles.publish(storage, temporary(), directory);
    state = State.COMMITTED;
  }

  private void requireOpen() {
    if (state != State.OPEN) {
      throw new InvalidUseException(
          "Cannot add to the archive %s: it is %s".formatted(directory, state));
    }
  }

  @Override
  public void close() throws IOException {
    if (state == State.OPEN) {
      AtomicFiles.discard(storage, temporary());
    }
    state = State.CLOSED;
  }
}
