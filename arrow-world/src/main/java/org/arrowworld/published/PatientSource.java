// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.published;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Text;

/** Asks as often as it may help (spec P-6). Safe for threads. */
final class PatientSource implements Closeable {
  private static final int LIKELY_BYTES = 1 << 20;
  private static final int MOST_BYTES = 64 << 20;

  private final ObjectSource source;
  private final Patience patience;

  PatientSource(ObjectSource source, Patience patience) {
    this.source = source;
    this.patience = patience;
  }

  /**
   * As {@link ObjectSource#get}, several times.
   *
   * @throws IOException if no further attempt may help, saying what was asked, how often and what
   *     came
   */
  ObjectSource.Reply get(String name, long from, int length, String version) throws IOException {
    Duration pause = patience.pause();
    for (int attempt = 1; ; attempt++) {
      try {
        return source.get(name, from, length, version);
      } catch (NoSuchFileException
          | AccessDeniedException
          | InterruptedIOException
          | ObjectSource.ReplacedException e) {
        throw e;
      } catch (IOException e) {
        if (attempt == patience.attempts() || e instanceof ObjectSource.RefusedException) {
          throw new IOException(
              Text.of(
                  "Cannot read bytes %d to %d of %s in %s, asked %d time%s: %s",
                  from,
                  from + length - 1,
                  name,
                  description(),
                  attempt,
                  attempt == 1 ? "" : "s",
                  e.getMessage()),
              e);
        }
      }
      pause(pause);
      pause = pause.multipliedBy(4);
    }
  }

  /**
   * All of an object of which no list says how long it is: by one request, by two if it has more
   * than a MiB.
   *
   * @throws DamagedFileException if it has more than 64 MiB, or is replaced meanwhile
   */
  byte[] whole(String name) throws IOException {
    ObjectSource.Reply reply = get(name, 0, LIKELY_BYTES, "");
    if (reply.totalBytes() > MOST_BYTES) {
      throw new DamagedFileException(name, -1, Text.of("it has %d bytes", reply.totalBytes()));
    }
    if (reply.totalBytes() > LIKELY_BYTES) {
      try {
        reply = get(name, 0, (int) reply.totalBytes(), reply.version());
      } catch (ObjectSource.ReplacedException e) {
        throw new DamagedFileException(
            name, -1, Text.of("%s: it was replaced while it was read", e.getMessage()), e);
      }
    }
    return reply.bytes();
  }

  private static void pause(Duration length) throws IOException {
    try {
      Thread.sleep(length.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (InterruptedIOException) new InterruptedIOException("interrupted").initCause(e);
    }
  }

  String description() {
    return source.description();
  }

  @Override
  public void close() throws IOException {
    source.close();
  }
}
