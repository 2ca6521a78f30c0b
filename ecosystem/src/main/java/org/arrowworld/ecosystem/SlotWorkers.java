// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.ecosystem;

import java.io.Closeable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Runs loops over slots on a fixed number of threads. What a loop leaves behind must not depend on
 * how the slots are shared out. Used by one thread at a time.
 */
final class SlotWorkers implements Closeable {
  private final int count;
  private final ExecutorService pool;

  /**
   * @param count threads, the caller's among them
   */
  SlotWorkers(int count) {
    this.count = count;
    this.pool = count == 1 ? null : Executors.newFixedThreadPool(count - 1, SlotWorkers::thread);
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "ecosystem-worker");
    thread.setDaemon(true);
    return thread;
  }

  /** A loop's body. */
  interface Loop {
    /**
     * Treats slots {@code [from, to)}.
     *
     * @param worker below {@link #count}; no two run at once
     */
    void run(int worker, int from, int to);
  }

  int count() {
    return count;
  }

  /** Shares out {@code [0, slots)} and waits until all is done. */
  void run(int slots, Loop loop) {
    List<Future<Void>> others = new ArrayList<>();
    for (int i = 1; i < count; i++) {
      int worker = i;
      Callable<Void> share =
          () -> {
            loop.run(worker, share(slots, worker), share(slots, worker + 1));
            return null;
          };
      others.add(pool.submit(share));
    }
    try {
      loop.run(0, 0, share(slots, 1));
    } finally {
      others.forEach(SlotWorkers::await);
    }
  }

  private int share(int slots, int worker) {
    return (int) ((long) slots * worker / count);
  }

  private static void await(Future<Void> share) {
    boolean interrupted = false;
    while (true) {
      try {
        share.get();
        break;
      } catch (InterruptedException e) {
        interrupted = true; // a half-done tick must not be seen
      } catch (ExecutionException e) {
        if (e.getCause() instanceof RuntimeException failure) {
          throw failure;
        }
        throw new IllegalStateException(e.getCause());
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends the threads. */
  @Override
  public void close() {
    if (pool != null) {
      pool.shutdown();
    }
  }
}
