package org.arrowworld.log;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.arrowworld.schema.Codebook;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.Storage;

/**
 * The flush thread's side of a log writer: writes containers to the live segment, forces, begins a
 * new segment when one is full, and has full ones sealed in the background.
 */
final class SegmentRoll implements Revolver.Sink, Closeable {
  private final Storage storage;
  private final LogWriter.Start start;
  private final KeyTable keys;
  private final Codebook codebook;
  private final LogOptions options;
  private final ChainDigest chain;
  private final ExecutorService background;
  private final List<Future<?>> sealing = new ArrayList<>();
  private SegmentWriter live;
  private long liveFirstSeq = -1;
  private long seq;
  private boolean dirty;
  private long lastForceNanos = System.nanoTime();
  private volatile boolean rollRequested;
  private volatile LogPosition written;
  private volatile LogPosition acknowledged;

  SegmentRoll(
      Storage storage,
      LogWriter.Start start,
      KeyTable keys,
      Codebook codebook,
      LogOptions options) {
    this.storage = storage;
    this.start = start;
    this.keys = keys;
    this.codebook = codebook;
    this.options = options;
    this.chain = new ChainDigest(start.position().chain(), start.strings());
    this.seq = start.position().seq();
    this.written = start.position();
    this.acknowledged = start.position();
    this.background =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread thread = new Thread(task, "arrow-world-seal");
              thread.setDaemon(true);
              return thread;
            });
  }

  @Override
  public synchronized void flush(Revolver.Container container) throws IOException {
    Triples rows = container.rows;
    if (rows.size() > 0) {
      if (live == null) {
        begin();
      }
      live.write(rows, container.keyCount);
      noteCommit(rows);
      dirty = true;
    }
    if (container.force || forceIsDue()) {
      force();
      if (container.reached != null) {
        container.reached.complete(written);
      }
    } else if (options.durability().mode() == Durability.Mode.NONE) {
      acknowledged = written;
    }
    if (live != null && isFull() && written.seq() == seq) {
      roll();
    }
  }

  private void begin() throws IOException {
    AtomicFiles.createDirectories(storage, SegmentFormat.LIVE);
    SegmentFormat.Header header =
        new SegmentFormat.Header(
            start.store(),
            start.schemaVersion(),
            written,
            start.strings(),
            SegmentFormat.keyBytes(keys.size()));
    live = SegmentWriter.create(storage, header, keys, codebook::utf8, chain);
    liveFirstSeq = written.seq();
  }

  private void noteCommit(Triples rows) {
    int row = rows.size();
    while (row > 0 && rows.keys()[row - 1] != KeyTable.COMMIT) {
      row--;
    }
    if (row > 0) {
      written = new LogPosition(rows.ticks()[row - 1], seq + row, rows.vals()[row - 1]);
    }
    seq += rows.size();
  }

  private boolean forceIsDue() {
    return dirty
        && options.durability().mode() == Durability.Mode.INTERVAL
        && System.nanoTime() - lastForceNanos
            >= TimeUnit.MILLISECONDS.toNanos(options.durability().intervalMillis());
  }

  @Override
  public synchronized void idle() throws IOException {
    if (forceIsDue()) {
      force();
    }
  }

  private void force() throws IOException {
    if (options.durability().mode() == Durability.Mode.NONE) {
      awaitSealing(); // full segments were closed unforced; sealing forces what replaces them
    }
    if (dirty && live != null) {
      live.force();
    }
    dirty = false;
    lastForceNanos = System.nanoTime();
    acknowledged = written;
  }

  private boolean isFull() {
    return live.bytes() >= options.segmentBytes() || rollRequested;
  }

  private void roll() throws IOException {
    if (options.durability().mode() != Durability.Mode.NONE) {
      force();
    }
    live.close();
    live = null;
    rollRequested = false;
    long firstSeq = liveFirstSeq;
    sealing.add(
        background.submit(
            () -> {
              Sealer.seal(storage, firstSeq);
              return null;
            }));
    liveFirstSeq = -1;
  }

  /** Asks for a new segment before the next rows; called between ticks with nothing in flight. */
  synchronized void rollNext() throws IOException {
    rollRequested = true;
    if (live != null) {
      roll();
    }
    rollRequested = false;
  }

  LogPosition written() {
    return written;
  }

  LogPosition acknowledged() {
    return acknowledged;
  }

  /** Seals what is still live; called after {@link #close}. */
  synchronized void sealAll() throws IOException {
    if (liveFirstSeq >= 0) {
      Sealer.seal(storage, liveFirstSeq);
      liveFirstSeq = -1;
    }
  }

  private void awaitSealing() throws IOException {
    IOException failure = null;
    for (Future<?> task : sealing) {
      try {
        task.get();
      } catch (ExecutionException e) {
        failure =
            new IOException("Cannot seal a segment: " + e.getCause().getMessage(), e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  /**
   * Waits for background sealing and closes the live file; called when the flush thread is gone.
   */
  @Override
  public synchronized void close() throws IOException {
    background.shutdown();
    IOException failure = null;
    try {
      awaitSealing();
    } catch (IOException e) {
      failure = e;
    }
    if (live != null) {
      live.close();
      live = null;
    }
    if (failure != null) {
      throw failure;
    }
  }
}
