// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.serve;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.StoreNotFoundException;
import org.arrowworld.errors.UnsupportedVersionException;
import org.arrowworld.internal.json.Json;
import org.arrowworld.log.LogPosition;

/**
 * Server-sent events of a run: {@code end} whenever it has grown, {@code lost} when it became
 * another store (it was truncated, or has given up old history), {@code failed} when it cannot be
 * read any more.
 */
final class LiveReply {
  private static final long LOOK_MILLIS = 150;

  /** A comment now and then shows a client that went away. */
  private static final int QUIET_LOOKS = 12;

  private LiveReply() {}

  static void follow(ServedRun run, Turns listeners, CountDownLatch ending, Reply reply)
      throws IOException {
    listeners.begin();
    try {
      OutputStream out = reply.stream("text/event-stream; charset=utf-8");
      LogPosition shown = null;
      int epoch = run.now().epoch();
      int quiet = 0;
      boolean goOn = true;
      while (goOn) {
        Optional<ServedRun.Now> known = look(run, out);
        if (known.isEmpty()) {
          return;
        }
        ServedRun.Now now = known.get();
        LogPosition end = now.end();
        if (now.epoch() != epoch) {
          epoch = now.epoch();
          send(out, "lost", Map.of("epoch", epoch));
        }
        if (!end.equals(shown)) {
          shown = end;
          send(out, "end", end(end));
          quiet = 0;
        } else if (++quiet == QUIET_LOOKS) {
          out.write(":\n\n".getBytes(StandardCharsets.US_ASCII));
          out.flush();
          quiet = 0;
        }
        goOn = !isEnding(ending);
      }
    } finally {
      listeners.end();
    }
  }

  /** How the run is now; where it cannot be read any more, says so. */
  private static Optional<ServedRun.Now> look(ServedRun run, OutputStream out) throws IOException {
    try {
      return Optional.of(run.now());
    } catch (DamagedFileException | UnsupportedVersionException | StoreNotFoundException e) {
      send(out, "failed", Problem.of(e).json());
      return Optional.empty();
    }
  }

  private static boolean isEnding(CountDownLatch ending) {
    try {
      return ending.await(LOOK_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      return true;
    }
  }

  private static Map<String, Object> end(LogPosition end) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("tick", end.tick() < 0 ? null : end.tick());
    json.put("rows", end.seq());
    return json;
  }

  private static void send(OutputStream out, String event, Object data) throws IOException {
    String text = "event: " + event + "\ndata: " + Json.write(data) + "\n\n";
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.flush();
  }
}
