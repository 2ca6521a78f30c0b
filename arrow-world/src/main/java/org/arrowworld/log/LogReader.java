// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.arrowworld.errors.InvalidUseException;

/**
 * Reads the committed rows of a span of ticks, batch after batch, as they are asked for: other
 * threads read, verify and decode ahead of the caller. Memory is bounded by a few batches. One
 * thread; close it before the log.
 */
public final class LogReader implements Closeable {
  /** Shorter scans are done by the caller's thread alone. */
  private static final int LEAST_JOBS = 4;

  private static final int MOST_THREADS = 4;

  /** A batch to read. */
  record Job(SegmentReader reader, List<SegmentIndex.Entry> entries, int index, BatchKeys keys) {
    void learn(TripleBatch batch) {
      keys.learn(index, batch.keySet());
    }
  }

  /** Whether the rows of batches are wanted as arrays too. */
  enum Form {
    BATCHES,
    ARRAYS
  }

  /**
   * What to show of the batches.
   *
   * @param first first tick
   * @param last last tick
   * @param endSeq rows from here on are not shown
   */
  record Span(long first, long last, long endSeq) {}

  private List<Job> jobs;
  private Span span;
  private final Form form;
  private final LongConsumer scanned;
  private final Runnable requireOpenLog;
  private final ArrayDeque<Ahead> ahead = new ArrayDeque<>();
  private final ArrayDeque<Slot> idle = new ArrayDeque<>();
  private ThreadPoolExecutor pool;
  private Slot current;
  private int nextJob;
  private long aheadTo = Long.MAX_VALUE;
  private boolean closed;

  /**
   * A reader before the first batch.
   *
   * @param jobs batches in log order
   * @param scanned is told the seq after each batch that was taken
   * @param requireOpenLog refuses to read on in a log that was closed
   */
  LogReader(List<Job> jobs, Span span, Form form, LongConsumer scanned, Runnable requireOpenLog) {
    this.requireOpenLog = requireOpenLog;
    this.jobs = jobs;
    this.span = span;
    this.form = form;
    this.scanned = scanned;
  }

  /**
   * From now on nothing is read ahead that has no row of ticks up to this one; all is, unless this
   * is called. It says what is likely to be asked for: {@link #next} goes on as before.
   */
  public void readAheadTo(long tick) {
    aheadTo = tick;
  }

  /**
   * Goes on to the next batch that has rows of the span; what the methods below gave for the one
   * before is no longer valid.
   *
   * @return whether there is one
   * @throws org.arrowworld.errors.DamagedFileException at a batch that does not verify
   */
  public boolean next() throws IOException {
    if (closed) {
      throw new InvalidUseException("Cannot read on in a log: this reader was closed");
    }
    requireOpenLog.run();
    do {
      if (current != null && current.isFilled()) {
        scanned.accept(current.batch.firstSeq() + current.to);
      }
      if (current != null) {
        idle.add(current);
      }
      current = pool == null && isShort() ? read() : fetch();
      if (current != null) {
        current.job.learn(current.batch);
      }
    } while (current != null && !current.isFilled());
    return current != null;
  }

  /** The batch's rows of the span as arrays, from 0, where they were asked for. */
  public Triples rows() {
    return current.rows;
  }

  /** The batch. */
  public TripleBatch batch() {
    return current.batch;
  }

  /** The batch's first row of the span, which is row 0 of {@link #rows}. */
  public int from() {
    return current.from;
  }

  /** The batch's row after the last one of the span. */
  public int to() {
    return current.to;
  }

  /** Memory for one decoded batch. */
  private final class Slot {
    private final Triples rows = new Triples(0);
    private final ReadMemory memory = new ReadMemory();
    private Job job;
    private SegmentReader of;
    private SegmentReader reader;
    private TripleBatch batch;
    private int from;
    private int to;

    boolean isFilled() {
      return from < to;
    }

    /** Chooses the reader; in the caller's thread, as it may read a dictionary. */
    void prepare(Job job) throws IOException {
      if (of != job.reader) {
        if (of != null) {
          of.forget(); // memory must not grow with the number of segments
        }
        of = job.reader;
        reader = job.reader.sibling(job.entries, memory);
      }
    }

    Slot decode(Job next) throws IOException {
      job = next;
      batch = reader.read(job.entries, job.index);
      SegmentIndex.Entry entry = job.entries.get(job.index);
      from = span.first <= entry.tickMin() ? 0 : batch.firstRowAfter(span.first - 1);
      to = span.last >= entry.tickMax() ? batch.rows() : batch.firstRowAfter(span.last);
      to = (int) Math.min(to, span.endSeq - entry.firstSeq());
      rows.clear();
      if (form == Form.ARRAYS && from < to) {
        batch.copyTo(rows, from, to);
      }
      return this;
    }
  }

  /** A batch that is being read, and into which memory. */
  private record Ahead(Slot slot, FutureTask<Slot> task) {}

  private boolean isExpected(int job) {
    return job < jobs.size() && jobs.get(job).entries.get(jobs.get(job).index).tickMin() <= aheadTo;
  }

  private boolean isShort() {
    return !isExpected(nextJob + LEAST_JOBS - 1);
  }

  /** Goes elsewhere with the memory and the threads that it has; as a new one otherwise. */
  void restart(List<Job> newJobs, Span newSpan) {
    for (Ahead job = ahead.poll(); job != null; job = ahead.poll()) {
      if (pool.remove(job.task) || isRead(job.task)) {
        idle.add(job.slot);
      }
    }
    if (current != null) {
      idle.add(current);
      current = null;
    }
    jobs = newJobs;
    span = newSpan;
    nextJob = 0;
    aheadTo = Long.MAX_VALUE;
  }

  /** Waits for it; whether its memory can be used again, which is all that is asked here. */
  private static boolean isRead(Future<Slot> task) {
    try {
      return task.get() != null;
    } catch (ExecutionException e) {
      return false; // who wants that batch will be told
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private Slot read() throws IOException {
    if (nextJob == jobs.size()) {
      return null;
    }
    Slot slot = idle.isEmpty() ? new Slot() : idle.remove();
    Job job = jobs.get(nextJob++);
    slot.prepare(job);
    return slot.decode(job);
  }

  private Slot fetch() throws IOException {
    if (pool == null) {
      int threads = Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors());
      pool = (ThreadPoolExecutor) Executors.newFixedThreadPool(threads, LogReader::thread);
    }
    while (idle.size() + ahead.size() <= pool.getMaximumPoolSize()) {
      idle.add(new Slot());
    }
    while (!idle.isEmpty() && nextJob < jobs.size() && (ahead.isEmpty() || isExpected(nextJob))) {
      Slot slot = idle.remove();
      Job job = jobs.get(nextJob++);
      slot.prepare(job);
      FutureTask<Slot> task = new FutureTask<>(() -> slot.decode(job));
      pool.execute(task);
      ahead.add(new Ahead(slot, task));
    }
    return ahead.isEmpty() ? null : result(ahead.remove().task);
  }

  @Override
  public void close() {
    closed = true;
    current = null;
    ahead.forEach(job -> job.task.cancel(false)); // never interrupt: that closes the file
    ahead.clear();
    if (pool != null) {
      stop(pool);
      pool = null;
    }
  }

  private static Slot result(Future<Slot> future) throws IOException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof IOException io) {
        throw io;
      }
      if (cause instanceof RuntimeException runtime) {
        throw runtime;
      }
      throw (Error) cause;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (InterruptedIOException)
          new InterruptedIOException("Cannot read the log: interrupted").initCause(e);
    }
  }

  private static void stop(ThreadPoolExecutor pool) {
    pool.shutdown();
    boolean interrupted = false;
    boolean stopped = false;
    while (!stopped) {
      try {
        stopped = pool.awaitTermination(1, TimeUnit.MINUTES);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "arrow-world-read");
    thread.setDaemon(true);
    return thread;
  }
}
