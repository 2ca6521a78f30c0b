// SPDX-License-Identifier: Apache-2.0
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
import org.arrowworld.errors.UnsupportedVersionException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.given.Given;
import org.arrowworld.internal.memory.DirectMemory;
import org.arrowworld.log.Log;
import org.arrowworld.log.LogAudit;
import org.arrowworld.log.LogPosition;
import org.arrowworld.log.ScanProgress;
import org.arrowworld.log.Tail;
import org.arrowworld.published.FileList;
import org.arrowworld.snapshot.Snapshot;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;

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

    /** For people: the verdict, and a line per finding and note. */
    @Override
    public String toString() {
      StringBuilder lines =
          new StringBuilder(
              Text.of(
                  "%s to tick %d: %d rows, %d snapshots",
                  isSound() ? "sound" : "DAMAGED, valid", validToTick, rows, snapshots));
      findings.forEach(finding -> lines.append("\n  ").append(finding));
      notes.forEach(note -> lines.append("\n  note: ").append(note));
      return lines.toString();
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
    return new Verifier(Given.required("verify", "storage", storage), allocator)
        .run(Given.required("verify", "choice of depth", options));
  }

  /** Verifies a store, with memory of its own. */
  public static Report verify(Storage storage, Options options) throws IOException {
    try (BufferAllocator memory = DirectMemory.newAllocator()) {
      return verify(storage, options, memory);
    }
  }

  private Report run(Options options) throws IOException {
    findings.addAll(LogAudit.names(storage));
    checkSnapshotNames();
    checkFileList();
    try (Timeline timeline = Timeline.open(storage)) {
      timeline.log().watch(options.progress);
      checkLog(timeline);
      Map<Long, Snapshot.Location> snapshots = checkSnapshotFiles(timeline);
      Set<Long> samples = new TreeSet<>();
      if (findings.isEmpty()) {
        if (options.depth == Depth.DEEP && timeline.end().tick() >= 0) {
          choose(timeline, options.seed, samples);
        }
        try {
          new ReplayCheck(timeline, allocator, findings::add).run(snapshots, samples);
        } catch (DamagedFileException e) {
          found(e);
        }
      }
      return new Report(
          List.copyOf(findings),
          List.copyOf(notes),
          validToTick(timeline),
          timeline.log().end().seq() - timeline.log().start().seq(),
          snapshots.size(),
          List.copyOf(samples));
    } catch (DamagedFileException e) {
      found(e);
      return new Report(List.copyOf(findings), List.copyOf(notes), -1, 0, 0, List.of());
    }
  }

  private void found(DamagedFileException damage) {
    if (!findings.contains(damage.getMessage())) {
      findings.add(damage.getMessage());
    }
  }

  private static long validToTick(Timeline timeline) {
    try {
      return timeline.end().tick();
    } catch (IOException e) {
      return timeline.log().end().tick(); // a base that cannot be read was found before
    }
  }

  private void checkSnapshotNames() throws IOException {
    String problem = LogAudit.folderProblem(storage, Snapshot.FOLDER);
    if (!problem.isEmpty()) {
      findings.add(problem);
      return;
    }
    Set<String> known = new TreeSet<>();
    Snapshot.list(storage).forEach(location -> known.add(location.directory()));
    for (String name : storage.list(Snapshot.FOLDER)) {
      String path = Snapshot.FOLDER + "/" + name;
      if (!known.contains(path) && !name.endsWith(AtomicFiles.UNFINISHED)) {
        findings.add(path + ": no snapshot has such a name, so it is not read; move it away");
      } else if (known.contains(path) && storage.isLink(path)) {
        findings.add(path + ": it is a link, expected a directory; links are not followed");
      }
    }
  }

  /** A published store is what its list says (spec P-7). */
  private void checkFileList() throws IOException {
    if (FileList.exists(storage)) {
      try {
        FileList list = FileList.read(storage);
        findings.addAll(list.check(storage));
        String store = StoreInfo.read(storage).id().hex();
        if (!list.store().equals(store)) {
          findings.add(
              Text.of(
                  "%s is the list of store %s, and this is %s",
                  FileList.PATH, list.store(), store));
        }
      } catch (DamagedFileException e) {
        found(e);
      }
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
      findings.addAll(LogAudit.segments(storage, timeline.log().segments()));
    } catch (DamagedFileException e) {
      found(e);
    }
    checkFence(timeline);
    if (timeline.log().segments().isEmpty() && timeline.snapshots().isEmpty()) {
      notes.add("the log has no segment, as the first moment of a store leaves it");
    }
  }

  /** A truncation leaves a history that ends right at its fence (spec L-21). */
  private void checkFence(Timeline timeline) throws IOException {
    LogPosition end = timeline.log().end();
    try {
      end = timeline.end();
    } catch (DamagedFileException e) {
      found(e); // a base that cannot be read
    }
    long seq = timeline.log().fencedSeq().orElse(end.seq());
    long tick = timeline.log().fencedAfter().orElse(end.tick());
    if (end.seq() != seq || end.tick() != tick) {
      findings.add(
          Text.of(
              "fence.json: its tick is %d and its seq %d, but the history before it ends at tick %d, seq %d",
              tick, seq, end.tick(), end.seq()));
    }
  }

  private Map<Long, Snapshot.Location> checkSnapshotFiles(Timeline timeline) throws IOException {
    Map<Long, Snapshot.Location> sound = new TreeMap<>();
    boolean based = false;
    Log log = timeline.log();
    List<Snapshot.Location> left = new ArrayList<>();
    for (Snapshot.Location location : timeline.snapshots()) {
      try (Snapshot snapshot = Snapshot.open(storage, location, timeline.info().id())) {
        snapshot.prove(allocator);
        LogPosition position = snapshot.position();
        based |= snapshot.isBase() && position.seq() >= log.start().seq();
        if (!snapshot.schema().keys().equals(timeline.info().schema().keys())) {
          findings.add(location.directory() + ": its schema is not that of the log");
        } else if (snapshot.schema().contradicts(timeline.info().schema())) {
          findings.add(
              location.directory() + ": its schema is not store.json's, in the same version");
        } else if ((log.segments().isEmpty() && !snapshot.isBase() && !based)
            || (!log.segments().isEmpty() && position.seq() > log.end().seq())) {
          findings.add(
              Text.of(
                  "%s stands at seq %d, but the log ends at %d: its tail is missing",
                  location.directory(), position.seq(), log.end().seq()));
        } else if (snapshot.isBase() && position.seq() < log.start().seq()) {
          left.add(location);
        } else if (position.seq() < log.start().seq()) {
          findings.add(
              Text.of(
                  "%s stands at seq %d, but the log begins at %d",
                  location.directory(), position.seq(), log.start().seq()));
        } else {
          sound.put(location.tick(), location);
        }
      } catch (DamagedFileException e) {
        found(e);
      } catch (UnsupportedVersionException e) {
        findings.add(e.getMessage());
      } catch (UncheckedIOException e) {
        findings.add(e.getCause().getMessage());
      }
    }
    for (Snapshot.Location location : Snapshot.list(storage)) {
      if (log.segments().isEmpty() && based && location.tick() < timeline.firstTick()) {
        notes.add(
            Text.of(
                "%s is from before the base that the history begins with, as an interrupted compaction leaves it; it is not used",
                location.directory()));
      }
    }
    for (Snapshot.Location location : left) {
      (based ? notes : findings)
          .add(
              Text.of(
                  "%s is a base from before seq %d, where the log begins, as an interrupted compaction leaves it; it is not used",
                  location.directory(), log.start().seq()));
    }
    if (log.start().seq() > 0 && !based) {
      findings.add(
          Text.of(
              "the log begins at seq %d, and no base snapshot holds what was before",
              log.start().seq()));
    } else if (timeline.beginning().isBase() && !based) {
      found(timeline.beginning().missing());
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
}
