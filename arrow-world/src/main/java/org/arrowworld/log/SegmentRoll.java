// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.arrowworld.internal.store.MutableCodebook;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.Storage;

/**
 * The flush thread's side of a log writer: writes containers to the live segment, forces, begins a
 * new segment when one is full, and has full ones sealed in the background.
 */
final class SegmentRoll implements BackgroundFlush.Sink, Closeable {
  /** A segment ends when its dictionaries have this size: sealing holds their words in memory. */
  private static final long MAX_DICTIONARY_BYTES = 8L << 20;

  private final Storage storage;
  private final LogWriter.Start start;
  private final KeyTable keys;
  private final MutableCodebook codebook;
  private final LogOptions options;
  private final ChainDigest chain;
  private final ExecutorService background;
  private final List<CompletableFuture<Void>> sealing = new ArrayList<>();
  private SegmentWriter live;
  private long liveFirstSeq = -1;
  private long seq;
  private boolean dirty;
  private long lastForceNanos = System.nanoTime();
  private final LogProgress progress;

  SegmentRoll(
      Storage storage,
      LogWriter.Start start,
      KeyTable keys,
      MutableCodebook codebook,
      LogOptions options) {
    this.storage = storage;
    this.start = start;
    this.keys = keys;
    this.codebook = codebook;
    this.options = options;
    this.chain = new ChainDigest(start.position().chain(), start.strings());
    this.seq = start.position().seq();
    this.progress = new LogProgress(start.position());
    this.background =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread thread = new Thread(task, "arrow-world-seal");
              thread.setDaemon(true);
              return thread;
            });
  }

  @Override
  public synchronized void flush(BackgroundFlush.Work work) throws IOException {
    if (work.to() > work.from()) {
      if (live != null && live.keyBytes() < SegmentFormat.keyBytes(work.keyCount())) {
        roll(); // between ticks: LogWriter.declare hands over everything before such a key
      }
      if (live == null) {
        begin();
      }
      live.write(work.rows(), work.from(), work.to(), work.keyCount());
      noteCommit(work);
      dirty = true;
    }
    if (work.isForced() || forceIsDue()) {
      force();
      if (work.reached() != null) {
        work.reached().complete(progress.written());
      }
    } else if (options.durability().mode() == Durability.Mode.NONE) {
      progress.acknowledge();
    }
    if (live != null && isFull() && progress.written().seq() == seq) {
      roll();
    }
  }

  @Override
  public synchronized void prepare() throws IOException {
    if (live != null && options.durability().mode() == Durability.Mode.COMMIT) {
      live.makeRoom(options.segmentBytes());
    }
  }

  private void begin() throws IOException {
    AtomicFiles.createDirectories(storage, SegmentFormat.LIVE);
    SegmentFormat.Header header =
        new SegmentFormat.Header(
            start.store(),
            start.schemaVersion(),
            progress.written(),
            start.strings(),
            SegmentFormat.keyBytes(keys.size()));
    live = SegmentWriter.create(storage, header, keys, codebook::utf8, chain);
    liveFirstSeq = progress.written().seq();
  }

  private void noteCommit(BackgroundFlush.Work work) {
    Triples rows = work.rows();
    int row = work.to();
    while (row > work.from() && rows.keys()[row - 1] != KeyTable.COMMIT) {
      row--;
    }
    if (row > work.from()) {
      long end = seq + row - work.from();
      progress.written(new LogPosition(rows.ticks()[row - 1], end, rows.vals()[row - 1]));
    }
    seq += work.to() - work.from();
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
    if (dirty && live != null) {
      live.force();
    }
    dirty = false;
    lastForceNanos = System.nanoTime();
    progress.acknowledge();
  }

  private boolean isFull() {
    return live.bytes() >= options.segmentBytes() || live.dictionaryBytes() >= MAX_DICTIONARY_BYTES;
  }

  private void roll() throws IOException {
    force(); // whatever the durability: the next segment must not outlive the end of this one
    live.close();
    live = null;
    sealLater(liveFirstSeq);
    liveFirstSeq = -1;
  }

  private void sealLater(long firstSeq) {
    CompletableFuture<Void> sealed = new CompletableFuture<>();
    background.execute(
        () -> {
          try {
            Sealer.seal(storage, firstSeq, options.sealing());
            sealed.complete(null);
          } catch (IOException | RuntimeException | Error e) {
            sealed.completeExceptionally(e);
          }
        });
    sealing.add(sealed);
  }

  /** How far the log is. */
  LogProgress progress() {
    return progress;
  }

  /** Seals what is still live; called after {@link #close}. */
  synchronized void sealAll() throws IOException {
    if (liveFirstSeq >= 0) {
      Sealer.seal(storage, liveFirstSeq, options.sealing());
      liveFirstSeq = -1;
    }
  }

  private void awaitSealing() throws IOException {
    IOException failure = null;
    for (CompletableFuture<Void> sealed : sealing) {
      try {
        sealed.join(); // keeps an interrupt, and waits on
      } catch (CompletionException e) {
        Throwable cause = e.getCause();
        IOException next = new IOException("Cannot seal a segment: " + cause.getMessage(), cause);
        if (failure == null) {
          failure = next;
        } else {
          failure.addSuppressed(next);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  /**
   * Closes the live file when background sealing has ended, interrupted or not: nothing writes to
   * the store after this. Called when the flush thread is gone.
   */
  @Override
  public synchronized void close() throws IOException {
    background.shutdown();
    SegmentWriter last = live;
    live = null;
    try (last) {
      awaitSealing();
    }
  }
}
