// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.timeline;

import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.store.MutableCodebook;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.log.Log;
import org.arrowworld.log.LogPosition;
import org.arrowworld.snapshot.Snapshot;
import org.arrowworld.storage.Storage;

/** Finds the world that replay to a tick starts from. */
final class ReplayStart {
  private final Timeline timeline;
  private final Storage storage;
  private final Log log;

  ReplayStart(Timeline timeline, Storage storage) {
    this.timeline = timeline;
    this.storage = storage;
    this.log = timeline.log();
  }

  /**
   * A loaded snapshot, or the empty world; the wanted part of it. The caller closes it.
   *
   * @throws DamagedFileException if the history needs a base and none is sound
   */
  MutableWorld world(long tick, Timeline.Start start, Projection wanted, BufferAllocator allocator)
      throws IOException {
    List<Snapshot.Location> candidates =
        timeline.snapshots().stream()
            .filter(s -> s.tick() <= tick)
            .sorted(
                Comparator.comparingLong(Snapshot.Location::tick)
                    .thenComparingInt(Snapshot.Location::schemaVersion)
                    .reversed())
            .toList();
    Optional<Snapshot.Location> gone = Optional.empty();
    for (Snapshot.Location candidate : candidates) {
      try (Snapshot snapshot = timeline.snapshot(candidate)) {
        boolean usable = start == Timeline.Start.NEAREST_SNAPSHOT || snapshot.isBase();
        if (usable && belongs(snapshot)) {
          return snapshot.load(wanted.of(snapshot.schema()), allocator);
        }
      } catch (DamagedFileException e) {
        timeline.passOver(e);
        gone = storage.exists(candidate.directory()) ? gone : Optional.of(candidate);
      }
    }
    boolean early =
        !candidates.isEmpty()
            && candidates.get(candidates.size() - 1).tick()
                < log.firstTick().orElse(Long.MAX_VALUE);
    boolean based = early || log.start().seq() > 0 || timeline.beginning().isBase();
    if (gone.isPresent() && based) { // else it was a cache of what the log has
      throw new DamagedFileException(
          gone.get().directory(),
          -1,
          "it is gone: the store was compacted since it was opened; open it again");
    }
    if (log.start().seq() > 0) {
      throw timeline.beginning().unreadable(tick);
    }
    if (early) {
      throw new DamagedFileException(
          candidates.get(candidates.size() - 1).directory(),
          -1,
          "it is the base of the history, which cannot be replayed without it; "
              + timeline.lastWarning());
    }
    if (timeline.beginning().isBase()) {
      throw timeline.beginning().missing();
    }
    return new MutableWorld(wanted.of(timeline.info().schema()), new MutableCodebook(), allocator);
  }

  /**
   * Whether the log holds the snapshot's commit, or begins right after it (spec L-24).
   *
   * @throws DamagedFileException if it does neither
   */
  private boolean belongs(Snapshot snapshot) throws IOException {
    LogPosition position = snapshot.position();
    if (snapshot.isBase() && log.segments().isEmpty()) {
      return true;
    }
    boolean first = snapshot.isBase() && position.seq() == log.start().seq();
    if (first && position.chain() == log.start().chain()) {
      return true;
    }
    if (first || position.seq() < log.start().seq()) {
      throw stranger(position, log.start());
    }
    LogPosition found = log.positionAt(position.tick());
    if (!found.equals(position)) {
      throw stranger(position, found);
    }
    return true;
  }

  private static DamagedFileException stranger(LogPosition position, LogPosition found) {
    return new DamagedFileException(
        "snapshots",
        -1,
        Text.of(
            "the snapshot of tick %d stands at seq %d chain %016x, but the log has seq %d chain %016x there",
            position.tick(), position.seq(), position.chain(), found.seq(), found.chain()));
  }
}
