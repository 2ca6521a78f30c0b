package org.arrowworld.snapshot;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.ipc.BodyLayout;
import org.arrowworld.internal.ipc.IpcField;
import org.arrowworld.internal.ipc.IpcFileWriter;
import org.arrowworld.internal.ipc.IpcType;
import org.arrowworld.internal.ipc.Words;
import org.arrowworld.log.LogPosition;
import org.arrowworld.log.StoreId;
import org.arrowworld.schema.Codebook;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.TableKind;
import org.arrowworld.snapshot.SnapshotManifest.FileEntry;
import org.arrowworld.snapshot.SnapshotManifest.TableEntry;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.ReadableFile;
import org.arrowworld.storage.Storage;
import org.arrowworld.storage.WritableFile;
import org.arrowworld.table.Hashes;
import org.arrowworld.table.TableView;
import org.arrowworld.table.World;
import org.arrowworld.table.WorldTable;

/**
 * Writes a snapshot of a world at a tick boundary: all files into a {@code .tmp} directory, the
 * manifest last, then one rename (spec N-1 to N-8). The world must not change meanwhile.
 */
public final class SnapshotWriter {
  private static final int ALIGNMENT_BYTES = 64;

  /** Whether a history begins at a snapshot. */
  public enum Role {
    /** It may be deleted at any time. */
    CACHE,
    /** Replay begins here; it is never deleted. */
    BASE
  }

  private final Storage storage;
  private final StoreId store;
  private final World world;
  private final String temporary;
  private final List<FileEntry> files = new ArrayList<>();

  private SnapshotWriter(Storage storage, StoreId store, World world, String temporary) {
    this.storage = storage;
    this.store = store;
    this.world = world;
    this.temporary = temporary;
  }

  /**
   * Makes sure there is a snapshot of this tick in a role. A sound cache of the same state becomes
   * a base by its manifest alone, so that it is there at every moment (spec N-9).
   *
   * @return its directory in the store
   */
  public static String replace(
      Storage storage,
      StoreId store,
      World world,
      LogPosition position,
      Role role,
      Map<String, String> properties)
      throws IOException {
    String directory = SnapshotFormat.directory(position.tick(), world.schema().version());
    Snapshot.Location location =
        new Snapshot.Location(position.tick(), world.schema().version(), directory);
    if (storage.exists(directory)) {
      if (isSound(storage, location, store, world)) {
        SnapshotManifest present = SnapshotManifest.read(storage, directory);
        if (role == Role.BASE && !present.base()) {
          present.asBase().write(storage, directory);
        }
        return directory;
      }
      Snapshot.delete(storage, location);
    }
    return write(storage, store, world, position, role, properties);
  }

  private static boolean isSound(
      Storage storage, Snapshot.Location location, StoreId store, World world) throws IOException {
    try (Snapshot snapshot = Snapshot.open(storage, location, store)) {
      snapshot.verify();
      return snapshot.resumeHash().equals(Hashes.resume(world));
    } catch (DamagedFileException e) {
      return false;
    }
  }

  /**
   * Writes and publishes a snapshot, replacing nothing.
   *
   * @param position the log position after the world's tick, forced up to there
   * @param properties the application's own state
   * @return its directory in the store
   */
  public static String write(
      Storage storage,
      StoreId store,
      World world,
      LogPosition position,
      Role role,
      Map<String, String> properties)
      throws IOException {
    AtomicFiles.createDirectories(storage, SnapshotFormat.DIRECTORY);
    String directory = SnapshotFormat.directory(position.tick(), world.schema().version());
    String temporary = directory + AtomicFiles.UNFINISHED;
    AtomicFiles.discard(storage, temporary);
    storage.createDirectories(temporary);
    SnapshotWriter writer = new SnapshotWriter(storage, store, world, temporary);
    List<TableEntry> tables = writer.writeFiles();
    new SnapshotManifest(
            store,
            world.schema(),
            position,
            role == Role.BASE,
            Hashes.world(world.tables()),
            Hashes.resume(world),
            properties,
            world.codebook().size(),
            tables,
            writer.files)
        .write(storage, temporary);
    storage.forceDirectory(temporary);
    AtomicFiles.publish(storage, temporary, directory);
    return directory;
  }

  private List<TableEntry> writeFiles() throws IOException {
    List<TableEntry> tables = new ArrayList<>();
    List<byte[]> words = words(world.codebook());
    for (WorldTable table : world.tables()) {
      writeTable(table, words);
      if (table.schema().kind() == TableKind.ROW) {
        writeFree(table);
      }
      tables.add(
          new TableEntry(
              table.name(),
              table.rows(),
              table.nextId(),
              table.columns().stream().map(Column::name).toList(),
              Hashes.table(table)));
    }
    if (world.schema().hasStrings()) {
      writeCodebook(words);
    }
    return tables;
  }

  private static List<byte[]> words(Codebook codebook) {
    List<byte[]> words = new ArrayList<>();
    for (int code = 0; code < codebook.size(); code++) {
      words.add(codebook.utf8(code));
    }
    return words;
  }

  /** Fills a file that was begun. */
  private interface Content {
    void write(IpcFileWriter out) throws IOException;
  }

  private void writeFile(
      String name, List<IpcField> fields, Map<String, String> metadata, Content content)
      throws IOException {
    String path = temporary + "/" + name;
    IpcFileWriter out;
    try (WritableFile file = storage.create(path)) {
      out = new IpcFileWriter(file, fields, metadata, new CRC32());
      content.write(out);
      out.finish(new LinkedHashMap<>());
    }
    try (ReadableFile file = storage.openRead(path)) {
      int rest = SnapshotFormat.rest(file, out.ranges());
      files.add(new FileEntry(name, file.size(), out.ranges(), rest));
    }
  }

  private Map<String, String> metadata(String kind, String table) {
    return SnapshotFormat.metadata(kind, store, world.schema().version(), table, world.tick());
  }

  private void writeTable(WorldTable table, List<byte[]> words) throws IOException {
    writeFile(
        SnapshotFormat.tableFile(table.name()),
        SnapshotFormat.fields(table.columns()),
        metadata("snapshot", table.name()),
        out -> writeTable(out, table, words));
  }

  /** Writes the dictionary, if there is a string column, and the one batch of a table's file. */
  static void writeTable(IpcFileWriter out, TableView table, List<byte[]> words)
      throws IOException {
    List<ByteBuffer> data = table.columns().stream().map(table::bytes).toList();
    List<Integer> widths = table.columns().stream().map(c -> c.type().widthBytes()).toList();
    if (SnapshotFormat.hasStrings(table.columns())) {
      out.dictionary(SnapshotFormat.CODEBOOK_DICTIONARY, words);
    }
    writeColumns(out, table.rows(), widths, data);
  }

  private void writeFree(WorldTable table) throws IOException {
    int[] ids = table.deadIds();
    ByteBuffer idBytes = ByteBuffer.allocate(4 * ids.length).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer genBytes = ByteBuffer.allocate(4 * ids.length).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < ids.length; i++) {
      idBytes.putInt(4 * i, ids[i]);
      genBytes.putInt(4 * i, table.lastGeneration(ids[i]));
    }
    writeFile(
        SnapshotFormat.freeFile(table.name()),
        SnapshotFormat.freeFields(),
        metadata("free", table.name()),
        out -> writeColumns(out, ids.length, List.of(4, 4), List.of(idBytes, genBytes)));
  }

  private static void writeColumns(
      IpcFileWriter out, int rows, List<Integer> widths, List<ByteBuffer> data) throws IOException {
    BodyLayout layout = new BodyLayout(rows, ALIGNMENT_BYTES);
    List<ByteBuffer> buffers = new ArrayList<>();
    for (int i = 0; i < data.size(); i++) {
      layout.column(rows, widths.get(i));
      buffers.add(ByteBuffer.allocate(0));
      buffers.add(data.get(i));
    }
    out.batch(layout, buffers);
  }

  private void writeCodebook(List<byte[]> words) throws IOException {
    BodyLayout layout = Words.layout(words, ALIGNMENT_BYTES);
    ByteBuffer body =
        ByteBuffer.allocate(Math.toIntExact(layout.lengthBytes())).order(ByteOrder.LITTLE_ENDIAN);
    Words.fill(words, layout, body);
    List<ByteBuffer> buffers = new ArrayList<>();
    for (int i = 0; i < layout.bufferCount(); i++) {
      buffers.add(body.slice((int) layout.bufferOffset(i), (int) layout.bufferLength(i)));
    }
    writeFile(
        SnapshotFormat.CODEBOOK,
        List.of(IpcField.plain("word", IpcType.UTF8)),
        metadata("codebook", ""),
        out -> out.batch(layout, buffers));
  }
}
