// SPDX-License-Identifier: Apache-2.0
package org.arrowworld;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.SnapshotFailedException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.given.Given;
import org.arrowworld.internal.live.NewDirectories;
import org.arrowworld.internal.live.OpenedWorld;
import org.arrowworld.internal.live.SchemaDifference;
import org.arrowworld.internal.store.OutsideStores;
import org.arrowworld.internal.tick.TickEngine;
import org.arrowworld.internal.tick.Turn;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.live.SnapshotHashes;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.LogPosition;
import org.arrowworld.log.LogWriter;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.snapshot.BackgroundSnapshots;
import org.arrowworld.snapshot.Snapshot;
import org.arrowworld.snapshot.SnapshotWriter;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.table.WorldView;
import org.arrowworld.tick.TickBody;

/**
 * A world in memory whose every change is logged before it is applied.
 *
 * <pre>{@code
 * WorldSchema schema = WorldSchema.of(TableSchema.row("ship").column("x", ColumnType.F64).build());
 * try (LiveWorld world = LiveWorld.create(Path.of("run"), schema)) {
 *   Born[] ship = new Born[1];
 *   world.tick(t -> ship[0] = t.table("ship").insert().set("x", 1.5));
 *   world.tick(t -> t.table("ship").set(ship[0].id(), "x", 2.5));
 *   world.seal();
 * }
 * }</pre>
 *
 * <p>One thread. Holds the store's lock until closed. Closing without {@link #seal} loses nothing
 * that was committed: the next opening seals it.
 */
public final class LiveWorld implements Closeable {
  private final OpenedWorld opened;
  private final MutableWorld world;
  private final LogWriter log;
  private final TickEngine engine;
  private final SnapshotWriter.Role role;
  private final BackgroundSnapshots background;
  private final Turn turn = new Turn();
  private boolean closed;

  private LiveWorld(OpenedWorld opened, WorldOptions options) {
    this.opened = opened;
    this.world = opened.world();
    this.log = opened.log();
    this.engine = new TickEngine(world, opened.keys(), log);
    StoreInfo info = opened.info();
    this.role =
        options.snapshots() == SnapshotHashes.STORED
            ? SnapshotWriter.Role.HASHED_CACHE
            : SnapshotWriter.Role.CACHE;
    this.background = new BackgroundSnapshots(opened.storage(), info.id(), info.properties(), role);
  }

  /**
   * Creates a store in a directory, with default options; see {@link #create(Storage, StoreInfo,
   * WorldOptions)}.
   */
  public static LiveWorld create(Path directory, WorldSchema schema) throws IOException {
    return create(directory, schema, WorldOptions.DEFAULT);
  }

  /** Creates a store in a directory; see {@link #create(Storage, StoreInfo, WorldOptions)}. */
  public static LiveWorld create(Path directory, WorldSchema schema, WorldOptions options)
      throws IOException {
    requireGiven(directory, "directory");
    OutsideStores.require(directory);
    NewDirectories made = new NewDirectories(directory);
    try {
      return create(new DiskStorage(directory), schema, options);
    } catch (IOException | RuntimeException | Error e) {
      made.removeAfter(e);
      throw e;
    }
  }

  /** Creates a store in a storage; see {@link #create(Storage, StoreInfo, WorldOptions)}. */
  public static LiveWorld create(Storage storage, WorldSchema schema, WorldOptions options)
      throws IOException {
    requireGiven(schema, "schema");
    requireGiven(options, "options");
    StoreInfo info =
        StoreInfo.create(schema, "tick", options.properties()).withTime(options.time());
    return create(storage, info, options.withProperties(Map.of()).withTime(null));
  }

  /**
   * Creates a store with an empty world before its first tick.
   *
   * @param info what the store says about itself, its properties and its time included; the options
   *     must have none; if anything fails, nothing of it stays
   * @throws org.arrowworld.errors.InvalidUseException if there is a store already
   */
  public static LiveWorld create(Storage storage, StoreInfo info, WorldOptions options)
      throws IOException {
    requireGiven(storage, "storage");
    requireGiven(info, "store info");
    requireGiven(options, "options");
    if (!options.properties().isEmpty() || options.time().isPresent()) {
      throw new InvalidUseException(
          Text.of(
              "Cannot create a store with %s in its options and with a store info: give it in that",
              options.time().isPresent() ? "a time" : "properties"));
    }
    return new LiveWorld(OpenedWorld.create(storage, info, options), options);
  }

  private static void requireGiven(Object value, String what) {
    Given.required("open a world", what, value);
  }

  /**
   * Opens a store in a directory with default options; see {@link #resume(Storage, WorldOptions)}.
   */
  public static LiveWorld resume(Path directory) throws IOException {
    return resume(directory, WorldOptions.DEFAULT);
  }

  /** Opens a store in a directory; see {@link #resume(Storage, WorldOptions)}. */
  public static LiveWorld resume(Path directory, WorldOptions options) throws IOException {
    requireGiven(directory, "directory");
    return resume(new DiskStorage(directory), options);
  }

  /**
   * Opens a store to go on after its last committed tick. A torn tail is sealed up to its last
   * commit first. A damaged snapshot that the history can do without is passed over, see {@link
   * #warnings}.
   *
   * @throws DamagedFileException if the log is damaged or misses its end, or the base it needs is
   *     damaged; nothing is changed
   */
  public static LiveWorld resume(Storage storage, WorldOptions options) throws IOException {
    requireGiven(storage, "storage");
    requireGiven(options, "options");
    return new LiveWorld(OpenedWorld.resume(storage, StoreInfo.read(storage), options), options);
  }

  /**
   * Opens the store in a directory, or creates it; see {@link #open(Path, WorldSchema,
   * WorldOptions)}.
   */
  public static LiveWorld open(Path directory, WorldSchema schema) throws IOException {
    return open(directory, schema, WorldOptions.DEFAULT);
  }

  /**
   * Goes on with the store in a directory, or creates it if there is none.
   *
   * @throws InvalidUseException if the store has another schema; the message names the difference
   */
  public static LiveWorld open(Path directory, WorldSchema schema, WorldOptions options)
      throws IOException {
    requireGiven(directory, "directory");
    requireGiven(schema, "schema");
    requireGiven(options, "options");
    return StoreInfo.exists(new DiskStorage(directory))
        ? open(new DiskStorage(directory), schema, options)
        : create(directory, schema, options);
  }

  /** As {@link #open(Path, WorldSchema, WorldOptions)}, in a storage. */
  public static LiveWorld open(Storage storage, WorldSchema schema, WorldOptions options)
      throws IOException {
    requireGiven(storage, "storage");
    requireGiven(schema, "schema");
    requireGiven(options, "options");
    if (!StoreInfo.exists(storage)) {
      return create(storage, schema, options);
    }
    StoreInfo info = StoreInfo.read(storage);
    SchemaDifference.of(schema, info.schema())
        .ifPresent(
            difference -> {
              throw new InvalidUseException(
                  Text.of(
                      "Cannot open the store in %s with this schema: %s; use resume to go on with the store's own, or aw migrate to change it",
                      storage.description(), difference));
            });
    return new LiveWorld(OpenedWorld.resume(storage, info, options), options);
  }

  /** The world as it is now; for reading between ticks. Views bound to it follow it. */
  public WorldView world() {
    return world;
  }

  /** The tables' shapes. */
  public WorldSchema schema() {
    return world.schema();
  }

  /** What the store says about itself. */
  public StoreInfo info() {
    return opened.info();
  }

  /** Damaged snapshots that were passed over when the store was opened, in plain words. */
  public List<String> warnings() {
    return opened.warnings();
  }

  /** The last committed tick, -1 before the first. */
  public long lastTick() {
    return world.tick();
  }

  /**
   * The position the durability vouches for: under {@code COMMIT} and {@code INTERVAL} what is on
   * the disk. May be asked from any thread.
   */
  public LogPosition acknowledged() {
    return log.acknowledged();
  }

  /** Tick and seq of the last commit. */
  public LogPosition committed() {
    return log.committed();
  }

  /**
   * Runs the next tick.
   *
   * @param body puts changes into the tick, which is valid during the call only; if it throws, the
   *     tick is as if it had never begun
   * @return number of rows logged
   */
  public <E extends Exception> int tick(TickBody<E> body) throws E, IOException {
    Turn mine = begin("run a tick");
    try (mine) {
      return engine.run(world.tick() + 1, body);
    }
  }

  /** Runs a tick of the caller's number, later than the last one; see {@link #tick(TickBody)}. */
  public <E extends Exception> int tick(long tick, TickBody<E> body) throws E, IOException {
    Turn mine = begin("run a tick");
    try (mine) {
      return engine.run(tick, body);
    }
  }

  /**
   * Runs the next tick as {@link #tick(TickBody)} does, without waiting for the disk: it is applied
   * once its rows are handed to the log's thread, which writes and forces all ticks it has got, and
   * then those that came meanwhile. Ticks reach the disk in order; {@link #acknowledged} tells how
   * far, {@link #sync} waits for all, and {@link #tick}, {@link #snapshot}, {@link #seal} and
   * {@link #close} do too. A crash loses ticks that were not acknowledged, of the last ones only.
   * It waits where the log's containers are full. Without {@code COMMIT} it is {@link
   * #tick(TickBody)}.
   *
   * @return number of rows logged
   * @throws org.arrowworld.errors.WriterPoisonedException if an earlier tick could not be written
   *     or forced: the world holds ticks then that the store has not; close it and resume
   */
  public <E extends Exception> int tickLater(TickBody<E> body) throws E, IOException {
    Turn mine = begin("run a tick");
    try (mine) {
      return engine.runLater(world.tick() + 1, body);
    }
  }

  /** As {@link #tickLater(TickBody)}, of the caller's number, later than the last one. */
  public <E extends Exception> int tickLater(long tick, TickBody<E> body) throws E, IOException {
    Turn mine = begin("run a tick");
    try (mine) {
      return engine.runLater(tick, body);
    }
  }

  /** Begins a call: one at a time, and none after {@link #close}. */
  private Turn begin(String action) {
    Turn mine = turn.take(action);
    if (closed) {
      mine.close();
      throw new InvalidUseException(
          Text.of(
              "Cannot %s: the world is closed; LiveWorld.resume opens its store again", action));
    }
    return mine;
  }

  /** Hands every committed tick to the operating system; forces it too unless told never to. */
  public void sync() throws IOException {
    Turn mine = begin("sync the log");
    try (mine) {
      log.sync();
    }
  }

  /**
   * Writes a snapshot of the present tick, after forcing the log up to it.
   *
   * @return its directory in the store; an existing one of this tick is verified and kept
   */
  public String snapshot() throws IOException {
    Turn mine = begin("write a snapshot");
    try (mine) {
      requireTick();
      background.await();
      log.force();
      for (Snapshot.Location existing : Snapshot.list(opened.storage())) {
        if (existing.tick() == world.tick()
            && existing.schemaVersion() == world.schema().version()) {
          Snapshot.requireSound(opened.storage(), existing, info().id());
          return existing.directory();
        }
      }
      return SnapshotWriter.write(
          opened.storage(), info().id(), world, log.flushed(), role, info().properties());
    }
  }

  private void requireTick() {
    if (world.tick() < 0) {
      throw new InvalidUseException("Cannot write a snapshot of a world before its first tick");
    }
  }

  /**
   * Has a snapshot of the present tick written in the background; one that is there already is
   * kept. The caller waits for one copy of the columns in memory, and for the snapshot before this
   * one if it is still being written (see {@link #snapshotBusy}), but not for the disk. It is
   * published after the log is forced up to it.
   *
   * @throws SnapshotFailedException if the snapshot before this one failed; this one is not begun,
   *     the world is as it was, and ticks and snapshots may go on
   * @throws org.arrowworld.errors.MemoryFullException if there is no memory for the copy; the same
   *     holds
   */
  public void snapshotLater() throws IOException {
    Turn mine = begin("write a snapshot");
    try (mine) {
      requireTick();
      background.begin(world, log.forceLater());
    }
  }

  /** Whether a snapshot is being written in the background. */
  public boolean snapshotBusy() {
    return background.isBusy();
  }

  /**
   * Waits for the snapshot being written in the background, if there is one.
   *
   * @throws SnapshotFailedException if it failed; thrown once, here, at the next snapshot, or at
   *     closing
   */
  public void awaitSnapshot() throws IOException {
    Turn mine = begin("wait for a snapshot");
    try (mine) {
      background.await();
    }
  }

  /** Ends the log: flushed, forced and sealed. Only {@link #close} may follow. */
  public void seal() throws IOException {
    Turn mine = begin("seal the log");
    try (mine) {
      log.seal();
    }
  }

  /** Waits for the snapshot being written, then closes log, world and lock. Idempotent. */
  @Override
  public void close() throws IOException {
    Turn mine = turn.take("close the world");
    try (mine) {
      if (closed) {
        return;
      }
      closed = true;
      Closeable held = opened.held();
      try (held;
          log) {
        background.close();
      }
    }
  }
}
