package org.arrowworld;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.arrow.memory.BufferAllocator;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.SnapshotFailedException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.memory.DirectMemory;
import org.arrowworld.internal.tick.TickEngine;
import org.arrowworld.internal.tick.Turn;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.live.WorldOptions;
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
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.store.StoreLock;
import org.arrowworld.table.WorldView;
import org.arrowworld.tick.TickBody;
import org.arrowworld.timeline.Timeline;

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
  private final Storage storage;
  private final StoreInfo info;
  private final Closeable lock;
  private final Memory memory;
  private final MutableWorld world;
  private final LogWriter log;
  private final TickEngine engine;
  private final BackgroundSnapshots background;
  private List<String> warnings = List.of();
  private final Turn turn = new Turn();
  private boolean closed;

  /** What a world that is being opened holds, given back if that fails. */
  private static final class Held {
    final Memory memory;
    MutableWorld world;
    Closeable lock;

    Held(Memory memory) {
      this.memory = memory;
    }

    void closeAfter(Throwable failure) {
      Closeable locked = lock;
      MutableWorld made = world;
      try (locked;
          memory;
          made) {
        // the last is closed first
      } catch (IOException | RuntimeException e) {
        failure.addSuppressed(e);
      }
    }
  }

  /** Where a world's memory comes from; closed with the world if it is the world's own. */
  private record Memory(BufferAllocator allocator, boolean own) implements Closeable {
    static Memory of(WorldOptions options) {
      return options
          .allocator()
          .map(given -> new Memory(given, false))
          .orElseGet(() -> new Memory(DirectMemory.newAllocator(), true));
    }

    @Override
    public void close() {
      if (own) {
        allocator.close();
      }
    }
  }

  private LiveWorld(Storage storage, StoreInfo info, Held held, LogWriter log, KeyTable keys) {
    this.storage = storage;
    this.info = info;
    this.lock = held.lock;
    this.memory = held.memory;
    this.world = held.world;
    this.log = log;
    this.engine = new TickEngine(world, keys, log);
    this.background = new BackgroundSnapshots(storage, info.id(), info.properties());
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
    return create(new DiskStorage(directory), schema, options);
  }

  /** Creates a store in a storage; see {@link #create(Storage, StoreInfo, WorldOptions)}. */
  public static LiveWorld create(Storage storage, WorldSchema schema, WorldOptions options)
      throws IOException {
    requireGiven(schema, "schema");
    requireGiven(options, "options");
    StoreInfo info = StoreInfo.create(schema, "tick", options.properties());
    return create(storage, info, options.withProperties(Map.of()));
  }

  /**
   * Creates a store with an empty world before its first tick.
   *
   * @param info what the store says about itself, its properties included; the options must have
   *     none
   * @throws org.arrowworld.errors.InvalidUseException if there is a store already
   */
  public static LiveWorld create(Storage storage, StoreInfo info, WorldOptions options)
      throws IOException {
    requireGiven(storage, "storage");
    requireGiven(info, "store info");
    requireGiven(options, "options");
    if (!options.properties().isEmpty()) {
      throw new InvalidUseException(
          "Cannot create a store with properties in its store info and in its options: give them in one");
    }
    info.checkNew(storage);
    checkEmpty(storage);
    Held held = new Held(Memory.of(options));
    try {
      held.world = new MutableWorld(info.schema(), new Codebook(), held.memory.allocator());
      storage.createDirectories("");
      held.lock = StoreLock.take(storage);
      info.write(storage);
      KeyTable keys = new KeyTable(info.schema().keys());
      return start(storage, info, held, keys, LogPosition.START, options);
    } catch (IOException | RuntimeException | Error e) {
      held.closeAfter(e);
      throw e;
    }
  }

  /** A store is not made among other files. A creation that was interrupted leaves just these. */
  private static void checkEmpty(Storage storage) throws IOException {
    for (String name : storage.list("")) {
      if (!name.equals("LOCK") && !name.endsWith(AtomicFiles.UNFINISHED)) {
        throw new InvalidUseException(
            Text.of(
                "Cannot create a store in %s: it is not empty, it has %s; choose another path",
                storage.description(), name));
      }
    }
  }

  private static void requireGiven(Object value, String what) {
    if (value == null) {
      throw new InvalidUseException(Text.of("Cannot open a world without a %s: it is null", what));
    }
  }

  /**
   * Opens a store in a directory with default options; see {@link #resume(Storage, WorldOptions)}.
   */
  public static LiveWorld resume(Path directory) throws IOException {
    return resume(directory, WorldOptions.DEFAULT);
  }

  /** Opens a store in a directory; see {@link #resume(Storage, WorldOptions)}. */
  public static LiveWorld resume(Path directory, WorldOptions options) throws IOException {
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
    StoreInfo info = StoreInfo.read(storage);
    if (info.schema().tables().isEmpty() && info.schema().inputs().isEmpty()) {
      throw new InvalidUseException(
          Text.of(
              "Cannot resume %s as a world: it has no tables; a record log is opened by SimLog.open",
              storage.description()));
    }
    Held held = new Held(Memory.of(options));
    try {
      held.lock = StoreLock.take(storage);
      Set<String> warnings = new LinkedHashSet<>();
      LogPosition end = checkedEnd(storage, info, warnings);
      LogRecovery.prepare(storage, options.log().sealing());
      Snapshot.discardUnfinished(storage);
      BufferAllocator allocator = held.memory.allocator();
      try (Timeline timeline = Timeline.open(storage)) {
        held.world =
            end.tick() < 0
                ? new MutableWorld(info.schema(), new Codebook(), allocator)
                : timeline.at(timeline.lastTick(), allocator);
        warnings.addAll(timeline.warnings());
        LiveWorld live = start(storage, info, held, timeline.log().keys(), end, options);
        live.warnings = List.copyOf(warnings);
        return live;
      }
    } catch (IOException | RuntimeException | Error e) {
      held.closeAfter(e);
      throw e;
    }
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
   * @throws InvalidUseException if the store has another schema
   */
  public static LiveWorld open(Path directory, WorldSchema schema, WorldOptions options)
      throws IOException {
    return open(new DiskStorage(directory), schema, options);
  }

  /** As {@link #open(Path, WorldSchema, WorldOptions)}, in a storage. */
  public static LiveWorld open(Storage storage, WorldSchema schema, WorldOptions options)
      throws IOException {
    requireGiven(storage, "storage");
    if (!StoreInfo.exists(storage)) {
      return create(storage, schema, options);
    }
    LiveWorld world = resume(storage, options);
    if (schema == null || !world.schema().equals(schema)) {
      world.close();
      throw new InvalidUseException(
          Text.of(
              "Cannot open the store in %s with this schema: its own differs; use resume to go on with its own, or aw migrate to change it",
              storage.description()));
    }
    return world;
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
      Held held,
      KeyTable keys,
      LogPosition position,
      WorldOptions options)
      throws IOException {
    LogWriter.Start start =
        new LogWriter.Start(info.id(), held.world.schema().version(), info.strings(), position);
    LogWriter log = LogWriter.open(storage, start, keys, held.world.codebook(), options.log());
    return new LiveWorld(storage, info, held, log, keys);
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
   * @return its directory in the store; an existing one of this tick is kept
   */
  public String snapshot() throws IOException {
    Turn mine = begin("write a snapshot");
    try (mine) {
      requireTick();
      background.await();
      log.force();
      for (Snapshot.Location existing : Snapshot.list(storage)) {
        if (existing.tick() == world.tick()
            && existing.schemaVersion() == world.schema().version()) {
          return existing.directory();
        }
      }
      return SnapshotWriter.write(
          storage, info.id(), world, log.flushed(), SnapshotWriter.Role.CACHE, info.properties());
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
      try (lock;
          memory;
          world;
          log) {
        background.close();
      }
    }
  }
}
