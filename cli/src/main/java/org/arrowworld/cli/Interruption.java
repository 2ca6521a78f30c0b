// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Ends work in good order on SIGINT and SIGTERM: the JVM's shutdown asks the work to stop and waits
 * until the command has ended. The JVM then exits with the signal's code, 130 or 143.
 */
final class Interruption {
  private static final AtomicReference<Interruption> CURRENT = new AtomicReference<>();

  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread hook;
  private volatile boolean shutdown;

  private Interruption(Runnable stop) {
    hook =
        new Thread(
            () -> {
              shutdown = true;
              stop.run();
              awaitEnd();
            },
            "aw-interruption");
  }

  private void awaitEnd() {
    try {
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** From now on until {@link #finish} a signal calls {@code stop}. */
  static void install(Runnable stop) {
    Interruption interruption = new Interruption(stop);
    CURRENT.set(interruption);
    Runtime.getRuntime().addShutdownHook(interruption.hook);
  }

  /** Says that the command has ended and written all it has to say. */
  static void finish() {
    Interruption interruption = CURRENT.get();
    if (interruption != null && !interruption.shutdown) {
      CURRENT.set(null);
      interruption.release();
    }
    if (interruption != null) {
      interruption.ended.countDown();
    }
  }

  private void release() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      shutdown = true; // a signal came just now
      CURRENT.set(this);
    }
  }

  /** Whether the process is ending because of a signal. */
  static boolean isShutdown() {
    Interruption interruption = CURRENT.get();
    return interruption != null && interruption.shutdown;
  }
}
