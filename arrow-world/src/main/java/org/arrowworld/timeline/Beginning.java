// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.timeline;

import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Text;
import org.arrowworld.log.LogPosition;
import org.arrowworld.store.StoreInfo;

/**
 * How a history begins: with nothing, or with a base, by what store.json and the log say, whatever
 * snapshots there are (spec O-15).
 *
 * @param info the store
 * @param log where its log begins
 */
record Beginning(StoreInfo info, LogPosition log) {

  /** Whether it begins with a base, so that nothing can be replayed without one. */
  boolean isBase() {
    boolean stated = info.begins().isPresent() || log.chain() != 0 || log.seq() > 0;
    return stated && !info.schema().tables().isEmpty();
  }

  /** What to say where there is no base. */
  DamagedFileException missing() {
    String where =
        log.seq() > 0
            ? Text.of("seq %d, where the log begins,", log.seq())
            : info.begins().map(base -> Text.of("tick %d", base.tick())).orElse("seq 0");
    return damaged(Text.of("the base at %s is missing: nothing can be replayed without it", where));
  }

  /** What to say where none can be read for a tick. */
  DamagedFileException unreadable(long tick) {
    return damaged(
        Text.of(
            "no base snapshot at or before tick %d is readable, and the log begins at seq %d",
            tick, log.seq()));
  }

  private static DamagedFileException damaged(String problem) {
    return new DamagedFileException("snapshots", -1, problem);
  }
}
