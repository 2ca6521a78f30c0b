// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.snapshot;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.hash.Hashes;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.ipc.BodyLayout;
import org.arrowworld.internal.ipc.IpcField;
import org.arrowworld.internal.ipc.IpcFileWriter;
import org.arrowworld.internal.ipc.IpcFileWriter.BufferSource;
import org.arrowworld.internal.ipc.IpcType;
import org.arrowworld.internal.ipc.Words;
import org.arrowworld.internal.world.MutableTable;
import org.arrowworld.internal.world.WorldState;
import org.arrowworld.internal.world.WorldState.IdState;
import org.arrowworld.internal.world.WorldState.TableState;
import org.arrowworld.log.LogPosition;
import org.arrowworld.log.StoreId;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.TableKind;
import org.arrowworld.snapshot.SnapshotManifest.FileEntry;
import org.arrowworld.snapshot.SnapshotManifest.StateHashes;
import org.arrowworld.snapshot.SnapshotManifest.TableEntry;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.Storage;
import org.arrowworld.storage.WritableFile;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.table.TableColumns;
import org.arrowworld.table.WorldView;

/**
 * Writes a snapshot of a world at a tick boundary: all files into a {@code .tmp} directory, the
 * manifest last, then one rename (spec N-1 to N-8). The world must not change meanwhile. Where
 * hashes are stored, tables are hashed on other threads while their files are written.
 */
public final class SnapshotWriter {
  static final int ALIGNMENT_BYTES = 64;

  /** Whether a history begins at a snapshot, and whether its hashes are stored. */
  public enum Role {
    /** It may be deleted at any time; its hashes are computed when asked for (spec N-11). */
    CACHE,
    /** As a cache, with hashes. */
    HASHED_CACHE,
    /** Replay begins here; it is never deleted, and has hashes. */
    BASE
  }

  /** Where in the log a state stands; asked for when its files are written. */
  interface Position {
    LogPosition await(Optional<StateHashes> hashes) throws IOException;
  }

  private final Storage storage;
  private final StoreId store;
  private final WorldState world;
  private final String temporary;
  private final List<FileEntry> files = new ArrayList<>();

  private SnapshotWriter(Storage storage, StoreId store, WorldState world, String temporary) {
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
      WorldView world,
      LogPosition position,
      Role role,
      Map<String, String> properties)
      throws IOException {
    String directory = SnapshotFormat.directory(position.tick(), world.schema().version());
    Snapshot.Location location =
        new Snapshot.Location(position.tick(), world.schema().version(), directory);
    if (storage.exists(directory)) {
      Optional<StateHashes> sound = sound(storage, location, store, world);
      if (sound.isPresent()) {
        SnapshotManifest present = SnapshotManifest.read(storage, directory);
        if (role == Role.BASE && !present.base()) {
          present.asBase(sound.get()).write(storage, directory);
        }
        return directory;
      }
      Snapshot.delete(storage, location);
    }
    return write(storage, store, world, position, role, properties);
  }

  /** The hashes of a snapshot, if it is sound and of this world. */
  private static Optional<StateHashes> sound(
      Storage storage, Snapshot.Location location, StoreId store, WorldView world)
      throws IOException {
    try (Snapshot snapshot = Snapshot.open(storage, location, store)) {
      snapshot.verify();
      boolean equal = snapshot.resumeHash().equals(Hashes.resume(world));
      return equal ? Optional.of(snapshot.hashes()) : Optional.empty();
    } catch (DamagedFileException e) {
      return Optional.empty();
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
      WorldView world,
      LogPosition position,
      Role role,
      Map<String, String> properties)
      throws IOException {
    return write(storage, store, WorldState.of(world), hashes -> position, role, properties)
        .directory();
  }

  /**
   * A snapshot that was written.
   *
   * @param directory its directory in the store
   * @param hashWorld {@code hash_world} of it, if it was computed
   */
  public record Written(String directory, Optional<String> hashWorld) {}

  /**
   * A store that was begun.
   *
   * @param position where its history begins
   * @param hashWorld {@code hash_world} of its base
   */
  public record Beginning(LogPosition position, String hashWorld) {}

  /**
   * Writes a new store that begins with a state, whose chain follows from it (spec H-4). The state
   * is hashed once for the chain and the base, while the base's files are written.
   *
   * @param seq of the position that it begins at
   */
  public static Beginning begin(Storage storage, StoreInfo info, WorldState world, long seq)
      throws IOException {
    info.checkNew(storage);
    LogPosition[] begun = new LogPosition[1];
    Position position =
        hashes -> {
          long chain = Hashes.beginning(world, hashes.orElseThrow().resume());
          begun[0] = new LogPosition(world.tick(), seq, chain);
          info.withBase(begun[0]).write(storage);
          return begun[0];
        };
    Written base = write(storage, info.id(), world, position, Role.BASE, info.properties());
    return new Beginning(begun[0], base.hashWorld().orElseThrow());
  }

  /** As {@link #write(Storage, StoreId, WorldView, LogPosition, Role, Map)}, of any state. */
  public static Written write(
      Storage storage,
      StoreId store,
      WorldState world,
      LogPosition position,
      Role role,
      Map<String, String> properties)
      throws IOException {
    return write(storage, store, world, hashes -> position, role, properties);
  }

  static Written write(
      Storage storage,
      StoreId store,
      WorldState world,
      Position position,
      Role role,
      Map<String, String> properties)
      throws IOException {
    if (world.tick() == Long.MAX_VALUE) {
      throw new InvalidUseException(
          Text.of(
              "Cannot write a snapshot of tick %d: ticks are below 2^63 - 1", world.tick())); // L-2
    }
    AtomicFiles.createDirectories(storage, SnapshotFormat.DIRECTORY);
    String directory = SnapshotFormat.directory(world.tick(), world.schema().version());
    String temporary = directory + AtomicFiles.UNFINISHED;
    AtomicFiles.discard(storage, temporary);
    storage.createDirectories(temporary);
    try {
      SnapshotWriter writer = new SnapshotWriter(storage, store, world, temporary);
      Optional<StateHashes> hashes = writer.writeAll(position, role, properties);
      AtomicFiles.publish(storage, temporary, directory);
      return new Written(directory, hashes.map(StateHashes::world));
    } catch (IOException | RuntimeException | Error e) {
      AtomicFiles.discardAfter(e, storage, temporary);
      throw e;
    }
  }

  private Optional<StateHashes> writeAll(
      Position position, Role role, Map<String, String> properties) throws IOException {
    List<CompletableFuture<String>> hashes = new ArrayList<>();
    try {
      for (TableState table : role == Role.CACHE ? List.<TableState>of() : world.tables()) {
        hashes.add(CompletableFuture.supplyAsync(() -> Hashes.table(table.rows())));
      }
      writeFiles();
    } finally {
      // The rows may be gone when this method has ended.
      for (CompletableFuture<String> hash : hashes) {
        hash.exceptionally(failure -> "").join();
      }
    }
    List<String> each = hashes.stream().map(CompletableFuture::join).toList();
    Optional<StateHashes> known =
        role == Role.CACHE ? Optional.empty() : Optional.of(StateHashes.of(world, each));
    new SnapshotManifest(
            store,
            world.schema(),
            position.await(known),
            role == Role.BASE,
            known,
            properties,
            world.codes(),
            entries(),
            files)
        .write(storage, temporary);
    storage.forceDirectory(temporary);
    return known;
  }

  private List<TableEntry> entries() {
    List<TableEntry> entries = new ArrayList<>();
    for (TableState table : world.tables()) {
      TableColumns rows = table.rows();
      entries.add(
          new TableEntry(
              rows.name(),
              rows.rows(),
              table.ids().next(),
              rows.columns().stream().map(Column::name).toList()));
    }
    return entries;
  }

  private void writeFiles() throws IOException {
    List<byte[]> words = world.words();
    for (TableState table : world.tables()) {
      writeTable(table.rows(), words);
      if (table.schema().kind() == TableKind.ROW) {
        writeFree(table.rows().name(), table.ids());
      }
    }
    if (world.schema().hasStrings() || world.codes() > 0) {
      writeCodebook(words);
    }
  }

  /** Fills a file that was begun. */
  private interface Content {
    void write(IpcFileWriter out) throws IOException;
  }

  private void writeFile(
      String name, List<IpcField> fields, Map<String, String> metadata, Content content)
      throws IOException {
    String path = temporary + "/" + name;
    try (WritableFile file = storage.create(path)) {
      IpcFileWriter out = new IpcFileWriter(file, fields, metadata);
      content.write(out);
      out.finish(Map.of());
      files.add(new FileEntry(name, out.position(), out.ranges(), out.restCrc()));
    }
  }

  private Map<String, String> metadata(String kind, String table) {
    return SnapshotFormat.metadata(kind, store, world.schema().version(), table, world.tick());
  }

  private void writeTable(TableColumns table, List<byte[]> words) throws IOException {
    writeFile(
        SnapshotFormat.tableFile(table.name()),
        SnapshotFormat.fields(table.columns()),
        metadata("snapshot", table.name()),
        out -> writeTable(out, table, words));
  }

  /** Writes the dictionary, if there is a string column, and the one batch of a table's file. */
  static void writeTable(IpcFileWriter out, TableColumns table, List<byte[]> words)
      throws IOException {
    List<Integer> widths = table.columns().stream().map(c -> c.type().widthBytes()).toList();
    if (SnapshotFormat.hasStrings(table.columns())) {
      out.dictionary(SnapshotFormat.CODEBOOK_DICTIONARY, words);
    }
    List<BufferSource> data = table.columns().stream().map(c -> source(table, c)).toList();
    writeColumns(out, table.rows(), widths, data);
  }

  static BufferSource source(TableColumns table, Column column) {
    int width = column.type().widthBytes();
    return (from, length) ->
        MutableTable.borrow(table, column, (int) (from / width), (int) ((from + length) / width));
  }

  private void writeFree(String table, IdState ids) throws IOException {
    List<BufferSource> data =
        List.of(BufferSource.of(ids.dead()), BufferSource.of(ids.generations()));
    writeFile(
        SnapshotFormat.freeFile(table),
        SnapshotFormat.freeFields(),
        metadata("free", table),
        out -> writeColumns(out, ids.count(), List.of(4, 4), data));
  }

  private static void writeColumns(
      IpcFileWriter out, int rows, List<Integer> widths, List<BufferSource> data)
      throws IOException {
    BodyLayout layout = new BodyLayout(rows, ALIGNMENT_BYTES);
    List<BufferSource> buffers = new ArrayList<>();
    for (int i = 0; i < data.size(); i++) {
      layout.column(rows, widths.get(i));
      buffers.add(BufferSource.of(ByteBuffer.allocate(0)));
      buffers.add(data.get(i));
    }
    out.batch(layout, buffers);
  }

  private void writeCodebook(List<byte[]> words) throws IOException {
    BodyLayout layout = Words.layout(words, ALIGNMENT_BYTES);
    ByteBuffer body =
        ByteBuffer.allocate(Math.toIntExact(layout.lengthBytes())).order(ByteOrder.LITTLE_ENDIAN);
    Words.fill(words, layout, body);
    List<BufferSource> buffers = new ArrayList<>();
    for (int i = 0; i < layout.bufferCount(); i++) {
      buffers.add(
          BufferSource.of(body.slice((int) layout.bufferOffset(i), (int) layout.bufferLength(i))));
    }
    writeFile(
        SnapshotFormat.CODEBOOK,
        List.of(IpcField.plain("word", IpcType.UTF8)),
        metadata("codebook", ""),
        out -> out.batch(layout, buffers));
  }
}
