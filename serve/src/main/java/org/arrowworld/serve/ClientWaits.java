// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.serve;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Set;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Drops clients that keep the server waiting: a request that does not come to its end, and a write
 * that stands still, are interrupted after a while, which closes the connection. Only a thread that
 * waits for a client is ever interrupted, as an interrupt would close a file that is being read.
 */
final class ClientWaits implements Closeable {
  /** The wait for a thread's request, as long as that has not come. */
  private static final ThreadLocal<Wait> REQUEST = new ThreadLocal<>();

  private final long millis;
  private final Set<Wait> waits = ConcurrentHashMap.newKeySet();
  private final Timer clock = new Timer("aw-serve-patience", true);

  ClientWaits(long millis) {
    this.millis = millis;
    long period = Math.max(20, millis / 4);
    TimerTask task =
        new TimerTask() {
          @Override
          public void run() {
            look();
          }
        };
    clock.schedule(task, period, period);
  }

  private void look() {
    long now = System.nanoTime();
    waits.forEach(wait -> wait.look(now));
  }

  /** Something that takes as long as the client wants. */
  interface Step {
    void run() throws IOException;
  }

  /** Runs a step that waits for the client, for so long and no longer. */
  void during(Step step) throws IOException {
    Wait wait = new Wait(Thread.currentThread(), millis);
    waits.add(wait);
    try {
      step.run();
    } finally {
      waits.remove(wait);
      wait.end();
    }
  }

  /** Runs what reads a request and then answers it, which {@link #requestCame} divides. */
  void reading(Runnable connection) {
    Wait wait = new Wait(Thread.currentThread(), millis);
    REQUEST.set(wait);
    waits.add(wait);
    try {
      connection.run();
    } finally {
      requestCame();
    }
  }

  /** The thread has its request, and waits for it no longer. */
  void requestCame() {
    Wait wait = REQUEST.get();
    if (wait != null) {
      REQUEST.remove();
      waits.remove(wait);
      wait.end();
    }
  }

  /** A stream to a client that does not wait for ever. */
  OutputStream limited(OutputStream out) {
    return new Limited(out);
  }

  @Override
  public void close() {
    clock.cancel();
  }

  /** A thread that waits for a client. */
  private static final class Wait {
    private final Thread thread;
    private final long millis;
    private final long since = System.nanoTime();
    private boolean over;

    Wait(Thread thread, long millis) {
      this.thread = thread;
      this.millis = millis;
    }

    synchronized void look(long now) {
      if (!over && TimeUnit.NANOSECONDS.toMillis(now - since) > millis) {
        thread.interrupt();
      }
    }

    synchronized void end() {
      over = true;
      Thread.interrupted(); // it is of no use to anybody else
    }
  }

  private final class Limited extends OutputStream {
    private final OutputStream out;

    Limited(OutputStream out) {
      this.out = out;
    }

    @Override
    public void write(int b) throws IOException {
      during(() -> out.write(b));
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      during(() -> out.write(bytes, from, length));
    }

    @Override
    public void flush() throws IOException {
      during(out::flush);
    }

    @Override
    public void close() throws IOException {
      during(out::close);
    }
  }
}
