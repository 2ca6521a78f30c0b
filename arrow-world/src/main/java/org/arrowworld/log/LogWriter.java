// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.LogFullException;
import org.arrowworld.errors.WriterPoisonedException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.store.MutableCodebook;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.storage.Storage;

/**
 * Appends rows to a log, tick by tick.
 *
 * <p>Use: {@link #beginTick}, any number of appends, {@link #commit}. One producer thread; disk
 * work happens on a private thread. The first failed write or force poisons the writer for good:
 * every later call throws {@link WriterPoisonedException}. {@link #close} without {@link #seal}
 * leaves an unsealed, recoverable live segment; both are idempotent. The store's lock is the
 * caller's.
 */
public final class LogWriter implements Closeable {

  /**
   * Where and how a writer begins.
   *
   * @param store the store
   * @param schemaVersion version its rows follow
   * @param strings whether the log has a {@code text} column
   * @param position after the last committed row
   */
  public record Start(StoreId store, int schemaVersion, boolean strings, LogPosition position) {}

  private final KeyTable keys;
  private final KeyDeclarations declarations;
  private final LogOptions options;
  private final SegmentRoll segments;
  private final BackgroundFlush background;
  private Triples container;
  private final LogProgress progress;
  private long tick;
  private boolean tickOpen;
  private long tickRows;
  private boolean closed;

  private LogWriter(KeyTable keys, LogOptions options, SegmentRoll segments) {
    this.keys = keys;
    this.declarations = new KeyDeclarations(keys);
    this.options = options;
    this.segments = segments;
    this.progress = segments.progress();
    long idleMillis = Math.max(1, options.durability().intervalMillis() / 2);
    boolean timed = options.durability().mode() == Durability.Mode.INTERVAL;
    long idleNanos = TimeUnit.MILLISECONDS.toNanos(timed ? idleMillis : 60_000);
    this.background =
        new BackgroundFlush(
            options.containers(), options.containerRows(), idleNanos, segments, this::poisoned);
  }

  /**
   * Opens a writer behind a log whose live segments were sealed or are none. Nothing is written
   * until the first rows are flushed.
   *
   * @param keys the store's keys; the writer reads it, and {@link #declare} adds to it
   * @param codebook the store's words; read by the flush thread
   */
  public static LogWriter open(
      Storage storage, Start start, KeyTable keys, MutableCodebook codebook, LogOptions options) {
    SegmentRoll segments = new SegmentRoll(storage, start, keys, codebook, options);
    return new LogWriter(keys, options, segments);
  }

  /**
   * Makes sure that a tick can be logged without waiting, where the options ask for that.
   *
   * @param newTick for the message
   * @param rows of the tick, the commit row included
   * @throws LogFullException under {@code FAIL}, if there is no room; nothing was changed
   */
  public void reserve(long newTick, long rows) throws IOException {
    checkOpen();
    if (options.overflow() == LogOptions.Overflow.FAIL && rows > background.room()) {
      long capacity = (long) options.containers() * options.containerRows();
      throw new LogFullException(newTick, rows, background.room(), capacity);
    }
  }

  /**
   * Logs a whole tick: room, rows, and the commit row. Under {@code COMMIT} it returns when the
   * tick is forced.
   *
   * @throws LogFullException under {@code FAIL}, if there is no room; nothing was changed
   * @throws WriterPoisonedException if a write or force failed; the tick may be in the log or not
   */
  public void commitTick(long newTick, Triples rows) throws IOException {
    reserve(newTick, rows.size() + 1L);
    beginTick(newTick);
    if (isForced() && (container == null || container.size() == 0)) {
      commitInPlace(rows);
    } else {
      appendAll(rows);
      commit();
    }
  }

  /** Has the tick flushed from where its rows are: who waits for the force needs no copy. */
  private void commitInPlace(Triples rows) throws IOException {
    int count = rows.size();
    rows.add(tick, count, KeyTable.COMMIT, 0);
    try {
      progress.committed(tick, count + 1L);
      long ticket = background.lend(rows, keys.size());
      tickOpen = false;
      await(ticket);
    } finally {
      rows.size(count);
    }
  }

  /**
   * Logs a whole tick as {@link #commitTick} does, and does not wait for its force, which comes as
   * soon as the one before it is done, for all ticks logged by then. {@link #acknowledged} tells.
   *
   * @throws LogFullException under {@code FAIL}, if there is no room; nothing was changed
   * @throws WriterPoisonedException if a write or force failed; nothing of this tick is logged
   */
  public void commitTickLater(long newTick, Triples rows) throws IOException {
    reserve(newTick, rows.size() + 1L);
    beginTick(newTick);
    appendAll(rows);
    endTick();
    container = background.offer(keys.size(), isForced());
  }

  /** Begins a tick, which must be later than the last committed one. */
  public void beginTick(long newTick) throws IOException {
    checkOpen();
    if (tickOpen) {
      throw new InvalidUseException(
          Text.of("Cannot begin tick %d: tick %d is not committed", newTick, tick));
    }
    long last = progress.committed().tick();
    if (newTick < 0 || newTick <= last || newTick == Long.MAX_VALUE) { // spec L-2
      throw new InvalidUseException(
          Text.of("Cannot begin tick %d: expected one after %d, below 2^63 - 1", newTick, last));
    }
    tick = newTick;
    tickOpen = true;
    tickRows = 0;
  }

  /**
   * Appends one row to the open tick.
   *
   * @param rid row id, unsigned
   * @param key code of a declared key
   * @param pattern the value's 64 bits
   */
  public void append(int rid, int key, long pattern) throws IOException {
    checkTick();
    room();
    container.add(tick, rid, key, pattern);
    tickRows++;
  }

  /** Appends all rows of one key: {@code rids[0, count)} and {@code patterns[0, count)}. */
  public void appendColumn(int key, int[] rids, long[] patterns, int count) throws IOException {
    checkTick();
    for (int from = 0; from < count; ) {
      int to = Math.min(count, from + room());
      container.addColumn(tick, key, rids, patterns, from, to);
      from = to;
    }
    tickRows += count;
  }

  /** Appends rows of the open tick. */
  public void appendAll(Triples rows) throws IOException {
    checkTick();
    for (int from = 0; from < rows.size(); ) {
      int to = Math.min(rows.size(), from + room());
      container.addAll(rows, from, to);
      from = to;
    }
    tickRows += rows.size();
  }

  /**
   * Appends the rows of one rid: {@code keys[0, count)} and {@code patterns[0, count)}.
   *
   * @param rid row id, unsigned
   */
  public void appendRecord(int rid, char[] recordKeys, long[] patterns, int count)
      throws IOException {
    checkTick();
    for (int from = 0; from < count; ) {
      int to = Math.min(count, from + room());
      container.addRecord(tick, rid, recordKeys, patterns, from, to);
      from = to;
    }
    tickRows += count;
  }

  /** Rows that the present container takes before it is handed over. Does not wait. */
  public int roomRows() {
    return options.containerRows() - (container == null ? 0 : container.size());
  }

  /** Rows the current container still takes, after turning to the next if it is full. */
  private int room() throws IOException {
    if (container == null) {
      container = background.current();
    }
    if (container.size() == options.containerRows()) {
      turn(false);
      container = background.current();
    }
    return options.containerRows() - container.size();
  }

  /**
   * Ends the tick with its commit row. Under {@code COMMIT} it returns when the tick is forced.
   *
   * @return the number of rows in the log
   */
  public long commit() throws IOException {
    long ticket = commitLater();
    if (ticket >= 0) {
      await(ticket);
    }
    return progress.committed().seq();
  }

  /**
   * Ends the tick without waiting.
   *
   * @return a ticket for {@link #await} where the durability asks for waiting, else -1
   */
  public long commitLater() throws IOException {
    endTick();
    if (isForced()) {
      return turn(true);
    }
    container = background.offer(keys.size(), false);
    return -1;
  }

  private void endTick() throws IOException {
    append((int) tickRows, KeyTable.COMMIT, 0);
    tickOpen = false;
    progress.committed(tick, tickRows);
  }

  private boolean isForced() {
    return options.durability().mode() == Durability.Mode.COMMIT;
  }

  /** Waits for what a ticket stands for. */
  public void await(long ticket) throws IOException {
    background.await(ticket);
  }

  /** Hands every committed tick to the operating system; forces it too unless told never to. */
  public void sync() throws IOException {
    checkOpen();
    await(turn(options.durability().mode() != Durability.Mode.NONE));
  }

  /** Forces every committed tick, whatever the durability. */
  public void force() throws IOException {
    checkOpen();
    await(turn(true));
  }

  /**
   * Has every committed tick forced, whatever the durability, without waiting.
   *
   * @return the position of the last commit once it is forced, or the failure that prevents it
   */
  public CompletableFuture<LogPosition> forceLater() throws IOException {
    checkOpen();
    checkNoOpenTick();
    CompletableFuture<LogPosition> reached = new CompletableFuture<>();
    container = null;
    background.turn(keys.size(), reached);
    return reached;
  }

  /** Whether the next key needs wider codes, so that it must be declared between ticks. */
  public boolean nextKeyWidens() {
    return declarations.nextWidens();
  }

  /**
   * Declares the next key; its rows may follow.
   *
   * @throws InvalidUseException if the declarations of all keys would take more than the 15 MiB
   *     there are for them in a segment's metadata; nothing was changed
   */
  public void declare(Key key) throws IOException {
    checkOpen();
    int bytes = declarations.bytesWith(key);
    if (declarations.nextWidens()) {
      if (tickOpen) {
        throw new InvalidUseException(
            Text.of(
                "Cannot declare key '%s' inside tick %d: it needs wider codes, which begin between ticks",
                key.name(), tick));
      }
      await(turn(false)); // rows that follow it begin a new segment
    }
    declarations.add(key, bytes);
  }

  /** The position the durability vouches for: forced, or under {@code NONE} handed over. */
  public LogPosition acknowledged() {
    return progress.acknowledged();
  }

  /** Tick and seq of the last commit; its chain is known once it is flushed. */
  public LogPosition committed() {
    return progress.committed();
  }

  /** The position of everything flushed so far; after {@link #sync} that of the last commit. */
  public LogPosition flushed() {
    return progress.written();
  }

  /** Flushes, forces, seals the live segment, and closes. */
  public void seal() throws IOException {
    if (closed) {
      return;
    }
    background.throwIfFailed(); // before the tick that the failure left open
    checkNoOpenTick();
    force();
    close();
    Uninterrupted.run(segments::sealAll);
  }

  /**
   * Flushes and closes the live segment as it is. An open tick, having no commit row, is dropped.
   */
  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try (segments) {
      try {
        turn(options.durability().mode() != Durability.Mode.NONE);
      } finally {
        background.stop();
      }
      background.throwIfFailed(); // reports a failed last flush; what else fails is suppressed
    }
  }

  private long turn(boolean force) throws IOException {
    container = null;
    return background.turn(keys.size(), force);
  }

  private WriterPoisonedException poisoned(Throwable cause) {
    LogPosition known = progress.acknowledged();
    return new WriterPoisonedException(known.tick(), known.seq(), cause);
  }

  private void checkOpen() throws IOException {
    if (closed) {
      throw new InvalidUseException("Cannot append: the log writer is closed");
    }
    background.throwIfFailed();
  }

  private void checkTick() {
    if (!tickOpen || closed) {
      throw new InvalidUseException(
          closed ? "Cannot append: the log writer is closed" : "Cannot append outside a tick");
    }
  }

  private void checkNoOpenTick() {
    if (tickOpen) {
      throw new InvalidUseException(
          Text.of("Cannot force or seal the log: tick %d is not committed", tick));
    }
  }
}
