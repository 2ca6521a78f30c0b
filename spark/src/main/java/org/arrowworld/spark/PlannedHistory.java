// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.spark;

import java.io.IOException;
import java.io.Serializable;
import org.arrowworld.Store;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Text;
import org.arrowworld.log.LogPosition;
import org.arrowworld.log.StoreId;

/**
 * Whose history a run had when it was planned, and from where to where: what a task rebuilds is of
 * this history or of none.
 *
 * @param firstTick first tick whose world it can tell; -1 if it has none yet
 * @param start where its log begins
 * @param end where its last tick ends
 */
record PlannedHistory(StoreId store, long firstTick, LogPosition start, LogPosition end)
    implements Serializable {

  static PlannedHistory of(Store store) throws IOException {
    long first = store.isEmpty() ? -1 : store.firstTick();
    return new PlannedHistory(store.info().id(), first, store.log().start(), store.end());
  }

  boolean hasTicks() {
    return firstTick >= 0;
  }

  /** The last committed tick; -1 if there is none. */
  long lastTick() {
    return hasTicks() ? end.tick() : -1;
  }

  /**
   * The run's store, which goes on with this history. The caller closes it.
   *
   * @throws DamagedFileException if what is there now is another history
   */
  Store open(RunLocation run) throws IOException {
    Store store = run.open();
    try {
      requireGoneOnWith(store, run);
      return store;
    } catch (IOException | RuntimeException | Error e) {
      store.close();
      throw e;
    }
  }

  /** As {@link #open}, where what was before its first tick counts too. */
  Store openWhole(RunLocation run) throws IOException {
    Store store = open(run);
    try {
      PlannedHistory now = of(store);
      if (now.firstTick != firstTick || now.start.seq() != start.seq()) {
        throw gone(run, Text.of("it begins at tick %d, seq %d", now.firstTick, now.start.seq()));
      }
      return store;
    } catch (IOException | RuntimeException | Error e) {
      store.close();
      throw e;
    }
  }

  private void requireGoneOnWith(Store now, RunLocation run) throws IOException {
    StoreId id = now.info().id();
    if (!id.equals(store)) {
      throw gone(run, Text.of("it is store %s", id.hex()));
    }
    LogPosition found = now.end();
    if (found.tick() > end.tick()) {
      found = now.log().positionAt(end.tick());
    }
    if (found.seq() != end.seq() || found.chain() != end.chain()) {
      throw gone(run, Text.of("it has seq %d, chain %016x there", found.seq(), found.chain()));
    }
  }

  private DamagedFileException gone(RunLocation run, String finding) {
    return new DamagedFileException(
        run.location(),
        -1,
        Text.of(
            "it no longer has the history of store %s from tick %d to tick %d (seq %d, chain %016x): %s; it was compacted, truncated or replaced meanwhile, load it again",
            store.hex(), firstTick, end.tick(), end.seq(), end.chain(), finding));
  }
}
