// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.timeline;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.apache.arrow.memory.BufferAllocator;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.hash.Hashes;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.world.MutableTable;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.log.LogPosition;
import org.arrowworld.log.LogReader;
import org.arrowworld.log.TripleBatch;
import org.arrowworld.schema.TableKind;
import org.arrowworld.snapshot.Snapshot;

/** Compares snapshots, and sampled ticks, with a replay of the whole history. */
final class ReplayCheck {
  private final Timeline timeline;
  private final BufferAllocator allocator;
  private final Consumer<String> findings;

  /**
   * @param findings is told what differs, in plain words
   */
  ReplayCheck(Timeline timeline, BufferAllocator allocator, Consumer<String> findings) {
    this.timeline = timeline;
    this.allocator = allocator;
    this.findings = findings;
  }

  /**
   * One replay from the base to the end, every row proven, stopping at every snapshot's tick and
   * every sample.
   *
   * @param snapshots by tick
   * @param samples ticks to be replayed from the nearest snapshot, too
   * @throws DamagedFileException if a row cannot be read or proven
   */
  void run(Map<Long, Snapshot.Location> snapshots, Set<Long> samples) throws IOException {
    if (timeline.end().tick() < 0) {
      return;
    }
    TreeSet<Long> stops = new TreeSet<>(samples);
    stops.addAll(snapshots.keySet());
    stops.add(timeline.lastTick());
    long first = timeline.firstTick();
    try (MutableWorld world =
        timeline.startWorld(first, Timeline.Start.BASE, Projection.ALL, allocator)) {
      HistoryProof proof = new HistoryProof(world, timeline.log().keys());
      for (long stop : stops) {
        if (world.tick() < stop) {
          try (LogReader reader = timeline.log().rowReader(world.tick() + 1, stop)) {
            while (reader.next()) {
              int from = reader.from();
              TripleBatch batch = reader.batch();
              proof.add(
                  reader.rows(),
                  0,
                  reader.rows().size(),
                  row -> batch.word(from + row),
                  batch.firstSeq() + from);
            }
          }
        }
        String hash = Hashes.resume(world);
        if (snapshots.containsKey(stop)) {
          compareSnapshot(snapshots.get(stop), world, hash);
        }
        if (samples.contains(stop)) {
          compareNearest(stop, hash);
        }
      }
      proof.findings().forEach(findings);
    }
  }

  private void compareSnapshot(Snapshot.Location location, MutableWorld world, String resumeHash)
      throws IOException {
    try (Snapshot snapshot = timeline.snapshot(location)) {
      String hash = Hashes.world(world.tables());
      List<String> words = new ArrayList<>();
      for (int code = 0; code < world.codebook().size(); code++) {
        words.add(world.codebook().word(code));
      }
      if (!hash.equals(snapshot.hashWorld())) {
        findings.accept(
            Text.of(
                "%s differs from the log: %s",
                location.directory(), Divergence.describe(world, snapshot)));
      } else if (!resumeHash.equals(snapshot.resumeHash())) {
        findings.accept(
            Text.of("%s: its allocator state differs from the log", location.directory()));
      } else if (snapshot.schema().hasStrings() && !words.equals(snapshot.codebook())) {
        findings.accept(Text.of("%s: its codebook is not that of the log", location.directory()));
      } else {
        compareFreeIds(snapshot, world, location);
      }
      if (!stands(snapshot)) {
        findings.accept(
            Text.of("%s stands at another place than the log says", location.directory()));
      }
    }
  }

  /** No hash is of the generations of free ids, and a birth to come goes by them. */
  private void compareFreeIds(Snapshot snapshot, MutableWorld world, Snapshot.Location location)
      throws IOException {
    for (MutableTable table : world.tables()) {
      if (table.schema().kind() == TableKind.ROW && !snapshot.hasFreeIds(table)) {
        findings.accept(
            Text.of(
                "%s: the free ids of table '%s', or their generations, differ from the log",
                location.directory(), table.name()));
      }
    }
  }

  /** Whether a snapshot stands right after a commit of the log, or where the log begins. */
  private boolean stands(Snapshot snapshot) throws IOException {
    LogPosition position = snapshot.position();
    LogPosition start = timeline.log().start();
    if (snapshot.isBase() && timeline.log().segments().isEmpty()) {
      return true;
    }
    if (snapshot.isBase() && position.seq() == start.seq()) {
      return position.chain() == start.chain();
    }
    return timeline.log().positionAt(position.tick()).equals(position);
  }

  private void compareNearest(long tick, String expected) throws IOException {
    try (MutableWorld nearest = timeline.at(tick, allocator)) {
      String hash = Hashes.resume(nearest);
      if (!hash.equals(expected)) {
        findings.accept(
            Text.of(
                "tick %d replayed from the nearest snapshot gives %s, from the base %s",
                tick, hash, expected));
      }
    }
  }
}
