package org.arrowworld.live;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.arrow.memory.BufferAllocator;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.SnapshotFailedException;
import org.arrowworld.internal.Text;
import org.arrowworld.log.LogOptions;
import org.arrowworld.log.LogPosition;
import org.arrowworld.log.LogRecovery;
import org.arrowworld.log.LogWriter;
import org.arrowworld.log.Tail;
import org.arrowworld.schema.Codebook;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.snapshot.BackgroundSnapshots;
import org.arrowworld.snapshot.Snapshot;
import org.arrowworld.snapshot.SnapshotWriter;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.store.StoreLock;
import org.arrowworld.table.World;
import org.arrowworld.tick.MutationBuffer;
import org.arrowworld.tick.TickEngine;
import org.arrowworld.timeline.Timeline;

/**
 * A world in memory whose every change is logged before it is applied.
 *
 * <pre>{@code
 * WorldSchema schema = WorldSchema.of(TableSchema.row("ship").column("x", ColumnType.F32).build());
 * try (BufferAllocator memory = new RootAllocator();
 *     LiveWorld live = LiveWorld.create(Path.of("run"), schema, Map.of(), LogOptions.DEFAULT, memory)) {
 *   live.tick(t -> t.table("ship").insert().set("x", 1.5));
 *   live.tick(t -> t.table("ship").set("x", 0, 2.5));
 *   live.seal();
 * }
 * }</pre>
 *
 * <p>One thread. Holds the store's lock until closed. Closing without {@link #seal} loses nothing
 * that was committed: the next opening seals it.
 */
public final class LiveWorld implements Closeable {
  private final Storage storage;
  private final StoreInfo info;
  private final Closeable lock;
  private final World world;
  private final LogWriter log;
  private final TickEngine engine;
  private final BackgroundSnapshots background;
  private List<String> warnings = List.of();
  private boolean closed;

  private LiveWorld(
      Storage storage, StoreInfo info, Closeable lock, World world, LogWriter log, KeyTable keys) {
    this.storage = storage;
    this.info = info;
    this.lock = lock;
    this.world = world;
    this.log = log;
    this.engine = new TickEngine(world, keys, log);
    this.background = new BackgroundSnapshots(storage, info.id(), info.properties());
  }

  /**
   * Creates a store in a directory; see {@link #create(Storage, StoreInfo, LogOptions,
   * BufferAllocator)}.
   */
  public static LiveWorld create(
      Path directory,
      WorldSchema schema,
      Map<String, String> properties,
      LogOptions options,
      BufferAllocator allocator)
      throws IOException {
    StoreInfo info = StoreInfo.create(schema, "tick", properties);
    return create(new DiskStorage(directory), info, options, allocator);
  }

  /**
   * Creates a store with an empty world before its first tick.
   *
   * @param allocator the world's memory is its child; closed by the caller, later
   * @throws org.arrowworld.errors.InvalidUseException if there is a store already
   */
  public static LiveWorld create(
      Storage storage, StoreInfo info, LogOptions options, BufferAllocator allocator)
      throws IOException {
    storage.createDirectories("");
    Closeable lock = StoreLock.take(storage);
    try {
      info.write(storage);
      World world = new World(info.schema(), new Codebook(), allocator);
      KeyTable keys = new KeyTable(info.schema().keys());
      return start(storage, info, lock, world, keys, LogPosition.START, options);
    } catch (IOException | RuntimeException | Error e) {
      lock.close();
      throw e;
    }
  }

  /**
   * Opens a store to go on after its last committed tick. A torn tail is sealed up to its last
   * commit first. A damaged snapshot that the history can do without is passed over, see {@link
   * #warnings}.
   *
   * @throws DamagedFileException if the log is damaged or misses its end, or the base it needs is
   *     damaged; nothing is changed
   */
  public static LiveWorld resume(Storage storage, LogOptions options, BufferAllocator allocator)
      throws IOException {
    StoreInfo info = StoreInfo.read(storage);
    Closeable lock = StoreLock.take(storage);
    try {
      Set<String> warnings = new LinkedHashSet<>();
      LogPosition end = checkedEnd(storage, info, warnings);
      LogRecovery.prepare(storage, options.sealing());
      Snapshot.discardUnfinished(storage);
      try (Timeline timeline = Timeline.open(storage)) {
        World world =
            end.tick() < 0
                ? new World(info.schema(), new Codebook(), allocator)
                : timeline.at(timeline.lastTick(), allocator);
        warnings.addAll(timeline.warnings());
        LiveWorld live = start(storage, info, lock, world, timeline.log().keys(), end, options);
        live.warnings = List.copyOf(warnings);
        return live;
      }
    } catch (IOException | RuntimeException | Error e) {
      lock.close();
      throw e;
    }
  }

  /** Where the log ends, after checking that it is whole up to there. */
  private static LogPosition checkedEnd(Storage storage, StoreInfo info, Set<String> warnings)
      throws IOException {
    try (Timeline timeline = Timeline.open(storage)) {
      Tail tail = timeline.log().tail();
      if (tail.kind() == Tail.Kind.DAMAGED) {
        throw new DamagedFileException(
            tail.file(),
            tail.offset(),
            tail.finding() + "; run aw recover to save what can be read");
      }
      LogPosition end = timeline.end();
      for (Snapshot.Location location : timeline.snapshots()) {
        long seq = 0;
        try (Snapshot snapshot = Snapshot.open(storage, location, info.id())) {
          seq = snapshot.position().seq();
        } catch (DamagedFileException e) {
          if (location.tick() > end.tick()) {
            throw e; // with the tail of the log, perhaps
          }
          warnings.add("passed over a damaged snapshot: " + e.getMessage());
        }
        if (seq > end.seq()) {
          throw new DamagedFileException(
              "log",
              -1,
              Text.of(
                  "it ends at tick %d seq %d, but the snapshot of tick %d stands at seq %d: its tail is missing; run aw recover",
                  end.tick(), end.seq(), location.tick(), seq));
        }
      }
      if (end.tick() >= 0) {
        timeline.firstTick(); // which needs the base, if there must be one
      }
      return end;
    }
  }

  private static LiveWorld start(
      Storage storage,
      StoreInfo info,
      Closeable lock,
      World world,
      KeyTable keys,
      LogPosition position,
      LogOptions options)
      throws IOException {
    LogWriter.Start start =
        new LogWriter.Start(info.id(), world.schema().version(), info.strings(), position);
    LogWriter log = LogWriter.open(storage, start, keys, world.codebook(), options);
    return new LiveWorld(storage, info, lock, world, log, keys);
  }

  /** The world as it is now; for reading between ticks. */
  public World world() {
    return world;
  }

  /** What the store says about itself. */
  public StoreInfo info() {
    return info;
  }

  /** Damaged snapshots that were passed over when the store was opened, in plain words. */
  public List<String> warnings() {
    return warnings;
  }

  /** The last committed tick, -1 before the first. */
  public long lastTick() {
    return world.tick();
  }

  /** The position the durability vouches for. */
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
   * @param systems puts mutations into the buffer, which is valid during the call only; if it
   *     throws, the tick is as if it had never begun
   * @return number of rows logged
   */
  public int tick(Consumer<MutationBuffer> systems) throws IOException {
    return tick(world.tick() + 1, systems);
  }

  /** Runs a tick of the caller's number, later than the last one. */
  public int tick(long tick, Consumer<MutationBuffer> systems) throws IOException {
    return engine.run(tick, systems);
  }

  /** Hands every committed tick to the operating system; forces it too unless told never to. */
  public void sync() throws IOException {
    log.sync();
  }

  /**
   * Writes a snapshot of the present tick, after forcing the log up to it.
   *
   * @return its directory in the store; an existing one of this tick is kept
   */
  public String snapshot() throws IOException {
    background.await();
    log.force();
    for (Snapshot.Location existing : Snapshot.list(storage)) {
      if (existing.tick() == world.tick() && existing.schemaVersion() == world.schema().version()) {
        return existing.directory();
      }
    }
    return SnapshotWriter.write(
        storage, info.id(), world, log.flushed(), SnapshotWriter.Role.CACHE, info.properties());
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
    if (world.tick() < 0) {
      throw new InvalidUseException("Cannot write a snapshot of a world before its first tick");
    }
    background.begin(world, log.forceLater());
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
    background.await();
  }

  /** Ends the log: flushed, forced and sealed. Only {@link #close} may follow. */
  public void seal() throws IOException {
    log.seal();
  }

  /** Waits for the snapshot being written, then closes log, world and lock. Idempotent. */
  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try (lock;
        world;
        log) {
      background.close();
    }
  }
}
