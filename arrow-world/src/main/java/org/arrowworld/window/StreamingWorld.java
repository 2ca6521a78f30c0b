// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.window;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.arrow.memory.BufferAllocator;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.given.Given;
import org.arrowworld.internal.store.MutableCodebook;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.internal.world.TripleApplier;
import org.arrowworld.log.LogFollower;
import org.arrowworld.log.LogPosition;
import org.arrowworld.log.StoreId;
import org.arrowworld.log.TripleBatch;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.table.World;
import org.arrowworld.timeline.Change;
import org.arrowworld.timeline.HistoryFilter;
import org.arrowworld.timeline.HistoryQuery;
import org.arrowworld.timeline.Queries;
import org.arrowworld.timeline.Timeline;
import org.arrowworld.window.Answer.Origin;

/**
 * The last ticks of a store in memory, indexed by entity, and the older ones in its files, behind
 * one set of queries whose answers say where they came from. A query that the window can answer
 * touches no file. Memory is that of one world and of the window's rows, however long the history.
 *
 * <p>Follows a store that another process, or this one, writes: {@link #poll} takes in what was
 * committed since. Needs no lock. One thread.
 */
public final class StreamingWorld implements Closeable {
  private final Storage archive;
  private final StoreInfo info;
  private final Window window;
  private final BufferAllocator allocator;
  private final ArrayDeque<TickRows> ticks = new ArrayDeque<>();
  private final TickRows.Builder open = new TickRows.Builder();
  private final LogFollower follower;

  /** The state before the window's first tick. */
  private final MutableWorld floor;

  private final TripleApplier floorApplier;

  /** Where the floor stands in the history that was followed. */
  private LogPosition floorAt;

  private long windowBytes;
  private Timeline older;

  /** The floor at which the files were seen to hold the history that was followed. */
  private LogPosition provenAt;

  /** Why nothing is answered any more; null while all is well. */
  private Exception failure;

  /** What was given out and not closed yet. */
  private final Set<World> given = new LinkedHashSet<>();

  private boolean closed;

  private StreamingWorld(
      Storage archive,
      StoreInfo info,
      LogFollower follower,
      MutableWorld floor,
      LogPosition floorAt,
      Window window,
      BufferAllocator allocator) {
    this.floorAt = floorAt;
    this.archive = archive;
    this.info = info;
    this.window = window;
    this.allocator = allocator;
    this.floor = floor;
    this.follower = follower;
    this.floorApplier = new TripleApplier(floor, follower.keys());
  }

  /**
   * Opens a store and takes its last ticks into memory; {@link org.arrowworld.Store#window} of an
   * open one.
   *
   * @param archive the store's files; stays the caller's
   * @param allocator worlds are its children
   */
  public static StreamingWorld open(Storage archive, Window window, BufferAllocator allocator)
      throws IOException {
    try (Timeline timeline = Timeline.open(archive)) {
      LogPosition end = timeline.end();
      LogFollower follower = timeline.follower(end);
      boolean empty = end.tick() < 0;
      long first = empty ? -1 : timeline.firstTick();
      long last = empty ? -1 : timeline.lastTick();
      long floorTick = Math.max(first, window.ticks() > last ? first : last - window.ticks());
      LogPosition floorAt = empty ? LogPosition.START : timeline.positionOf(floorTick);
      MutableWorld floor =
          empty
              ? new MutableWorld(timeline.info().schema(), new MutableCodebook(), allocator)
              : timeline.at(floorTick, allocator);
      StreamingWorld streaming =
          new StreamingWorld(archive, timeline.info(), follower, floor, floorAt, window, allocator);
      try {
        if (floor.tick() < last) {
          timeline.log().scan(floor.tick() + 1, last, streaming::take);
        }
        return streaming;
      } catch (IOException | RuntimeException e) {
        streaming.close();
        throw e;
      }
    }
  }

  /**
   * Takes in the ticks committed since the last call.
   *
   * @return whether there were any
   * @throws org.arrowworld.errors.DamagedFileException if the store was truncated or compacted so
   *     that the history taken in is no longer there: the window must be opened again, and answers
   *     nothing more, as after any other failure
   */
  public boolean poll() throws IOException {
    requireSound();
    try {
      return follower.poll(this::take);
    } catch (IOException | RuntimeException e) {
      failure = e;
      throw e;
    }
  }

  private void requireSound() {
    if (closed) {
      throw new InvalidUseException(
          "Cannot answer from this window: it was closed; open it again with Store.window");
    }
    if (failure != null) {
      throw new InvalidUseException(
          Text.of(
              "Cannot answer from this window, for it could not be kept up to date: %s; open it again",
              failure.getMessage()),
          failure);
    }
  }

  private void take(TripleBatch batch, int from, int to) {
    int start = from;
    for (int row = from; row < to; row++) {
      if (batch.key(row) == KeyTable.COMMIT) {
        open.add(batch, start, row + 1);
        push(open.build());
        start = row + 1;
      }
    }
    open.add(batch, start, to);
  }

  private void push(TickRows tick) {
    ticks.addLast(tick);
    windowBytes += tick.bytes();
    while (ticks.size() > window.ticks() || (windowBytes > window.bytes() && ticks.size() > 1)) {
      TickRows oldest = ticks.removeFirst();
      windowBytes -= oldest.bytes();
      floorApplier.apply(oldest.rows(), 0, oldest.rows().size(), oldest::word);
      floorAt =
          new LogPosition(oldest.tick(), floorAt.seq() + oldest.rows().size(), oldest.chain());
    }
  }

  /** The last committed tick taken in, -1 if there is none. */
  public long lastTick() {
    return ticks.isEmpty() ? floor.tick() : ticks.getLast().tick();
  }

  /** The first tick whose state the window can tell, -1 if there is none. */
  public long firstTickInMemory() {
    return floor.tick() < 0 && !ticks.isEmpty() ? ticks.getFirst().tick() : floor.tick();
  }

  /** Bytes that the rows in memory take. */
  public long windowBytes() {
    return windowBytes;
  }

  /**
   * The state after the last committed tick at or before {@code tick}, as a store gives it. The
   * caller closes the world; closing the window does too.
   *
   * @throws InvalidUseException if the tick lies outside the committed span
   */
  public Answer<World> at(long tick) throws IOException {
    requireSound();
    if (tick > lastTick() || (floor.tick() < 0 && tick < firstTickInMemory())) {
      throw new InvalidUseException(
          Text.of("No world at tick %d: the last tick taken in is %d", tick, lastTick()));
    }
    if (tick < floor.tick()) {
      return answer(fromArchive(files -> files.at(tick, allocator)), Origin.ARCHIVE);
    }
    MutableWorld world = floor.copy(allocator);
    try {
      TripleApplier applier = new TripleApplier(world, follower.keys());
      for (TickRows rows : ticks) {
        if (rows.tick() <= tick) {
          applier.apply(rows.rows(), 0, rows.rows().size(), rows::word);
        }
      }
      return answer(world, Origin.WINDOW);
    } catch (RuntimeException e) {
      world.close();
      throw e;
    }
  }

  private Answer<World> answer(MutableWorld world, Origin origin) {
    given.add(world);
    world.whenClosed(() -> given.remove(world));
    return new Answer<>(world, origin);
  }

  /**
   * What happened to an id, as a store's {@code history} tells it, up to the last tick taken in.
   *
   * @throws InvalidUseException if the one life asked for never was
   */
  public Answer<List<Change>> history(HistoryQuery query) throws IOException {
    requireSound();
    Given.required("read a history", "query", query);
    if (query.ticks().first() > floor.tick()) {
      List<Change> changes = new ArrayList<>();
      HistoryFilter filter = filter(query, changes);
      filter.assumeAlive(floor);
      tellWindow(query, filter);
      if (filter.isMet()
          || floor.tick() < 0) { // else only the files know whether that life ever was
        filter.end();
        return new Answer<>(changes, Origin.WINDOW);
      }
    }
    boolean fromWindow = query.ticks().last() > floor.tick();
    List<Change> changes = fromArchive(files -> history(query, files));
    return new Answer<>(changes, fromWindow ? Origin.BOTH : Origin.ARCHIVE);
  }

  private List<Change> history(HistoryQuery query, Timeline files) throws IOException {
    List<Change> changes = new ArrayList<>();
    HistoryFilter filter = filter(query, changes);
    long last = Math.min(query.ticks().last(), floor.tick());
    long first = Math.min(query.ticks().first(), last);
    new Queries(files, allocator).scan(query.between(first, last), filter);
    tellWindow(query, filter);
    filter.end();
    return changes;
  }

  private HistoryFilter filter(HistoryQuery query, List<Change> changes) {
    return new HistoryFilter(query, info.schema(), follower.keys(), changes::add);
  }

  private void tellWindow(HistoryQuery query, HistoryFilter filter) throws IOException {
    for (TickRows rows : ticks) {
      if (rows.tick() <= query.ticks().last()) {
        rows.forRid(query.id(), row -> give(rows, row, filter));
      }
    }
  }

  private static void give(TickRows rows, int row, HistoryFilter filter) throws IOException {
    filter.row(rows.tick(), rows.rows().keys()[row], rows.rows().vals()[row], () -> rows.word(row));
  }

  private interface Use<T> {
    T of(Timeline files) throws IOException;
  }

  /**
   * What the files answer. Those that were opened before may have been merged, sealed anew or
   * dropped since: where they cannot be read, they are opened once more.
   */
  private <T> T fromArchive(Use<T> use) throws IOException {
    try {
      return use.of(archive());
    } catch (IOException e) {
      closeArchive();
      try {
        return use.of(archive());
      } catch (IOException | RuntimeException again) {
        again.addSuppressed(e);
        throw again;
      }
    }
  }

  private void closeArchive() throws IOException {
    if (older != null) {
      older.close();
      older = null;
    }
  }

  /**
   * The files' history, opened anew when the window has moved beyond what was seen of it.
   *
   * @throws DamagedFileException if it is not what the window goes on from: the store was truncated
   *     or compacted meanwhile
   */
  private Timeline archive() throws IOException {
    if (older != null && !floorAt.equals(provenAt) && !holdsFloor(older)) {
      closeArchive();
    }
    if (older == null) {
      older = Timeline.open(archive);
      requireSameStore(older.info().id());
      if (!holdsFloor(older)) {
        LogPosition found = older.positionOf(floorAt.tick());
        closeArchive();
        throw new DamagedFileException(
            archive.description(),
            -1,
            Text.of(
                "the store no longer holds the history that the window goes on from: it has seq %d chain %016x at tick %d, expected seq %d chain %016x; it was truncated or compacted meanwhile, open the window again",
                found.seq(), found.chain(), floorAt.tick(), floorAt.seq(), floorAt.chain()));
      }
    }
    provenAt = floorAt;
    return older;
  }

  private void requireSameStore(StoreId found) throws IOException {
    if (!found.equals(info.id())) {
      closeArchive();
      throw new DamagedFileException(
          archive.description(),
          -1,
          Text.of(
              "the window goes on from store %s, this is store %s: it was replaced meanwhile, open the window again",
              info.id().hex(), found.hex()));
    }
  }

  private boolean holdsFloor(Timeline timeline) throws IOException {
    return timeline.positionOf(floorAt.tick()).equals(floorAt);
  }

  /** Gives the memory back, that of worlds it gave included. Idempotent. */
  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    List.copyOf(given).forEach(World::close);
    floor.close();
    follower.close();
    closeArchive();
  }
}
