// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.simlog;

import java.io.Closeable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** Calls back every so many milliseconds; replaced in tests, which know no clock. */
interface GroupTimer {

  /** Begins to call; closing ends it, without waiting for a call under way. */
  Closeable every(long millis, Runnable task);

  /** A timer with a thread of its own. */
  static GroupTimer system() {
    return (millis, task) -> {
      ScheduledExecutorService executor =
          Executors.newSingleThreadScheduledExecutor(
              work -> {
                Thread thread = new Thread(work, "arrow-world-groups");
                thread.setDaemon(true);
                return thread;
              });
      ScheduledFuture<?> calls =
          executor.scheduleWithFixedDelay(task, millis, millis, TimeUnit.MILLISECONDS);
      return () -> {
        calls.cancel(false);
        executor.shutdown();
      };
    };
  }
}
