// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.serve;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.arrowworld.log.LogPosition;

/**
 * Results that took a pass over the log, as long as the log does not grow. Whoever asks for one
 * that is being made waits for it.
 */
final class Kept<T> {
  private static final int MOST = 8;

  private final Map<String, T> results = new LinkedHashMap<>();
  private final ReentrantLock making = new ReentrantLock();
  private LogPosition of = LogPosition.START;

  /** Makes a result. */
  interface Maker<T> {
    /** The result, empty if it is too large to be kept; then somebody else must find the answer. */
    Optional<T> make() throws IOException;
  }

  Optional<T> get(String name, LogPosition end, Maker<T> maker) throws IOException {
    making.lock();
    try {
      if (!of.equals(end)) {
        results.clear();
        of = end;
      }
      T known = results.get(name);
      if (known != null) {
        return Optional.of(known);
      }
      Optional<T> made = maker.make();
      if (results.size() == MOST) {
        results.remove(results.keySet().iterator().next());
      }
      made.ifPresent(m -> results.put(name, m));
      return made;
    } finally {
      making.unlock();
    }
  }
}
