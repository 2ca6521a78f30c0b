// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.timeline;

import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.arrow.memory.BufferAllocator;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.log.Log;
import org.arrowworld.log.LogFollower;
import org.arrowworld.log.LogReader;
import org.arrowworld.log.Triples;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.snapshot.Snapshot;
import org.arrowworld.table.WorldView;

/**
 * A world that is moved through its history. Going from tick to tick with {@link #next} costs one
 * pass over the log however many ticks there are; {@link #seek} goes anywhere, by the shortest way:
 * reading on, from a snapshot, or from a world that it passed and kept. At every tick it shows what
 * {@link Timeline#at} gives.
 *
 * <p>Memory is that of one world, of a few batches of the log, and of the worlds kept, see {@link
 * #keepWorlds}. One thread. Close it before the store, which else closes it.
 */
public final class Cursor implements Closeable {
  /** Memory for worlds kept, where the caller says nothing else. */
  private static final long KEPT_BYTES = 64L << 20;

  /** Opening a snapshot's files takes as long as applying about this many rows. */
  private static final int SNAPSHOT_ROWS = 100_000;

  private final Timeline timeline;
  private final Projection wanted;
  private final BufferAllocator allocator;
  private final Keyframes keyframes;
  private MutableWorld world;
  private Replayer replayer;
  private LogReader batches;

  /** Whether the batches are those that go on from the world, so that it can be moved by them. */
  private boolean reading;

  /** Where the cursor follows a store that grows, and who applies what comes. */
  private LogFollower follower;

  private Replayer newest;

  /** The next row of the batch that is not applied yet; none of them is left if it is their end. */
  private int row;

  private int rows;
  private boolean closed;

  Cursor(Timeline timeline, Projection wanted, BufferAllocator allocator) {
    this.timeline = timeline;
    this.wanted = wanted;
    this.allocator = allocator;
    Log log = timeline.log();
    this.keyframes = new Keyframes(allocator, log.start().seq(), log.end().seq(), KEPT_BYTES);
    wanted.of(timeline.info().schema()); // which checks its names
  }

  /**
   * Goes on by one committed tick; the first call goes to the first one.
   *
   * @return whether there was one; if not, nothing has changed
   */
  public boolean next() throws IOException {
    checkOpen();
    if (world == null) {
      if (timeline.end().tick() < 0) {
        return false;
      }
      seek(timeline.firstTick());
      return true;
    }
    if (world.tick() >= timeline.lastTick()) {
      return false; // what is committed later, follow() shows
    }
    move(Long.MAX_VALUE, this::step);
    return true;
  }

  /**
   * Goes to the last committed tick at or before {@code tick}.
   *
   * @throws InvalidUseException if the tick lies outside the committed span; nothing has changed
   */
  public void seek(long tick) throws IOException {
    checkOpen();
    timeline.checkTick(tick);
    long here = world == null || tick < world.tick() ? Long.MAX_VALUE : rows(world.tick(), tick);
    Optional<MutableWorld> kept = keyframes.before(tick);
    long fromKept = kept.map(k -> rows(k.tick(), tick) + Keyframes.cells(k)).orElse(Long.MAX_VALUE);
    long loaded = rowsFromSnapshot(tick);
    if (here > Math.min(fromKept, loaded)) {
      release();
      world =
          fromKept < loaded
              ? kept.get().copy(allocator)
              : timeline.startWorld(tick, Timeline.Start.NEAREST_SNAPSHOT, wanted, allocator);
      replayer = new Replayer(world, timeline.log().keys());
    }
    if (tick > world.tick()) {
      move(tick, () -> advance(tick));
    }
  }

  /**
   * Goes to the last tick that is committed by now, also if that was after the store was opened;
   * from there on each call costs what was committed meanwhile. {@link #seek} goes back, as far as
   * the store was when it was opened.
   *
   * @return whether it has moved
   * @throws InvalidUseException if no tick was committed when the store was opened
   * @throws org.arrowworld.errors.DamagedFileException if the store was truncated or compacted
   *     meanwhile, see {@link LogFollower#poll}
   */
  public boolean follow() throws IOException {
    checkOpen();
    long before = world == null ? -1 : world.tick();
    if (follower == null) {
      seek(timeline.lastTick());
      follower = timeline.follower();
      newest = new Replayer(world, follower.keys());
    }
    move(
        Long.MAX_VALUE,
        () -> {
          Triples triples = new Triples(0);
          follower.poll(
              (batch, from, to) -> {
                triples.clear();
                batch.copyTo(triples, from, to);
                newest.apply(triples, batch, from);
              });
        });
    return world.tick() > before;
  }

  /**
   * How much memory to keep passed worlds in, to go back to them fast; 64 MiB unless this is
   * called, none with 0. Where the allocator has less, fewer are kept.
   */
  public void keepWorlds(long bytes) {
    if (bytes < 0) {
      throw new InvalidUseException(
          Text.of("Cannot keep worlds in %d bytes of memory: expected 0 or more", bytes));
    }
    keyframes.limit(bytes);
  }

  /** The worlds it passed and kept. */
  Keyframes keyframes() {
    return keyframes;
  }

  /**
   * The world at the tick the cursor stands at. Valid until the cursor is moved or closed.
   *
   * @throws InvalidUseException before the first {@link #next} or {@link #seek}
   */
  public WorldView world() {
    return mutable();
  }

  /** The tick the cursor stands at; empty where it stands nowhere. */
  public OptionalLong tick() {
    return world == null ? OptionalLong.empty() : OptionalLong.of(world.tick());
  }

  /** The world, with what a proof needs of it. */
  MutableWorld mutable() {
    checkOpen();
    if (world == null) {
      throw new InvalidUseException(
          "The cursor stands nowhere yet: call next() for the first tick, or seek(tick)");
    }
    return world;
  }

  private long rows(long after, long tick) {
    return timeline.log().rowsBetween(after, tick);
  }

  /** The rows to apply from the nearest snapshot on, or from the beginning, and what it costs. */
  private long rowsFromSnapshot(long tick) {
    long nearest = -1;
    for (Snapshot.Location snapshot : timeline.snapshots()) {
      nearest = snapshot.tick() <= tick ? Math.max(nearest, snapshot.tick()) : nearest;
    }
    long loading = nearest < 0 ? 0 : SNAPSHOT_ROWS + (world == null ? 0 : Keyframes.cells(world));
    return rows(nearest, tick) + loading;
  }

  private interface Move {
    void run() throws IOException;
  }

  /**
   * Moves on, up to a tick; a cursor that fails half-way stands nowhere, and may be asked to seek
   * again.
   */
  private void move(long last, Move move) throws IOException {
    boolean moved = false;
    try {
      if (follower == null) {
        read(last);
      }
      move.run();
      moved = true;
    } finally {
      if (!moved) {
        release();
        stopReading();
      }
    }
  }

  /** Sees to it that rows up to a tick can be had. */
  private void read(long last) {
    if (!reading) {
      if (batches == null) {
        batches = timeline.log().rowReader(world.tick() + 1, Long.MAX_VALUE);
      } else {
        timeline.log().readAfter(world.tick(), batches);
      }
      reading = true;
      row = 0;
      rows = 0;
    }
    batches.readAheadTo(last);
  }

  private void stopReading() {
    if (batches != null) {
      batches.close();
      batches = null;
    }
  }

  private boolean hasRows() throws IOException {
    if (row == rows && batches.next()) {
      row = 0;
      rows = batches.rows().size();
    }
    return row < rows;
  }

  /** Applies the rows of one tick, which may span batches. */
  private void step() throws IOException {
    boolean committed = false;
    while (!committed && hasRows()) {
      char[] keys = batches.rows().keys();
      int end = row;
      while (end < rows && !committed) {
        committed = keys[end++] == KeyTable.COMMIT;
      }
      apply(end);
    }
    if (committed) {
      keep();
    }
  }

  private void advance(long tick) throws IOException {
    boolean reached = false;
    while (!reached && hasRows()) {
      int end = firstRowAfter(tick, batches.rows());
      reached = end < rows;
      int commit = afterLastCommit(end);
      if (commit > row) {
        apply(commit);
        keep();
      }
      apply(end);
    }
  }

  /** The row after the last commit before {@code end}; the next row if there is none. */
  private int afterLastCommit(int end) {
    char[] keys = batches.rows().keys();
    int after = end;
    while (after > row && keys[after - 1] != KeyTable.COMMIT) {
      after--;
    }
    return after;
  }

  /** Keeps the world, which stands between two ticks, if none is kept near it. */
  private void keep() {
    keyframes.offer(world, batches.batch().firstSeq() + batches.from() + row);
  }

  private int firstRowAfter(long tick, Triples triples) {
    int low = row;
    int high = rows;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (triples.ticks()[middle] > tick) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  private void apply(int end) throws IOException {
    if (row < end) {
      replayer.apply(batches, row, end);
      row = end;
    }
  }

  private void checkOpen() {
    if (closed) {
      throw new InvalidUseException(
          "The cursor was closed, by itself or with its store: ask the store for a new one");
    }
    timeline.log();
  }

  private void release() {
    if (follower != null) {
      follower.close();
      follower = null;
    }
    reading = false;
    if (world != null) {
      world.close();
      world = null;
    }
  }

  /** Whether it was closed. */
  public boolean isClosed() {
    return closed;
  }

  /** Gives back its memory. Idempotent. */
  @Override
  public void close() {
    closed = true;
    release();
    stopReading();
    keyframes.close();
  }
}
