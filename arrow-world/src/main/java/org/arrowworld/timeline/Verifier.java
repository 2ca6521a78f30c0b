package org.arrowworld.timeline;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.arrow.memory.BufferAllocator;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.log.ScanProgress;
import org.arrowworld.log.Tail;
import org.arrowworld.snapshot.Snapshot;
import org.arrowworld.storage.Storage;
import org.arrowworld.table.Hashes;

/**
 * Proves a store: checksums and footers, the digest chain, and every snapshot against replay from
 * the base.
 */
public final class Verifier {

  /**
   * What a verification found.
   *
   * @param findings damage, in plain words; empty if there is none
   * @param notes what is no damage but worth knowing
   * @param validToTick last committed tick, -1 if none
   * @param rows committed rows
   * @param snapshots snapshots compared with replay
   * @param sampledTicks ticks replayed twice by a deep verification
   */
  public record Report(
      List<String> findings,
      List<String> notes,
      long validToTick,
      long rows,
      int snapshots,
      List<Long> sampledTicks) {
    /** Whether nothing is damaged. */
    public boolean isSound() {
      return findings.isEmpty();
    }
  }

  /** How much to do. */
  public enum Depth {
    /** Checksums, chain, snapshots against one replay. */
    STANDARD,
    /** Also 50 seeded ticks, each replayed from the base and from the nearest snapshot. */
    DEEP
  }

  /**
   * How to verify.
   *
   * @param depth how much to do
   * @param seed chooses the ticks of a deep verification
   * @param progress is told how far each pass over the log is
   */
  public record Options(Depth depth, long seed, ScanProgress progress) {
    /** The usual proof, told to nobody while it goes on. */
    public static final Options STANDARD = new Options(Depth.STANDARD, 0, ScanProgress.NONE);
  }

  private static final int SAMPLES = 50;

  private final Storage storage;
  private final BufferAllocator allocator;
  private final List<String> findings = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  private Verifier(Storage storage, BufferAllocator allocator) {
    this.storage = storage;
    this.allocator = allocator;
  }

  /**
   * Verifies a store.
   *
   * @param seed chooses the ticks of a deep verification
   */
  public static Report verify(Storage storage, Depth depth, long seed, BufferAllocator allocator)
      throws IOException {
    return verify(storage, new Options(depth, seed, ScanProgress.NONE), allocator);
  }

  /** Verifies a store. */
  public static Report verify(Storage storage, Options options, BufferAllocator allocator)
      throws IOException {
    return new Verifier(storage, allocator).run(options);
  }

  private Report run(Options options) throws IOException {
    try (Timeline timeline = Timeline.open(storage)) {
      timeline.log().watch(options.progress);
      checkLog(timeline);
      Map<Long, Snapshot.Location> snapshots = checkSnapshotFiles(timeline);
      Set<Long> samples = new TreeSet<>();
      if (findings.isEmpty()) {
        if (options.depth == Depth.DEEP && timeline.end().tick() >= 0) {
          choose(timeline, options.seed, samples);
        }
        checkAgainstReplay(timeline, snapshots, samples);
      }
      return new Report(
          List.copyOf(findings),
          List.copyOf(notes),
          timeline.end().tick(),
          timeline.log().end().seq() - timeline.log().start().seq(),
          snapshots.size(),
          List.copyOf(samples));
    } catch (DamagedFileException e) {
      findings.add(e.getMessage());
      return new Report(List.copyOf(findings), List.copyOf(notes), -1, 0, 0, List.of());
    }
  }

  private void checkLog(Timeline timeline) throws IOException {
    Tail tail = timeline.log().tail();
    switch (tail.kind()) {
      case CLEAN -> {}
      case TORN ->
          notes.add(
              Text.of(
                  "%s has an unfinished tail at byte %d (%s), as a crash leaves it",
                  tail.file(), tail.offset(), tail.finding()));
      case DAMAGED ->
          findings.add(
              Text.of("%s is damaged at byte %d: %s", tail.file(), tail.offset(), tail.finding()));
    }
    try {
      timeline.log().verifyChain();
    } catch (DamagedFileException e) {
      findings.add(e.getMessage());
    }
  }

  private Map<Long, Snapshot.Location> checkSnapshotFiles(Timeline timeline) throws IOException {
    Map<Long, Snapshot.Location> sound = new TreeMap<>();
    for (Snapshot.Location location : timeline.snapshots()) {
      try (Snapshot snapshot = Snapshot.open(storage, location, timeline.info().id())) {
        snapshot.verify();
        String hash = Hashes.world(snapshot.tables());
        if (!hash.equals(snapshot.hashWorld())) {
          findings.add(
              Text.of(
                  "%s: hash_world is %s, its manifest says %s",
                  location.directory(), hash, snapshot.hashWorld()));
        } else if (snapshot.position().seq() > timeline.end().seq()) {
          findings.add(
              Text.of(
                  "%s stands at seq %d, but the log ends at %d: its tail is missing",
                  location.directory(), snapshot.position().seq(), timeline.end().seq()));
        } else {
          sound.put(location.tick(), location);
        }
      } catch (DamagedFileException e) {
        findings.add(e.getMessage());
      } catch (UncheckedIOException e) {
        findings.add(e.getCause().getMessage());
      }
    }
    return sound;
  }

  private static void choose(Timeline timeline, long seed, Set<Long> samples) throws IOException {
    long first = timeline.firstTick();
    long span = timeline.lastTick() - first + 1;
    Random random = new Random(seed);
    while (samples.size() < Math.min(SAMPLES, span)) {
      samples.add(first + Math.floorMod(random.nextLong(), span));
    }
  }

  /** One replay from the base, stopping at every snapshot's tick and every sample. */
  private void checkAgainstReplay(
      Timeline timeline, Map<Long, Snapshot.Location> snapshots, Set<Long> samples)
      throws IOException {
    TreeSet<Long> stops = new TreeSet<>(samples);
    stops.addAll(snapshots.keySet());
    if (stops.isEmpty()) {
      return;
    }
    try (MutableWorld world =
        timeline.startWorld(stops.first(), Timeline.Start.BASE, Projection.ALL, allocator)) {
      for (long stop : stops) {
        timeline.advance(world, stop);
        String hash = Hashes.resume(world);
        if (snapshots.containsKey(stop)) {
          compareSnapshot(timeline, snapshots.get(stop), world, hash);
        }
        if (samples.contains(stop)) {
          compareNearest(timeline, stop, hash);
        }
      }
    } catch (DamagedFileException e) {
      findings.add(e.getMessage());
    }
  }

  private void compareSnapshot(
      Timeline timeline, Snapshot.Location location, MutableWorld world, String resumeHash)
      throws IOException {
    try (Snapshot snapshot = Snapshot.open(storage, location, timeline.info().id())) {
      String hash = Hashes.world(world.tables());
      if (!hash.equals(snapshot.hashWorld())) {
        findings.add(
            Text.of(
                "%s differs from the log: %s",
                location.directory(), Divergence.describe(world, snapshot)));
      } else if (!resumeHash.equals(snapshot.resumeHash())) {
        findings.add(Text.of("%s: its allocator state differs from the log", location.directory()));
      }
      if (!snapshot.isBase()
          && !timeline.log().positionAt(location.tick()).equals(snapshot.position())) {
        findings.add(Text.of("%s stands at another place than the log says", location.directory()));
      }
    }
  }

  private void compareNearest(Timeline timeline, long tick, String expected) throws IOException {
    try (MutableWorld nearest = timeline.at(tick, allocator)) {
      String hash = Hashes.resume(nearest);
      if (!hash.equals(expected)) {
        findings.add(
            Text.of(
                "tick %d replayed from the nearest snapshot gives %s, from the base %s",
                tick, hash, expected));
      }
    }
  }
}
