// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * Preallocated containers that one producer fills and one private thread flushes, in order.
 *
 * <p>The producer owns the current container; {@link #turn} hands it over; {@link #current} waits
 * for a free one if need be. {@link #offer} lets the thread flush what is in the current container
 * so far as soon as it has nothing else to do, while the producer goes on behind it. The first
 * failed flush ends all flushing: what was handed over later is never written, and every later call
 * throws. Interrupts of the producer are kept, not obeyed.
 */
final class BackgroundFlush {

  /**
   * Rows for the flush thread: {@code [from, to)} of an array the producer may append to.
   *
   * @param keyCount keys declared when they were handed over
   * @param isForced whether they, and all before them, must be forced
   * @param reached to be completed with the position reached once they are forced; null if nobody
   *     waits
   */
  record Work(
      Triples rows,
      int from,
      int to,
      int keyCount,
      boolean isForced,
      CompletableFuture<LogPosition> reached) {}

  /** Rows being filled or flushed; the fields belong to the lock, the rows to whoever holds it. */
  private static final class Container {
    final Triples rows;

    /** Keys declared when it was handed over or offered. */
    int keyCount;

    /** Whether the rows must be forced. */
    boolean force;

    /** Rows before this one may be flushed. */
    int offered;

    /** Rows before this one were flushed, or are being flushed. */
    int taken;

    /** Who waits for the position reached once they are forced; null if nobody does. */
    CompletableFuture<LogPosition> reached;

    /** Whether the rows are the producer's own, see {@link #lend}. */
    final boolean isLent;

    Container(Triples rows, boolean isLent) {
      this.rows = rows;
      this.isLent = isLent;
    }
  }

  /** What the flush thread does. */
  interface Sink {
    void flush(Work work) throws IOException;

    /** Called when what had to be forced is, and nobody waits for it any more. */
    void prepare() throws IOException;

    /** Called when nothing was handed over for a while. */
    void idle() throws IOException;
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<Container> free = new ArrayDeque<>();
  private final Deque<Container> filled = new ArrayDeque<>();
  private final Sink sink;
  private final Function<Throwable, ? extends IOException> failed;
  private final int containerRows;
  private final long idleNanos;
  private final Thread thread;
  private Container current;

  /**
   * Whether the flush thread is at work, and the handed-over container it works on, if it is one.
   */
  private boolean busy;

  private Container flushing;
  private long handedOver;
  private long flushed;
  private boolean stopping;
  private Throwable failure;

  /**
   * @param idleNanos how often {@link Sink#idle} is called while there is nothing to do
   * @param failed what is thrown once a flush failed as it says
   */
  BackgroundFlush(
      int containers,
      int rows,
      long idleNanos,
      Sink sink,
      Function<Throwable, ? extends IOException> failed) {
    this.sink = sink;
    this.failed = failed;
    this.containerRows = rows;
    this.idleNanos = idleNanos;
    for (int i = 0; i < containers; i++) {
      free.add(new Container(new Triples(rows), false));
    }
    current = free.remove();
    thread = new Thread(this::run, "arrow-world-flush");
    thread.setDaemon(true);
    thread.start();
  }

  /** The container being filled; waits for one if all are handed over. */
  Triples current() throws IOException {
    if (current == null) {
      acquire();
    }
    return current.rows;
  }

  private void acquire() throws IOException {
    lock.lock();
    try {
      while (free.isEmpty() && failure == null) {
        changed.awaitUninterruptibly();
      }
      throwIfFailed();
      current = free.remove();
    } finally {
      lock.unlock();
    }
  }

  /** Rows that can be taken without waiting. */
  long room() {
    lock.lock();
    try {
      long containers = free.size();
      return containers * containerRows
          + (current == null ? 0 : containerRows - current.rows.size());
    } finally {
      lock.unlock();
    }
  }

  /**
   * Hands the current container over, empty or not.
   *
   * @return a ticket for {@link #await}
   * @throws IOException for the first failure
   */
  long turn(int keyCount, boolean force) throws IOException {
    return turn(keyCount, force, null);
  }

  /**
   * As {@link #turn(int, boolean)}, forcing.
   *
   * @param reached completed with the position reached, or with the first failure
   */
  long turn(int keyCount, CompletableFuture<LogPosition> reached) throws IOException {
    return turn(keyCount, true, reached);
  }

  private long turn(int keyCount, boolean force, CompletableFuture<LogPosition> reached)
      throws IOException {
    if (current == null) {
      acquire();
    }
    lock.lock();
    try {
      throwIfFailed();
      current.reached = reached;
      return handOver(keyCount, force);
    } finally {
      lock.unlock();
    }
  }

  private long handOver(int keyCount, boolean force) {
    current.force |= force;
    current.offered = current.rows.size();
    long ticket = handOver(current, keyCount);
    current = free.poll();
    return ticket;
  }

  private long handOver(Container container, int keyCount) {
    container.keyCount = keyCount;
    filled.add(container);
    changed.signalAll();
    return ++handedOver;
  }

  /**
   * Has rows of the producer's flushed and forced as if they had been copied into containers. The
   * current one must be empty. Nobody changes the rows before the ticket is done; the digests of
   * commit rows are filled in.
   *
   * @return a ticket for {@link #await}
   * @throws IOException for the first failure
   */
  long lend(Triples rows, int keyCount) throws IOException {
    lock.lock();
    try {
      throwIfFailed();
      long ticket = 0;
      for (int from = 0; from < rows.size(); from += containerRows) {
        Container piece = new Container(rows, true);
        piece.taken = from;
        piece.offered = Math.min(rows.size(), from + containerRows);
        piece.force = piece.offered == rows.size();
        ticket = handOver(piece, keyCount);
      }
      return ticket;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Lets the flush thread have the rows of the current container, now or when it has nothing else
   * to do. Does not wait.
   *
   * @param force whether they, and all before them, must be forced then
   * @return the container to go on with, which may be another one; null if {@link #current} must
   *     tell
   */
  Triples offer(int keyCount, boolean force) {
    lock.lock();
    try {
      if (current == null) {
        return null;
      }
      if (!busy && filled.isEmpty() && !free.isEmpty()) {
        handOver(keyCount, force);
      } else {
        current.keyCount = keyCount;
        current.force |= force;
        current.offered = current.rows.size();
      }
      return current.rows;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until a turn's container was flushed; what failed behind it is for a later call. */
  void await(long ticket) throws IOException {
    lock.lock();
    try {
      while (flushed < ticket && failure == null) {
        changed.awaitUninterruptibly();
      }
      if (flushed < ticket) {
        throwIfFailed();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Ends the thread after what was handed over; does not throw. */
  void stop() {
    lock.lock();
    try {
      stopping = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Throws the first failure, if there was one. */
  void throwIfFailed() throws IOException {
    if (failure != null) {
      throw failed.apply(failure);
    }
  }

  private void run() {
    try {
      for (Work work = take(); work != null; work = take()) {
        if (work.to > work.from || work.isForced) {
          sink.flush(work);
        }
        done();
        if (work.isForced) {
          sink.prepare();
        }
      }
    } catch (IOException | RuntimeException | Error e) {
      fail(e);
    }
  }

  private Work take() throws IOException {
    while (true) {
      lock.lock();
      try {
        waitForWork();
        Container next = filled.isEmpty() ? current : filled.peek();
        if (!filled.isEmpty() || isOffered()) {
          busy = true;
          boolean whole = !filled.isEmpty();
          Work work =
              new Work(
                  next.rows,
                  next.taken,
                  next.offered,
                  next.keyCount,
                  next.force,
                  whole ? next.reached : null);
          next.taken = next.offered;
          next.force = false;
          flushing = filled.poll();
          return work;
        }
        if (stopping) {
          return null;
        }
      } finally {
        lock.unlock();
      }
      sink.idle();
    }
  }

  private boolean isOffered() {
    return current != null && current.offered > current.taken;
  }

  private void waitForWork() {
    try {
      long left = idleNanos;
      while (filled.isEmpty() && !isOffered() && !stopping && left > 0) {
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      // Nobody interrupts this private thread; a stray interrupt only makes it look for work.
    }
  }

  /** What was taken is flushed; a container that was handed over is free again. */
  private void done() {
    lock.lock();
    try {
      busy = false;
      if (flushing != null) {
        if (!flushing.isLent) {
          flushing.rows.clear();
          flushing.taken = 0;
          flushing.offered = 0;
          flushing.reached = null;
          free.add(flushing);
        }
        flushing = null;
        flushed++;
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  private static void tell(Container lost, Throwable e) {
    if (lost != null && lost.reached != null) {
      lost.reached.completeExceptionally(e);
    }
  }

  private void fail(Throwable e) {
    lock.lock();
    try {
      failure = e;
      tell(flushing, e);
      filled.forEach(lost -> tell(lost, e));
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
