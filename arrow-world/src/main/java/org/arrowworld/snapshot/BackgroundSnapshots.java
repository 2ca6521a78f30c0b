// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.snapshot;

import java.io.Closeable;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.arrowworld.errors.SnapshotFailedException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.internal.world.WorldCopy;
import org.arrowworld.internal.world.WorldState;
import org.arrowworld.log.LogPosition;
import org.arrowworld.log.StoreId;
import org.arrowworld.storage.Storage;

/**
 * Writes snapshots on a private thread, one at a time, from a copy of the world. The caller's
 * thread makes the copy and waits for nothing else. A failure is kept and thrown by the next call.
 */
public final class BackgroundSnapshots implements Closeable {
  private final Storage storage;
  private final StoreId store;
  private final Map<String, String> properties;
  private final SnapshotWriter.Role role;
  private final WorldCopy copy = new WorldCopy();
  private final ExecutorService thread;
  private Future<?> running = CompletableFuture.completedFuture(null);
  private long runningTick;

  /**
   * @param properties what every manifest says of the application's state
   * @param role a cache, with hashes or without
   */
  public BackgroundSnapshots(
      Storage storage, StoreId store, Map<String, String> properties, SnapshotWriter.Role role) {
    this.storage = storage;
    this.store = store;
    this.properties = properties;
    this.role = role;
    this.thread =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread snapshot = new Thread(task, "arrow-world-snapshot");
              snapshot.setDaemon(true);
              return snapshot;
            });
  }

  /** Whether a snapshot is being written. */
  public boolean isBusy() {
    return !running.isDone();
  }

  /**
   * Copies the world and has the copy written; one of this tick that is there already is kept.
   * Waits first for a snapshot that is still being written.
   *
   * @param position where the world stands in the log, once the log is forced up to there; nothing
   *     is published before
   * @throws SnapshotFailedException if the one before failed; nothing was begun
   */
  public void begin(MutableWorld world, CompletableFuture<LogPosition> position)
      throws IOException {
    await();
    WorldState state = copy.take(world);
    runningTick = state.tick();
    running =
        thread.submit(
            () -> {
              write(state, position);
              return null;
            });
  }

  private void write(WorldState state, CompletableFuture<LogPosition> position) throws IOException {
    int version = state.schema().version();
    String directory = SnapshotFormat.directory(state.tick(), version);
    if (storage.exists(directory)) {
      Snapshot.Location there = new Snapshot.Location(state.tick(), version, directory);
      Snapshot.requireSound(storage, there, store);
      return;
    }
    SnapshotWriter.write(storage, store, state, hashes -> forced(position), role, properties);
  }

  private static LogPosition forced(CompletableFuture<LogPosition> position) throws IOException {
    try {
      return position.join();
    } catch (CompletionException e) {
      throw new IOException(
          Text.of("the log could not be forced (%s)", e.getCause().getMessage()), e.getCause());
    }
  }

  /**
   * Waits for the snapshot being written, if there is one.
   *
   * @throws SnapshotFailedException if it failed; thrown once
   */
  public void await() throws SnapshotFailedException {
    Future<?> last = running;
    boolean interrupted = false;
    try {
      while (true) {
        try {
          last.get();
          return;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } catch (ExecutionException e) {
      throw new SnapshotFailedException(runningTick, e.getCause());
    } finally {
      running = CompletableFuture.completedFuture(null);
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Waits for the snapshot being written and ends the thread. Idempotent. */
  @Override
  public void close() throws SnapshotFailedException {
    thread.shutdown();
    await();
  }
}
