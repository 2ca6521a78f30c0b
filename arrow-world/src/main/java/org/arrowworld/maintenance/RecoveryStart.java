// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.maintenance;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.store.MutableCodebook;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.log.LogPosition;
import org.arrowworld.log.Salvage;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.snapshot.Snapshot;
import org.arrowworld.storage.Storage;

/**
 * Where the history that is saved begins: at the beginning of the log, at a base, or, where more
 * can be saved so, at a snapshot that was no base.
 *
 * @param base the snapshot, empty for the beginning of the log
 * @param position its place in the log
 * @param properties the application's state in it
 * @param rowsBefore rows before it that are given up
 * @param orphaned whether the rows belong on a base that is lost, so that they make no world
 * @param firstSeq the seq of the first row there is
 * @param damage snapshots that were looked at and are damaged
 */
record RecoveryStart(
    Optional<Snapshot.Location> base,
    LogPosition position,
    Map<String, String> properties,
    long rowsBefore,
    boolean orphaned,
    long firstSeq,
    List<String> damage) {

  /** A place to begin at, and how far the log can be read from there. */
  private record Candidate(Optional<Snapshot.Location> base, LogPosition position, long end) {
    long rows() {
      return end - position.seq();
    }
  }

  /**
   * The one from which most rows can be saved; of equals, the beginning of the log, then bases.
   * Where no row can be, the latest state.
   */
  static RecoveryStart choose(
      Storage storage, Salvage salvage, RecoverySource old, BufferAllocator allocator)
      throws IOException {
    List<String> damage = new ArrayList<>();
    List<Key> keys = old.info().schema().keys();
    List<Candidate> natural = new ArrayList<>();
    List<Candidate> makeshift = new ArrayList<>();
    long lowestBase = Long.MAX_VALUE;
    Map<Snapshot.Location, Snapshot.Identity> snapshots = old.snapshots();
    for (Map.Entry<Snapshot.Location, Snapshot.Identity> entry : snapshots.entrySet()) {
      LogPosition position = entry.getValue().position();
      if (position.seq() <= salvage.fence() && isSound(storage, entry, old, damage, allocator)) {
        long end = salvage.reach(old.origin(), position, keys);
        Candidate candidate = new Candidate(Optional.of(entry.getKey()), position, end);
        (entry.getValue().base() ? natural : makeshift).add(candidate);
      }
      if (entry.getValue().base()) {
        lowestBase = Math.min(lowestBase, position.seq());
      }
    }
    long firstTick = salvage.firstTick(old.origin());
    if (old.unreadable().stream().anyMatch(s -> s.tick() < firstTick)
        && firstTick < Long.MAX_VALUE) {
      lowestBase = 0; // a snapshot from before the log's first tick is where its history begins
    }
    Optional<LogPosition> begins = old.info().begins();
    if (begins.isPresent() && begins.get().seq() == 0) {
      lowestBase = 0; // whether it is there or not
    }
    long firstSeq = salvage.firstSeq(old.origin());
    long begin = Math.min(lowestBase, firstSeq);
    begin = begin == Long.MAX_VALUE ? 0 : begin;
    if (lowestBase > 0) {
      long end = salvage.reach(old.origin(), LogPosition.START, keys);
      natural.add(0, new Candidate(Optional.empty(), LogPosition.START, end));
    }
    Candidate best = null;
    for (Candidate candidate : natural) {
      best = best == null || isBetter(candidate, best) ? candidate : best;
    }
    boolean chosenNaturally = best != null;
    for (int i = makeshift.size() - 1; i >= 0; i--) { // the latest state first
      Candidate candidate = makeshift.get(i);
      if (best == null || isBetter(candidate, best)) {
        best = candidate;
        chosenNaturally = false;
      }
    }
    boolean orphaned = best == null;
    if (orphaned) { // the base at the beginning is not sound, and nothing else is
      LogPosition start = begins.filter(base -> base.seq() == 0).orElse(LogPosition.START);
      best = new Candidate(Optional.empty(), new LogPosition(-1, 0, start.chain()), 0);
    }
    long before = chosenNaturally ? 0 : best.position.seq() - begin;
    Map<String, String> properties = Map.of();
    if (best.base.isPresent()) {
      try (Snapshot snapshot = Snapshot.open(storage, best.base.get(), old.info().id())) {
        properties = snapshot.properties();
      }
    }
    return new RecoveryStart(
        best.base,
        best.position,
        properties,
        Math.max(0, before),
        orphaned,
        firstSeq,
        List.copyOf(damage));
  }

  /** More rows; where none can be saved, a later state, and a state rather than nothing. */
  private static boolean isBetter(Candidate candidate, Candidate than) {
    if (candidate.rows() != than.rows()) {
      return candidate.rows() > than.rows();
    }
    boolean later = candidate.position().seq() > than.position().seq();
    return candidate.rows() == 0 && candidate.base.isPresent() && (later || than.base.isEmpty());
  }

  private static boolean isSound(
      Storage storage,
      Map.Entry<Snapshot.Location, Snapshot.Identity> entry,
      RecoverySource old,
      List<String> damage,
      BufferAllocator allocator) {
    WorldSchema schema = entry.getValue().schema();
    WorldSchema stores = old.info().schema();
    if (!schema.keys().equals(stores.keys()) || schema.contradicts(stores)) {
      damage.add(entry.getKey().directory() + ": its schema is not that of the log");
      return false;
    }
    try (Snapshot snapshot = Snapshot.open(storage, entry.getKey(), old.info().id())) {
      snapshot.prove(allocator);
      return true;
    } catch (IOException | RuntimeException e) {
      damage.add(String.valueOf(e.getMessage()));
      return false;
    }
  }

  /** What is given up by beginning there, in plain words. */
  Optional<String> loss() {
    if (orphaned) {
      return Optional.of(
          "the base at the beginning of the history is damaged or missing: rows are saved, but as a log without tables");
    }
    return rowsBefore == 0
        ? Optional.empty()
        : Optional.of(
            Text.of(
                "%d rows before seq %d: they do not lead to what follows; what is saved begins with the snapshot of tick %d",
                rowsBefore, position.seq(), position.tick()));
  }

  /** The world there, which the caller closes. */
  MutableWorld world(Storage storage, RecoverySource old, BufferAllocator allocator)
      throws IOException {
    if (base.isEmpty()) {
      return new MutableWorld(old.info().schema(), new MutableCodebook(), allocator);
    }
    try (Snapshot snapshot = Snapshot.open(storage, base.get(), old.info().id())) {
      return snapshot.load(allocator);
    }
  }
}
