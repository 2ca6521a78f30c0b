// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.serve;

import java.io.IOException;
import java.util.Optional;
import org.arrowworld.storage.Storage;

/**
 * What a history begins with: a compaction that gives up old ticks deletes it.
 *
 * @param segment the number of the first segment
 * @param snapshot the first snapshot's directory
 */
record FirstFiles(Optional<String> segment, Optional<String> snapshot) {
  private static final int DIGITS = 20;

  static FirstFiles of(Storage storage) throws IOException {
    Optional<String> live = first(storage, "log/live", ".arrows");
    Optional<String> sealed = first(storage, "log", ".arrow");
    Optional<String> segment = sealed.or(() -> live).map(name -> name.substring(0, DIGITS));
    return new FirstFiles(segment, first(storage, "snapshots", ""));
  }

  private static Optional<String> first(Storage storage, String folder, String ending)
      throws IOException {
    if (!storage.exists(folder)) {
      return Optional.empty();
    }
    return storage.list(folder).stream()
        .filter(name -> name.matches("[0-9]{20}.*") && name.endsWith(ending))
        .min(String::compareTo);
  }

  /** Whether it is still there. */
  boolean isThere(Storage storage) throws IOException {
    if (snapshot.isPresent() && !storage.exists("snapshots/" + snapshot.get())) {
      return false;
    }
    return segment.isEmpty()
        || storage.exists("log/live/" + segment.get() + ".arrows") // asked first: it may be sealed
        || storage.exists("log/" + segment.get() + ".arrow");
  }
}
