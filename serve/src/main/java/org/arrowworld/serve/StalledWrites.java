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
 * Drops clients that take nothing of what is sent: a write that stands still for too long is
 * interrupted, which closes the connection. Only a thread that is writing to a client is ever
 * interrupted, as an interrupt would close a file that is being read.
 */
final class StalledWrites implements Closeable {
  private final long millis;
  private final Set<Patient> writing = ConcurrentHashMap.newKeySet();
  private final Timer clock = new Timer("aw-serve-patience", true);

  StalledWrites(long millis) {
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
    writing.forEach(patient -> patient.look(now));
  }

  /** A stream to a client that does not wait for ever. */
  OutputStream limited(OutputStream out) {
    return new Patient(out);
  }

  @Override
  public void close() {
    clock.cancel();
  }

  private interface Write {
    void run() throws IOException;
  }

  private final class Patient extends OutputStream {
    private final OutputStream out;
    private Thread thread;
    private long since;

    Patient(OutputStream out) {
      this.out = out;
    }

    private synchronized void look(long now) {
      if (thread != null && TimeUnit.NANOSECONDS.toMillis(now - since) > millis) {
        thread.interrupt();
      }
    }

    private synchronized void writer(Thread now) {
      thread = now;
      since = System.nanoTime();
      if (now == null) {
        Thread.interrupted(); // it is of no use to anybody else
      }
    }

    private void timed(Write write) throws IOException {
      writer(Thread.currentThread());
      writing.add(this);
      try {
        write.run();
      } finally {
        writing.remove(this);
        writer(null);
      }
    }

    @Override
    public void write(int b) throws IOException {
      timed(() -> out.write(b));
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      timed(() -> out.write(bytes, from, length));
    }

    @Override
    public void flush() throws IOException {
      timed(out::flush);
    }

    @Override
    public void close() throws IOException {
      timed(out::close);
    }
  }
}
