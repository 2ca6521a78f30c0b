package org.arrowworld.log;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Preallocated containers that one producer fills and one private thread flushes, in order.
 *
 * <p>The producer owns the current container; {@link #turn} hands it over; {@link #current} waits
 * for a free one if need be. The first failed flush ends all flushing: what was handed over later
 * is never written, and every later call throws. Interrupts of the producer are kept, not obeyed.
 */
final class Revolver {

  /** Rows on their way to the flush thread. */
  static final class Container {
    final Triples rows;

    /** Keys declared when it was handed over. */
    int keyCount;

    /** Whether the rows must be forced. */
    boolean force;

    /** Who waits for the position reached once they are forced; null if nobody does. */
    CompletableFuture<LogPosition> reached;

    Container(int capacity) {
      rows = new Triples(capacity);
    }
  }

  /** What the flush thread does. */
  interface Sink {
    void flush(Container container) throws IOException;

    /** Called when nothing was handed over for a while. */
    void idle() throws IOException;
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<Container> free = new ArrayDeque<>();
  private final Deque<Container> filled = new ArrayDeque<>();
  private final Sink sink;
  private final int containerRows;
  private final long idleNanos;
  private final Thread thread;
  private Container current;
  private long handedOver;
  private long flushed;
  private boolean stopping;
  private Throwable failure;

  /**
   * @param idleNanos how often {@link Sink#idle} is called while there is nothing to do
   */
  Revolver(int containers, int rows, long idleNanos, Sink sink) {
    this.sink = sink;
    this.containerRows = rows;
    this.idleNanos = idleNanos;
    for (int i = 0; i < containers; i++) {
      free.add(new Container(rows));
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
   * @throws IOException the first failure, wrapped
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
      current.keyCount = keyCount;
      current.force = force;
      current.reached = reached;
      filled.add(current);
      long ticket = ++handedOver;
      changed.signalAll();
      current = free.poll();
      return ticket;
    } finally {
      lock.unlock();
    }
  }

  /** Whether the flush thread has nothing to do, so that handing over now costs nothing. */
  boolean idle() {
    lock.lock();
    try {
      return handedOver == flushed;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until a turn's container was flushed. */
  void await(long ticket) throws IOException {
    lock.lock();
    try {
      while (flushed < ticket && failure == null) {
        changed.awaitUninterruptibly();
      }
      throwIfFailed();
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
      throw new IOException(failure.getMessage(), failure);
    }
  }

  private void run() {
    Container c = null;
    try {
      for (c = take(); c != null; c = take()) {
        if (c.rows.size() > 0 || c.force) {
          sink.flush(c);
        }
        give(c);
      }
    } catch (IOException | RuntimeException | Error e) {
      fail(e, c);
    }
  }

  private Container take() throws IOException {
    while (true) {
      lock.lock();
      try {
        waitForWork();
        if (!filled.isEmpty()) {
          return filled.remove();
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

  private void waitForWork() {
    try {
      long left = idleNanos;
      while (filled.isEmpty() && !stopping && left > 0) {
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      // Nobody interrupts this private thread; a stray interrupt only makes it look for work.
    }
  }

  private void give(Container container) {
    container.rows.clear();
    lock.lock();
    try {
      flushed++;
      free.add(container);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private static void give(Container lost, Throwable e) {
    if (lost != null && lost.reached != null) {
      lost.reached.completeExceptionally(e);
    }
  }

  private void fail(Throwable e, Container flushing) {
    lock.lock();
    try {
      failure = e;
      give(flushing, e);
      filled.forEach(lost -> give(lost, e));
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
