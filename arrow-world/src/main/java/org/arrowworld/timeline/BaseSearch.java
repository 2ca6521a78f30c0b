// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.timeline;

import java.io.IOException;
import java.util.Optional;
import org.arrowworld.log.PlannedBase;
import org.arrowworld.snapshot.Snapshot;
import org.arrowworld.storage.Storage;

/** Names the snapshot that a history begins with, for those who read its log by a plan. */
final class BaseSearch {
  private BaseSearch() {}

  /**
   * The base, or empty where the history begins with nothing.
   *
   * @throws org.arrowworld.errors.DamagedFileException if there should be one and none is sound
   */
  static Optional<PlannedBase> of(Timeline timeline, Storage storage) throws IOException {
    if (!timeline.hasBase()) {
      if (timeline.beginning().isBase()) {
        throw timeline.beginning().missing();
      }
      return Optional.empty();
    }
    long first = timeline.firstTick();
    for (Snapshot.Location location : timeline.snapshots()) {
      if (location.tick() == first) {
        Snapshot.Identity found = Snapshot.identity(storage, location);
        if (found.base()) {
          return Optional.of(new PlannedBase(location.directory(), found.position()));
        }
      }
    }
    throw timeline.beginning().missing();
  }
}
