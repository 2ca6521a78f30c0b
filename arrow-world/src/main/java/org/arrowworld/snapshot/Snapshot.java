// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.snapshot;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Nearest;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.ipc.IpcField;
import org.arrowworld.internal.ipc.IpcType;
import org.arrowworld.internal.store.MutableCodebook;
import org.arrowworld.internal.world.MutableTable;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.internal.world.WorldState;
import org.arrowworld.internal.world.WorldState.IdState;
import org.arrowworld.internal.world.WorldState.TableState;
import org.arrowworld.log.LogPosition;
import org.arrowworld.log.StoreId;
import org.arrowworld.schema.TableKind;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.snapshot.SnapshotFile.Reading;
import org.arrowworld.snapshot.SnapshotManifest.FileEntry;
import org.arrowworld.snapshot.SnapshotManifest.StateHashes;
import org.arrowworld.snapshot.SnapshotManifest.TableEntry;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.FewFiles;
import org.arrowworld.storage.Storage;
import org.arrowworld.table.TableColumns;

/**
 * A published snapshot, opened for reading. Columns are mapped on first use, without a copy, and
 * verified then. Views stay valid after {@link #close}. One thread at a time.
 */
public final class Snapshot implements Closeable {
  private final Storage storage;
  private final String directory;
  private final SnapshotManifest manifest;
  private final Reading reading;
  private final List<SnapshotTable> tables = new ArrayList<>();
  private StateHashes hashes;

  private Snapshot(Storage storage, String directory, SnapshotManifest manifest, Reading reading) {
    this.storage = storage;
    this.directory = directory;
    this.manifest = manifest;
    this.reading = reading;
  }

  /** The folder of a store that holds its snapshots. */
  public static final String FOLDER = SnapshotFormat.DIRECTORY;

  /** A published snapshot's place, from its directory's name. */
  public record Location(long tick, int schemaVersion, String directory) {}

  /** The snapshots of a store by tick. */
  public static List<Location> list(Storage storage) throws IOException {
    List<Location> locations = new ArrayList<>();
    for (String name : storage.list(SnapshotFormat.DIRECTORY)) {
      if (name.matches("0[0-9]{19}\\.v[1-9][0-9]{0,9}")
          && Long.parseLong(name.substring(22)) <= Integer.MAX_VALUE) {
        locations.add(
            new Location(
                Long.parseLong(name.substring(0, 20)),
                Integer.parseInt(name.substring(22)),
                SnapshotFormat.DIRECTORY + "/" + name));
      }
    }
    return locations;
  }

  /**
   * What a manifest says of its store and place.
   *
   * @param schema of its tables
   * @param base whether a history begins there
   */
  public record Identity(StoreId store, WorldSchema schema, LogPosition position, boolean base) {}

  /** Reads who a snapshot belongs to, whatever else of it is damaged. */
  public static Identity identity(Storage storage, Location location) throws IOException {
    SnapshotManifest manifest = SnapshotManifest.read(storage, location.directory());
    return new Identity(manifest.store(), manifest.schema(), manifest.position(), manifest.base());
  }

  /** Deletes a snapshot: it vanishes by one rename. */
  public static void delete(Storage storage, Location location) throws IOException {
    String gone = location.directory() + AtomicFiles.UNFINISHED;
    AtomicFiles.discard(storage, gone);
    AtomicFiles.publish(storage, location.directory(), gone);
    AtomicFiles.discard(storage, gone);
  }

  /** Deletes what was left of snapshots that were never published; for the store's one writer. */
  public static void discardUnfinished(Storage storage) throws IOException {
    for (String name : storage.list(SnapshotFormat.DIRECTORY)) {
      if (name.endsWith(AtomicFiles.UNFINISHED)) {
        AtomicFiles.discard(storage, SnapshotFormat.DIRECTORY + "/" + name);
      }
    }
  }

  /** Opens a snapshot whose data is verified on first touch; see the other {@code open}. */
  public static Snapshot open(Storage storage, Location location, StoreId store)
      throws IOException {
    return open(storage, location, store, Verify.ON_FIRST_TOUCH);
  }

  /**
   * Opens a snapshot: reads its manifest and verifies all but the data of its files, in a time that
   * does not depend on their rows (but with {@link Verify#ALL}).
   *
   * @param store the store it must belong to
   */
  public static Snapshot open(Storage storage, Location location, StoreId store, Verify verify)
      throws IOException {
    return open(storage, location, store, Reading.of(verify));
  }

  static Snapshot open(Storage storage, Location location, StoreId store, Reading reading)
      throws IOException {
    String directory = location.directory();
    SnapshotManifest manifest = SnapshotManifest.read(storage, directory);
    String path = directory + "/" + SnapshotManifest.NAME;
    if (!manifest.store().equals(store)) {
      throw new DamagedFileException(
          path, -1, Text.of("it belongs to store %s, not %s", manifest.store().hex(), store.hex()));
    }
    if (manifest.position().tick() != location.tick()
        || manifest.schema().version() != location.schemaVersion()) {
      throw new DamagedFileException(path, -1, "its tick or schema is not that of its directory");
    }
    Snapshot snapshot = new Snapshot(storage, directory, manifest, reading);
    try {
      Storage files = new FewFiles(storage);
      for (TableSchema table : manifest.schema().tables()) {
        snapshot.tables.add(snapshot.openTable(files, table));
      }
      return snapshot;
    } catch (NoSuchFileException e) {
      snapshot.close();
      throw new DamagedFileException(e.getFile(), -1, "a file of the snapshot is missing", e);
    } catch (IOException | RuntimeException e) {
      snapshot.close();
      throw e;
    }
  }

  private SnapshotTable openTable(Storage files, TableSchema schema) throws IOException {
    TableEntry entry = manifest.table(schema.name());
    FileEntry file = manifest.file(SnapshotFormat.tableFile(schema.name()));
    return new SnapshotTable(
        schema,
        entry,
        SnapshotFile.open(
            files, directory, file, SnapshotFormat.fields(schema.allColumns()), reading));
  }

  public WorldSchema schema() {
    return manifest.schema();
  }

  /** Its place in the log. */
  public LogPosition position() {
    return manifest.position();
  }

  /** Whether a history begins here. */
  public boolean isBase() {
    return manifest.base();
  }

  /** {@code hash_world}, as stored; of a cache without hashes computed from its files. */
  public String hashWorld() throws IOException {
    return hashes().world();
  }

  /** {@code resume_hash}, as stored; of a cache without hashes computed from its files. */
  public String resumeHash() throws IOException {
    return hashes().resume();
  }

  /** Whether its hashes are stored (spec N-11). */
  public boolean hasHashes() {
    return manifest.hashes().isPresent();
  }

  StateHashes hashes() throws IOException {
    if (hashes == null) {
      hashes = hasHashes() ? manifest.hashes().get() : computed();
    }
    return hashes;
  }

  private StateHashes computed() throws IOException {
    List<TableState> states = new ArrayList<>();
    for (SnapshotTable table : tables) {
      boolean row = table.schema().kind() == TableKind.ROW;
      List<ByteBuffer> free =
          row
              ? free(table.name()).columns
              : List.of(ByteBuffer.allocate(0), ByteBuffer.allocate(0));
      IdState ids = new IdState(table.nextId(), free.get(0), free.get(1), table.schema().ids());
      states.add(new TableState(table.schema(), table, ids));
    }
    try {
      return StateHashes.of(
          new WorldState(schema(), position().tick(), states, new MutableCodebook(), 0));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** The application's own state. */
  public Map<String, String> properties() {
    return manifest.properties();
  }

  /** The tables in schema order. */
  public List<TableColumns> tables() {
    return List.copyOf(tables);
  }

  /** A table by name. */
  public TableColumns table(String name) {
    return tables.stream()
        .filter(t -> t.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidUseException(
                    Text.of(
                        "Unknown table '%s': this snapshot has %s",
                        name, Nearest.of(name, tables.stream().map(TableColumns::name).toList()))));
  }

  /**
   * A table's columns as Arrow vectors over the mapped file, made on first use and without a copy.
   *
   * @param allocator accounts for the mapped bytes; closed by the caller after the vectors
   */
  public ArrowTable arrow(String table, BufferAllocator allocator) throws IOException {
    return new ArrowTable(table(table), codebook(), allocator);
  }

  /**
   * Verifies one that stands where another was to be written.
   *
   * @throws DamagedFileException if it is damaged, with what to do
   */
  public static void requireSound(Storage storage, Location location, StoreId store)
      throws IOException {
    try (Snapshot present = open(storage, location, store)) {
      present.verify();
    } catch (DamagedFileException e) {
      throw new DamagedFileException(
          location.directory(),
          -1,
          Text.of("a damaged snapshot stands there (%s); delete it and try again", e.getMessage()));
    }
  }

  /** Verifies every byte of every file. */
  public void verify() throws IOException {
    for (FileEntry entry : manifest.files()) {
      if (!storage.exists(directory + "/" + entry.name())) {
        throw new DamagedFileException(directory + "/" + entry.name(), -1, "the file is missing");
      }
    }
    for (SnapshotTable table : tables) {
      table.verify();
    }
    codebook();
    for (TableSchema table : schema().tables()) {
      if (table.kind() == TableKind.ROW) {
        free(table.name());
      }
    }
  }

  /**
   * Proves a snapshot as strictly as any reader does: every byte, and that tables, hashes, ids and
   * codes are what the manifest says.
   *
   * @throws DamagedFileException naming the first thing that is not so
   */
  public void prove(BufferAllocator allocator) throws IOException {
    verify();
    SnapshotProof.of(this, manifest, directory, allocator);
  }

  /** The words of the codebook at this tick. */
  public List<String> codebook() throws IOException {
    boolean listed =
        manifest.files().stream().anyMatch(f -> f.name().equals(SnapshotFormat.CODEBOOK));
    if (!listed && manifest.codes() == 0 && !schema().hasStrings()) {
      return List.of();
    }
    FileEntry entry = manifest.file(SnapshotFormat.CODEBOOK);
    List<IpcField> fields = List.of(IpcField.plain("word", IpcType.UTF8));
    try (SnapshotFile file = SnapshotFile.open(storage, directory, entry, fields, reading)) {
      return file.words(manifest.codes());
    }
  }

  /** Whether it has the free ids of a table, and the generations they last lived in (spec N-4). */
  public boolean hasFreeIds(MutableTable of) throws IOException {
    Free free = free(of.name());
    int[] ids = of.deadIds();
    int[] generations = Arrays.stream(ids).map(of::lastGeneration).toArray();
    return Arrays.equals(free.column(0), ids) && Arrays.equals(free.column(1), generations);
  }

  private record Free(List<ByteBuffer> columns) {
    int[] column(int index) {
      int[] values = new int[columns.get(index).remaining() / 4];
      columns.get(index).asIntBuffer().get(values);
      return values;
    }
  }

  private Free free(String table) throws IOException {
    FileEntry entry = manifest.file(SnapshotFormat.freeFile(table));
    try (SnapshotFile file =
        SnapshotFile.open(storage, directory, entry, SnapshotFormat.freeFields(), reading)) {
      int rows = file.rows();
      return new Free(List.of(file.column(0, rows, 4).whole(), file.column(1, rows, 4).whole()));
    }
  }

  /**
   * Loads the whole state into a new world, which the caller closes.
   *
   * @throws InvalidUseException if a column is longer than 2 GiB, more than a live table holds
   */
  public MutableWorld load(BufferAllocator allocator) throws IOException {
    return load(schema(), allocator);
  }

  /**
   * Loads a part of the state into a new world, which the caller closes; no other column is read.
   *
   * @param wanted tables and columns of {@link #schema}
   * @throws InvalidUseException if a column is longer than 2 GiB, more than a live table holds
   */
  public MutableWorld load(WorldSchema wanted, BufferAllocator allocator) throws IOException {
    for (SnapshotTable table : tables) {
      table.requireLoadable();
    }
    MutableCodebook codebook = new MutableCodebook();
    List<String> words = codebook();
    for (int code = 0; code < words.size(); code++) {
      codebook.learn(code, words.get(code));
    }
    MutableWorld world = new MutableWorld(wanted, codebook, allocator);
    try {
      for (MutableTable table : world.tables()) {
        SnapshotTable source = (SnapshotTable) table(table.name());
        boolean row = source.schema().kind() == TableKind.ROW;
        Free free = row ? free(source.name()) : new Free(List.of());
        source.checkCodes(words.size());
        table.restore(
            source,
            source.nextId(),
            row ? free.column(0) : new int[0],
            row ? free.column(1) : new int[0]);
      }
      world.settle(position().tick());
      return world;
    } catch (UncheckedIOException e) {
      world.close();
      throw e.getCause();
    } catch (InvalidUseException e) {
      world.close();
      throw new DamagedFileException(directory, -1, e.getMessage(), e);
    } catch (IOException | RuntimeException | Error e) {
      world.close();
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    for (SnapshotTable table : tables) {
      table.close();
    }
  }
}
