// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.internal;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** A few threads that work for one import. Closing ends them and waits for their end. */
public final class Workers implements AutoCloseable {
  /** How many there are: the machine's processors, but two at least and four at most. */
  public static final int THREADS =
      Math.min(4, Math.max(2, Runtime.getRuntime().availableProcessors()));

  private static final int LONGEST_WAIT_SECONDS = 60;

  private final ExecutorService threads;

  /**
   * @param name of the threads
   */
  public Workers(String name) {
    this.threads =
        Executors.newFixedThreadPool(
            THREADS,
            task -> {
              Thread thread = new Thread(task, name);
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Begins something. */
  public <T> Future<T> submit(Callable<T> task) {
    return threads.submit(task);
  }

  /**
   * Waits for what was begun. What it threw is thrown.
   *
   * @throws InterruptedIOException if the waiting thread is interrupted
   */
  public static <T> T await(Future<T> task) throws IOException {
    try {
      return task.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      InterruptedIOException interrupted =
          new InterruptedIOException("Cannot go on importing: the thread was interrupted");
      interrupted.initCause(e);
      throw interrupted;
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof IOException failure) {
        throw failure;
      }
      if (cause instanceof Error error) {
        throw error;
      }
      throw cause instanceof RuntimeException wrong ? wrong : new IllegalStateException(cause);
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
    try {
      threads.awaitTermination(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
