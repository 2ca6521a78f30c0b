package org.arrowworld.log;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/**
 * Reads chosen batches of a log: other threads read, verify and decode ahead, the caller's thread
 * gets the batches in order. Memory is bounded by a few batches.
 */
final class LogScan {
  /** Shorter scans are done by the caller's thread alone. */
  private static final int LEAST_JOBS = 4;

  private static final int MOST_THREADS = 4;

  /** A batch to read. */
  record Job(SegmentReader reader, List<SegmentIndex.Entry> entries, int index) {}

  /**
   * What to show of the batches.
   *
   * @param first first tick
   * @param last last tick
   * @param endSeq rows from here on are not shown
   */
  record Span(long first, long last, long endSeq) {}

  private final List<Job> jobs;
  private final Span span;
  private final LongConsumer scanned;

  /**
   * A scan.
   *
   * @param jobs batches in log order
   * @param scanned is told the seq after each batch that was visited
   */
  LogScan(List<Job> jobs, Span span, LongConsumer scanned) {
    this.jobs = jobs;
    this.span = span;
    this.scanned = scanned;
  }

  void batches(Log.Visitor visitor) throws IOException {
    run(false, slot -> visitor.visit(slot.batch, slot.from, slot.to));
  }

  void rows(Log.RowVisitor visitor) throws IOException {
    run(true, slot -> visitor.visit(slot.rows, slot.batch, slot.from));
  }

  private interface SlotVisitor {
    void visit(Slot slot) throws IOException;
  }

  /** Memory for one decoded batch. */
  private final class Slot {
    private final Triples rows = new Triples(0);
    private final ReadMemory memory = new ReadMemory();
    private final boolean copies;
    private SegmentReader of;
    private SegmentReader reader;
    private TripleBatch batch;
    private int from;
    private int to;

    Slot(boolean copies) {
      this.copies = copies;
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

    Slot decode(Job job) throws IOException {
      batch = reader.read(job.entries, job.index);
      SegmentIndex.Entry entry = job.entries.get(job.index);
      from = span.first <= entry.tickMin() ? 0 : batch.firstRowAfter(span.first - 1);
      to = span.last >= entry.tickMax() ? batch.rows() : batch.firstRowAfter(span.last);
      to = (int) Math.min(to, span.endSeq - entry.firstSeq());
      rows.clear();
      if (copies && from < to) {
        batch.copyTo(rows, from, to);
      }
      return this;
    }
  }

  private void run(boolean copies, SlotVisitor visitor) throws IOException {
    int threads = Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors());
    if (jobs.size() < LEAST_JOBS) {
      Slot slot = new Slot(copies);
      for (Job job : jobs) {
        slot.prepare(job);
        visit(slot.decode(job), visitor);
      }
      return;
    }
    ExecutorService pool = Executors.newFixedThreadPool(threads, LogScan::thread);
    ArrayDeque<Future<Slot>> ahead = new ArrayDeque<>();
    try {
      int next = 0;
      while (next < threads + 1 && next < jobs.size()) {
        ahead.add(submit(pool, new Slot(copies), jobs.get(next++)));
      }
      while (!ahead.isEmpty()) {
        Slot slot = result(ahead.remove());
        visit(slot, visitor);
        if (next < jobs.size()) {
          ahead.add(submit(pool, slot, jobs.get(next++)));
        }
      }
    } finally {
      ahead.forEach(future -> future.cancel(false)); // never interrupt: that closes the file
      stop(pool);
    }
  }

  private void visit(Slot slot, SlotVisitor visitor) throws IOException {
    if (slot.from < slot.to) {
      visitor.visit(slot);
      scanned.accept(slot.batch.firstSeq() + slot.to);
    }
  }

  private static Future<Slot> submit(ExecutorService pool, Slot slot, Job job) throws IOException {
    slot.prepare(job);
    return pool.submit(() -> slot.decode(job));
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

  private static void stop(ExecutorService pool) {
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
