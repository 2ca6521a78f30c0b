// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.timeline;

import java.io.Closeable;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.arrow.memory.BufferAllocator;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.UnsupportedVersionException;
import org.arrowworld.hash.Hashes;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.log.BatchFilter;
import org.arrowworld.log.Log;
import org.arrowworld.log.LogFollower;
import org.arrowworld.log.LogPlan;
import org.arrowworld.log.LogPosition;
import org.arrowworld.log.LogReader;
import org.arrowworld.snapshot.Snapshot;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;

/**
 * A store's history, for reading: the world at any committed tick. A view of the moment it was
 * opened; needs no lock and writes nothing. One thread at a time.
 */
public final class Timeline implements Closeable {

  /** What replay may start from. */
  public enum Start {
    /** The latest sound snapshot at or before the tick, the base if there is none. */
    NEAREST_SNAPSHOT,
    /**
     * The base of the history: the empty world, or the last base snapshot at or before the tick.
     */
    BASE
  }

  private static final List<Snapshot.Location> NONE = List.of();

  private final Storage storage;
  private final StoreInfo info;
  private final Log log;
  private final List<Snapshot.Location> snapshots;
  private final Set<String> warnings = new LinkedHashSet<>();
  private OptionalLong first = OptionalLong.empty();
  private boolean closed;

  private Timeline(Storage storage, StoreInfo info, Log log, List<Snapshot.Location> snapshots) {
    this.storage = storage;
    this.info = info;
    this.log = log;
    this.snapshots = snapshots;
  }

  /** Opens the history of a store. The storage stays the caller's. */
  public static Timeline open(Storage storage) throws IOException {
    StoreInfo info = StoreInfo.read(storage);
    Log log = info.openLog(storage);
    try {
      long last = log.fencedAfter().orElse(Long.MAX_VALUE);
      List<Snapshot.Location> snapshots =
          Snapshot.list(storage).stream().filter(s -> s.tick() <= last).toList();
      boolean whole = log.segments().isEmpty();
      return new Timeline(
          storage, info, log, whole ? fromNewestBase(storage, snapshots) : snapshots);
    } catch (IOException | RuntimeException e) {
      log.close();
      throw e;
    }
  }

  /**
   * Without any segment the newest base begins the history: what is before it an interrupted
   * compaction left (spec L-26).
   */
  private static List<Snapshot.Location> fromNewestBase(
      Storage storage, List<Snapshot.Location> snapshots) throws IOException {
    for (int i = snapshots.size() - 1; i > 0; i--) {
      if (isBase(storage, snapshots.get(i))) {
        return snapshots.subList(i, snapshots.size());
      }
    }
    return snapshots;
  }

  private static boolean isBase(Storage storage, Snapshot.Location location) throws IOException {
    try {
      return Snapshot.identity(storage, location).base();
    } catch (DamagedFileException | UnsupportedVersionException e) {
      return false; // told when it is used
    }
  }

  /** What the store says about itself. */
  public StoreInfo info() {
    return info;
  }

  /** The committed rows. */
  public Log log() {
    return open();
  }

  /** The published snapshots by tick. */
  public List<Snapshot.Location> snapshots() {
    return snapshots;
  }

  /** Snapshots that were passed over because they are damaged, in plain words. */
  public List<String> warnings() {
    return List.copyOf(warnings);
  }

  /**
   * The first tick {@link #at} answers for.
   *
   * @throws DamagedFileException if no base is sound of a history that needs one
   */
  public long firstTick() throws IOException {
    if (first.isEmpty()) {
      first = OptionalLong.of(findFirstTick());
    }
    return first.getAsLong();
  }

  private long findFirstTick() throws IOException {
    boolean whole = !beginning().isBase() && log.firstTick().isPresent();
    long firstLogged = whole ? log.firstTick().get() : Long.MAX_VALUE;
    long found = firstLogged;
    DamagedFileException damaged = null;
    boolean based = false;
    for (Snapshot.Location location : snapshots) {
      if (location.tick() < firstLogged && !based) {
        try (Snapshot snapshot = snapshot(location)) {
          based = snapshot.isBase() && snapshot.position().seq() >= log.start().seq();
          boolean only = snapshot.isBase() && found == Long.MAX_VALUE; // in front of a gap
          found = based || only ? location.tick() : found;
        } catch (DamagedFileException e) {
          damaged = passOver(e);
        }
      }
    }
    if (damaged != null && !based) {
      throw damaged;
    }
    if (found == Long.MAX_VALUE && beginning().isBase()) {
      throw beginning().missing();
    }
    if (found == Long.MAX_VALUE) {
      throw new InvalidUseException(empty());
    }
    return found;
  }

  /** The last committed tick. */
  public long lastTick() throws IOException {
    long last = end().tick();
    if (last < 0) {
      throw new InvalidUseException(empty());
    }
    return last;
  }

  /** The position after the last committed tick. */
  public LogPosition end() throws IOException {
    return positionOf(Long.MAX_VALUE);
  }

  /**
   * The log position after the last committed tick at or before {@code tick}; where the log has no
   * rows up to there, that of the base it goes on from.
   */
  public LogPosition positionOf(long tick) throws IOException {
    LogPosition position = log.positionAt(tick);
    DamagedFileException damaged = null;
    for (Snapshot.Location location : position.tick() < 0 ? snapshots : NONE) {
      if (location.tick() <= tick) {
        try (Snapshot snapshot = snapshot(location)) {
          position = snapshot.isBase() ? snapshot.position() : position;
        } catch (DamagedFileException e) {
          damaged = passOver(e);
        }
      }
    }
    if (damaged != null && position.tick() < 0) {
      throw damaged; // it may be the base that was asked for
    }
    if (position.tick() < 0 && snapshots.isEmpty() && beginning().isBase()) {
      throw beginning().missing();
    }
    return position;
  }

  /** How the history begins. */
  Beginning beginning() {
    return new Beginning(info, log.start());
  }

  DamagedFileException passOver(DamagedFileException damage) {
    warnings.add("passed over a damaged snapshot: " + damage.getMessage());
    return damage;
  }

  private String empty() {
    return Text.of("The store in %s has no committed tick yet", storage.description());
  }

  /**
   * The state after the last committed tick at or before {@code tick}. The caller closes the world.
   *
   * @throws InvalidUseException if the tick lies outside the committed span
   */
  public MutableWorld at(long tick, BufferAllocator allocator) throws IOException {
    return at(tick, Start.NEAREST_SNAPSHOT, allocator);
  }

  /** As {@link #at(long, BufferAllocator)}, from a start of the caller's choice. */
  public MutableWorld at(long tick, Start start, BufferAllocator allocator) throws IOException {
    checkTick(tick);
    return replayed(startWorld(tick, start, Projection.ALL, allocator), tick);
  }

  /**
   * The wanted part of the state after the last committed tick at or before {@code tick}; the rest
   * takes no memory. The caller closes the world.
   *
   * @throws InvalidUseException if the tick lies outside the committed span, or a name is unknown
   */
  public MutableWorld at(long tick, Projection wanted, BufferAllocator allocator)
      throws IOException {
    checkTick(tick);
    return replayed(startWorld(tick, Start.NEAREST_SNAPSHOT, wanted, allocator), tick);
  }

  private MutableWorld replayed(MutableWorld world, long tick) throws IOException {
    try {
      advance(world, tick);
      return world;
    } catch (IOException | RuntimeException | Error e) {
      world.close();
      throw e;
    }
  }

  /**
   * The columns of the world after the last committed tick at or before {@code tick}. The caller
   * closes them.
   *
   * @throws InvalidUseException if the tick lies outside the committed span
   */
  public WorldColumns columnsAt(long tick, BufferAllocator allocator) throws IOException {
    return WorldColumns.at(this, tick, allocator);
  }

  /** {@code resume_hash} after the last committed tick at or before {@code tick}. */
  public String resumeHash(long tick, BufferAllocator allocator) throws IOException {
    try (MutableWorld world = at(tick, allocator)) {
      return Hashes.resume(world);
    }
  }

  /** A snapshot of this history, opened; the caller closes it. */
  Snapshot snapshot(Snapshot.Location location) throws IOException {
    return Snapshot.open(storage, location, info.id());
  }

  /**
   * A world to be moved through this history. The caller closes it.
   *
   * @throws InvalidUseException if a name of the projection is unknown
   */
  public Cursor cursor(Projection wanted, BufferAllocator allocator) {
    open();
    return new Cursor(this, wanted, allocator);
  }

  /** The batches of the log that may hold wanted rows, and the base that it begins with. */
  public LogPlan plan(BatchFilter filter) throws IOException {
    LogPlan plan = open().plan(filter);
    return BaseSearch.of(this, storage).map(plan::withBase).orElse(plan);
  }

  /** Follows what is committed from the end of this history on. */
  public LogFollower follower() throws IOException {
    return follower(end());
  }

  /** Follows what is committed from a position of this history on. */
  public LogFollower follower(LogPosition from) throws IOException {
    return LogFollower.open(storage, info.id(), open(), from, () -> endOf(storage));
  }

  private static LogPosition endOf(Storage storage) throws IOException {
    try (Timeline timeline = open(storage)) {
      return timeline.end();
    }
  }

  /** Brings a world of this store forward to the last committed tick at or before {@code tick}. */
  public void advance(MutableWorld world, long tick) throws IOException {
    if (world.tick() < tick) {
      try (LogReader batches = open().rowReader(world.tick() + 1, tick)) {
        new Replayer(world, log.keys()).applyAll(batches);
      }
    }
  }

  /** Refuses a tick outside the committed span. */
  public void checkTick(long tick) throws IOException {
    open();
    if (tick < firstTick() || tick > lastTick()) {
      throw new InvalidUseException(
          Text.of(
              "No world at tick %d: the store has ticks %d to %d%s",
              tick, firstTick(), lastTick(), warnings.isEmpty() ? "" : "; " + lastWarning()));
    }
  }

  /**
   * Hands rows of a query's id to a filter: those of its ticks, and before that the births after
   * tick {@code known}, up to which the filter knows the id's lives.
   */
  void scan(HistoryQuery query, long known, HistoryFilter filter) throws IOException {
    LogRows rows = new LogRows(open());
    TickRange ticks = query.ticks();
    if (known < ticks.first() - 1) {
      rows.rowsOf(query.id(), filter.births(), TickRange.of(known + 1, ticks.first() - 1), filter);
    }
    rows.rowsOf(query.id(), filter.keys(), ticks, filter);
  }

  /** Whether the history begins with a state instead of with nothing. */
  boolean hasBase() throws IOException {
    boolean whole = !beginning().isBase() && !log.segments().isEmpty();
    return !snapshots.isEmpty() && (!whole || firstTick() < firstLogged());
  }

  /** The wanted part of the world that replay to a tick starts from. The caller closes it. */
  MutableWorld startWorld(long tick, Projection wanted, BufferAllocator allocator)
      throws IOException {
    return startWorld(tick, Start.NEAREST_SNAPSHOT, wanted, allocator);
  }

  /** The wanted part of the world that replay to a tick starts from, of a start of choice. */
  MutableWorld startWorld(long tick, Start start, Projection wanted, BufferAllocator allocator)
      throws IOException {
    return new ReplayStart(this, storage).world(tick, start, wanted, allocator);
  }

  private long firstLogged() {
    return open().firstTick().orElse(Long.MAX_VALUE);
  }

  /** Why a snapshot was passed over, the last of them, for a message. */
  String lastWarning() {
    return warnings.isEmpty() ? "it is not a base" : warnings().get(warnings.size() - 1);
  }

  /**
   * The log, if it can still be read.
   *
   * @throws InvalidUseException if this history was closed
   */
  private Log open() {
    if (closed) {
      throw new InvalidUseException(
          Text.of(
              "Cannot read the store in %s: it was closed; open it again", storage.description()));
    }
    return log;
  }

  @Override
  public void close() throws IOException {
    closed = true;
    log.close();
  }
}
