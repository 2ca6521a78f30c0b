// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.maintenance;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.StoreNotFoundException;
import org.arrowworld.errors.UnsupportedVersionException;
import org.arrowworld.field.FieldSnapshots;
import org.arrowworld.internal.Text;
import org.arrowworld.log.Tail;
import org.arrowworld.snapshot.Snapshot;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.timeline.Timeline;
import org.arrowworld.timeline.Verifier;

/**
 * Examines a store for people: what is there, what is wrong with it, what that means and what to do
 * next. Reads only; works on stores too damaged to be opened.
 */
public final class StoreDoctor {

  /** How bad a finding is. */
  public enum Severity {
    /** Something cannot be read any more, or contradicts something else. */
    DAMAGE,
    /** As a crash or an unfinished command leaves it; the next writer clears it up. */
    NOTE
  }

  /**
   * A finding.
   *
   * @param what what was found, with the file and the place in it
   * @param meaning what that means for the data
   * @param next what to do, empty if nothing
   */
  public record Finding(Severity severity, String what, String meaning, String next) {}

  /**
   * All findings.
   *
   * @param validToTick last committed tick that can be read, -1 if none
   */
  public record Report(List<Finding> findings, long validToTick) {
    /** Whether nothing is damaged. */
    public boolean isHealthy() {
      return findings.stream().noneMatch(f -> f.severity() == Severity.DAMAGE);
    }
  }

  private final Storage storage;
  private final String name;
  private final BufferAllocator allocator;
  private final List<Finding> findings = new ArrayList<>();
  private long validToTick = -1;

  private StoreDoctor(Storage storage, String name, BufferAllocator allocator) {
    this.storage = storage;
    this.name = name;
    this.allocator = allocator;
  }

  /**
   * Examines a store.
   *
   * @param name how commands name it
   */
  public static Report examine(Storage storage, String name, BufferAllocator allocator)
      throws IOException {
    StoreDoctor doctor = new StoreDoctor(storage, name, allocator);
    doctor.run();
    return new Report(List.copyOf(doctor.findings), doctor.validToTick);
  }

  private void run() throws IOException {
    StoreInfo info;
    try {
      info = StoreInfo.read(storage);
    } catch (DamagedFileException | StoreNotFoundException e) {
      damage(
          e.getMessage(),
          "Without store.json nothing says which schema and which files belong together.",
          "put a copy of store.json back; it never changes after a store was created; or run aw recover, which infers it");
      return;
    } catch (UnsupportedVersionException e) {
      damage(e.getMessage(), "The store may be sound; this release cannot tell.", "");
      return;
    }
    unfinished("");
    examineSnapshots(info);
    if (examineLog()) {
      examineAgainstReplay();
    }
    examineFields();
  }

  private void damage(String what, String meaning, String next) {
    findings.add(new Finding(Severity.DAMAGE, what, meaning, next));
  }

  private void note(String what, String meaning, String next) {
    findings.add(new Finding(Severity.NOTE, what, meaning, next));
  }

  private String recover() {
    return Text.of("aw recover %s --out NEW writes a new store with all that can be proven", name);
  }

  /** Unpublished files, which readers ignore (spec S-2). */
  private void unfinished(String directory) throws IOException {
    for (String entry : storage.list(directory)) {
      String path = directory.isEmpty() ? entry : directory + "/" + entry;
      if (entry.endsWith(AtomicFiles.UNFINISHED)) {
        note(
            path + " was never finished",
            "A crash or a running writer leaves such files; they hold nothing that was promised.",
            "");
      } else if (!directory.startsWith("snapshots/") && !storage.isLink(path)) {
        unfinished(path);
      }
    }
  }

  private void examineSnapshots(StoreInfo info) throws IOException {
    boolean based = info.begins().isPresent() || !beginsWithNothing();
    for (Snapshot.Location location : Snapshot.list(storage)) {
      boolean base = based; // what cannot be read may be the base
      based = false;
      try (Snapshot snapshot = Snapshot.open(storage, location, info.id())) {
        base = snapshot.isBase();
        snapshot.verify();
      } catch (DamagedFileException | UnsupportedVersionException e) {
        if (base) {
          damage(
              e.getMessage(),
              Text.of(
                  "History begins at this snapshot, so the ticks from %d on cannot be rebuilt without it.",
                  location.tick()),
              Text.of("put a copy of %s back, or: %s", location.directory(), recover()));
        } else {
          damage(
              e.getMessage(),
              "It is a cache of the log: no tick is lost.",
              Text.of(
                  "if the log below is sound, delete %s/%s; replay makes up for it",
                  name, location.directory()));
        }
      }
    }
  }

  /** Whether the log has the first row there ever was. */
  private boolean beginsWithNothing() throws IOException {
    return Stream.concat(storage.list("log").stream(), storage.list("log/live").stream())
        .anyMatch(file -> file.startsWith("0".repeat(20) + "."));
  }

  /** Returns whether the log can be opened and is whole. */
  private boolean examineLog() throws IOException {
    try (Timeline timeline = Timeline.open(storage)) {
      Tail tail = timeline.log().tail();
      validToTick = timeline.log().end().tick();
      if (tail.kind() == Tail.Kind.TORN) {
        note(
            Text.of(
                "%s ends unfinished at byte %d: %s", tail.file(), tail.offset(), tail.finding()),
            "A crash, a power cut or a running writer leaves such an end; every tick that was acknowledged stands before it.",
            "nothing; the next writer seals what is whole");
      } else if (tail.kind() == Tail.Kind.DAMAGED) {
        damage(
            Text.of("%s is damaged at byte %d: %s", tail.file(), tail.offset(), tail.finding()),
            Text.of(
                "Rows that had reached the disk were changed or lost there; ticks after %d cannot be proven.",
                validToTick),
            recover());
        return false;
      }
      timeline.log().verifyChain();
      return true;
    } catch (DamagedFileException | UnsupportedVersionException e) {
      damage(
          e.getMessage(),
          "The log is the world: what cannot be read of it is lost, unless a copy exists.",
          "put a copy of the file back, or: " + recover());
      return false;
    }
  }

  private void examineAgainstReplay() throws IOException {
    List<String> known = findings.stream().map(Finding::what).toList();
    Verifier.Report report = Verifier.verify(storage, Verifier.Depth.STANDARD, 0, allocator);
    for (String finding : report.findings()) {
      if (!known.contains(finding)) {
        damage(
            finding,
            "Log and snapshot contradict each other, or the log's end is missing.",
            recover());
      }
    }
  }

  private void examineFields() throws IOException {
    for (String run : storage.list("fields")) {
      String directory = "fields/" + run;
      if (run.endsWith(AtomicFiles.UNFINISHED) || storage.list(directory).isEmpty()) {
        continue;
      }
      try (FieldSnapshots fields = FieldSnapshots.open(storage, directory)) {
        fields
            .notes()
            .forEach(text -> note(directory + ": " + text, "Whole snapshots are readable.", ""));
      } catch (IOException | InvalidUseException e) {
        damage(e.getMessage(), "This run of fields cannot be read.", "put a copy of it back");
      }
    }
  }
}
