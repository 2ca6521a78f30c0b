// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.parquet;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32;
import org.arrowworld.Store;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.export.internal.Replacement;
import org.arrowworld.export.rows.FileOrigin;
import org.arrowworld.export.rows.LogSource;
import org.arrowworld.export.rows.RowSource;
import org.arrowworld.export.rows.TableSource;
import org.arrowworld.hash.Hashes;
import org.arrowworld.internal.Blake2b;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.json.ChecksummedJson;
import org.arrowworld.schema.Codebook;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.SchemaJson;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.store.TimeJson;
import org.arrowworld.table.TableColumns;
import org.arrowworld.table.World;
import org.arrowworld.timeline.WorldColumns;

/**
 * A directory of Parquet files of one store, published as a whole: {@code tables/<name>.parquet}
 * and {@code codebook.parquet} of a world, {@code log/<first tick>.parquet} per span of ticks,
 * other views likewise, and {@code manifest.json}, which is written last.
 *
 * <p>{@link #commit} makes the directory visible. {@link #close} without it leaves nothing visible,
 * but keeps the files that are complete in {@code <directory>.tmp}: an archive of the same store
 * and parameters that is begun there takes those over whose bytes still verify and that would have
 * the same contents, and writes the rest. One thread at a time; another archive of the same name is
 * refused meanwhile.
 */
public final class ParquetArchive implements Closeable {
  /** What {@code manifest.json} says it is of. */
  public static final String KIND = "arrow-world parquet archive";

  private final Storage storage;
  private final String directory;
  private final StoreInfo store;
  private final ParquetOptions options;
  private final ArchiveProgress progress;
  private final List<Map<String, Object>> files = new ArrayList<>();
  private final Map<String, Object> world = new LinkedHashMap<>();
  private final Map<String, Object> history = new LinkedHashMap<>();
  private Phase phase = Phase.OPEN;

  private enum Phase {
    OPEN,
    COMMITTED,
    CLOSED
  }

  private ParquetArchive(
      Storage storage,
      String directory,
      StoreInfo store,
      ParquetOptions options,
      ArchiveProgress progress) {
    this.storage = storage;
    this.directory = directory;
    this.store = store;
    this.options = options;
    this.progress = progress;
  }

  /**
   * Begins an archive beside its final name, or goes on with one that was interrupted.
   *
   * @param directory must not exist
   * @param store the store all its files are of
   */
  public static ParquetArchive create(
      Storage storage, String directory, StoreInfo store, ParquetOptions options)
      throws IOException {
    requireAbsent(storage, directory);
    return create(storage, directory, new Contents(store, Map.of()), options);
  }

  private static void requireAbsent(Storage storage, String directory) throws IOException {
    if (storage.exists(directory)) {
      throw new InvalidUseException(
          Text.of("Cannot export to %s: it exists; choose another name or remove it", directory));
    }
  }

  /**
   * What an archive will hold.
   *
   * @param store the store all its files are of
   * @param parameters all that decides what its files will be; an interrupted archive with other
   *     ones is begun anew
   */
  public record Contents(StoreInfo store, Map<String, String> parameters) {}

  /**
   * As {@link #create(Storage, String, StoreInfo, ParquetOptions)}, with parameters. The directory
   * must not exist when {@link #commit} is called.
   */
  public static ParquetArchive create(
      Storage storage, String directory, Contents contents, ParquetOptions options)
      throws IOException {
    Map<String, String> parameters = new LinkedHashMap<>(contents.parameters());
    parameters.put("store", contents.store().id().hex());
    parameters.put("compression", options.compression().toString());
    parameters.put("profile", options.profile().toString());
    ArchiveProgress progress = ArchiveProgress.begin(storage, directory, parameters);
    return new ParquetArchive(storage, directory, contents.store(), options, progress);
  }

  private String temporary() {
    return directory + AtomicFiles.UNFINISHED;
  }

  /** How many files were taken over from an interrupted export. */
  public int resumed() {
    return progress.resumed();
  }

  /** Rows of all files so far. */
  public long rows() {
    return files.stream().mapToLong(file -> ((Number) file.get("rows")).longValue()).sum();
  }

  /** A world's tables and words. */
  private record State(long tick, List<? extends TableColumns> tables, Codebook words) {}

  /** Adds the tables of a world and its codebook; once at most. */
  public void world(World source) throws IOException {
    world(source, rows -> rows);
  }

  /** As {@link #world(World)}, with the rows of tables passed through a function. */
  public void world(World source, UnaryOperator<RowSource> form) throws IOException {
    world(new State(source.tick(), source.tables(), source.codebook()), form);
  }

  /** As {@link #world(World, UnaryOperator)}, of a state's columns. */
  public void world(WorldColumns source, UnaryOperator<RowSource> form) throws IOException {
    world(new State(source.tick(), source.tables(), source.codebook()), form);
  }

  private void world(State source, UnaryOperator<RowSource> form) throws IOException {
    requireOpen();
    if (!world.isEmpty()) {
      throw new InvalidUseException(Text.of("Cannot add a second world to %s", directory));
    }
    source.tables().forEach(TableSource::requireColumns); // before anything is written
    for (TableColumns table : source.tables()) {
      table(source, table, form);
    }
    CodebookTable words = new CodebookTable(source.words());
    FileOrigin footer = FileOrigin.of(store).with("aw.view", "codebook");
    add(
        new File("codebook", "codebook.parquet", Map.of()),
        new TableSource(words, source.words()::utf8, footer.pairs()),
        basis(source.words()));
    world.put("tick", source.tick());
    world.put("hash_world", Hashes.world(source.tables()));
  }

  /** Adds one table of a state. */
  public void table(WorldColumns source, TableColumns table, UnaryOperator<RowSource> form)
      throws IOException {
    table(new State(source.tick(), source.tables(), source.codebook()), table, form);
  }

  private void table(State source, TableColumns table, UnaryOperator<RowSource> form)
      throws IOException {
    String hash = Hashes.table(table);
    FileOrigin footer = FileOrigin.of(store).table(table.name(), source.tick(), hash);
    boolean coded = table.columns().stream().anyMatch(c -> c.type() == ColumnType.STRING);
    add(
        new File("table", Text.of("tables/%s.parquet", table.name()), Map.of("hash_columns", hash)),
        form.apply(new TableSource(table, source.words()::utf8, footer.pairs())),
        coded ? basis(source.words()) : "");
  }

  /** What identifies a world's words. */
  private static String basis(Codebook words) {
    CRC32 crc = new CRC32();
    for (int code = 0; code < words.size(); code++) {
      crc.update(words.utf8(code));
      crc.update(0xFF); // in no word
    }
    return Text.of("%d words %08x", words.size(), crc.getValue());
  }

  /** Adds the log's rows of ticks {@code first} to {@code last} as one file. */
  public void log(Store source, long first, long last) throws IOException {
    history(source);
    LogSource.Span span = new LogSource.Span(first, last);
    add(File.ofTicks("log", span), LogSource.of(source.info(), source.log(), span));
  }

  /**
   * Notes how the store's history begins, which the rows of its log do not tell: an import makes a
   * store of the log only if it begins with nothing.
   */
  public void history(Store source) throws IOException {
    Optional<Long> logged = source.log().firstTick();
    if (logged.isPresent()) {
      long first = source.firstTick();
      history.put("first_tick", first);
      history.put("base", first < logged.get() || source.log().start().seq() != 0);
    }
  }

  /**
   * A file of an archive.
   *
   * @param view what it shows
   * @param path in the archive
   * @param facts what the manifest says of it beside rows, bytes and CRC
   */
  public record File(String view, String path, Map<String, Object> facts) {

    /** {@code <view>/<first tick>.parquet}. */
    public static File ofTicks(String view, LogSource.Span span) {
      Map<String, Object> facts = new LinkedHashMap<>();
      facts.put("first_tick", span.first());
      facts.put("last_tick", span.last());
      return new File(view, Text.of("%s/%020d.parquet", view, span.first()), facts);
    }
  }

  /**
   * Adds rows as one file, unless an interrupted export left it complete, of the same facts,
   * columns and origin.
   */
  public void add(File file, RowSource source) throws IOException {
    add(file, source, "");
  }

  /** As {@link #add(File, RowSource)}, of rows that something else decides as well. */
  private void add(File file, RowSource source, String basis) throws IOException {
    requireOpen();
    Map<String, Object> ends = ends(source);
    String content = content(file, source, basis);
    Optional<Map<String, Object>> done = progress.find(file.path(), content);
    if (done.isPresent()) {
      files.add(done.get());
      return;
    }
    int slash = file.path().lastIndexOf('/');
    if (slash > 0) {
      AtomicFiles.createDirectories(storage, within(file.path().substring(0, slash)));
    }
    ParquetFileInfo info =
        new ParquetRowWriter(storage, options).write(within(file.path()), source);
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("view", file.view());
    entry.put("path", file.path());
    entry.put("rows", info.rows());
    entry.put("bytes", info.bytes());
    entry.put("crc32", Text.of("%08x", info.crc()));
    entry.putAll(file.facts());
    entry.putAll(ends);
    progress.done(entry, content);
    files.add(entry);
  }

  /** Which part of which history a file is of, as the manifest says it (spec T-46). */
  private static Map<String, Object> ends(RowSource source) throws IOException {
    Map<String, String> origin = source.origin();
    Map<String, Object> ends = new LinkedHashMap<>();
    if (origin.containsKey(FileOrigin.PREV_CHAIN)) {
      ends.put("first_seq", hex(origin.get(FileOrigin.FIRST_SEQ)));
      ends.put("end_seq", hex(origin.get(FileOrigin.END_SEQ)));
      ends.put("prev_chain", origin.get(FileOrigin.PREV_CHAIN));
      ends.put("last_chain", origin.get(FileOrigin.LAST_CHAIN));
    }
    return ends;
  }

  private static String hex(String digits) {
    return Text.of("%016x", Long.parseLong(digits));
  }

  private static String content(File file, RowSource source, String basis) throws IOException {
    List<?> all =
        List.of(
            file.view(),
            new TreeMap<>(file.facts()),
            source.columns(),
            new TreeMap<>(source.origin()),
            basis);
    byte[] text = all.toString().getBytes(StandardCharsets.UTF_8);
    return HexFormat.of().formatHex(new Blake2b(16).update(text).digest());
  }

  private String within(String path) {
    return temporary() + "/" + path;
  }

  /** Where runs of a sort may be spilled: inside the archive, while it is not complete. */
  public String scratch(String name) {
    return within(name);
  }

  /** Writes {@code manifest.json} and publishes the directory. */
  public void commit() throws IOException {
    requireOpen();
    requireAbsent(storage, directory);
    replace();
  }

  /**
   * As {@link #commit}, in the place of what is there; that it may be replaced is for the caller to
   * know. At any moment it is there, or this.
   */
  public void replace() throws IOException {
    requireOpen();
    progress.keepOnly(files);
    Map<String, Object> manifest = new LinkedHashMap<>();
    manifest.put("kind", KIND);
    manifest.put("format", StoreInfo.FORMAT);
    manifest.put("store", store.id().hex());
    manifest.put("tick_unit", store.tickUnit());
    store.time().ifPresent(time -> manifest.put(TimeJson.MEMBER, TimeJson.tree(time)));
    manifest.put("strings", store.strings());
    manifest.put("properties", store.properties());
    manifest.put("schema", SchemaJson.schema(store.schema()));
    manifest.put("writer", "arrow-world java");
    if (!world.isEmpty()) {
      manifest.put("world", world);
    }
    if (!history.isEmpty()) {
      manifest.put("history", history);
    }
    manifest.put("files", files);
    ChecksummedJson.write(storage, within("manifest.json"), manifest);
    progress.finish();
    Replacement.publish(storage, temporary(), directory);
    phase = Phase.COMMITTED;
  }

  private void requireOpen() {
    if (phase != Phase.OPEN) {
      throw new InvalidUseException(
          Text.of("Cannot add to the archive %s: it is %s", directory, phase));
    }
  }

  @Override
  public void close() throws IOException {
    boolean discard = phase == Phase.OPEN && progress.isEmpty();
    phase = phase == Phase.OPEN ? Phase.CLOSED : phase;
    try (progress) {
      if (discard) {
        AtomicFiles.discard(storage, temporary());
      }
    }
  }
}
