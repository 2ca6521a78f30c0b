// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.runs;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.log.ScanProgress;
import org.arrowworld.maintenance.StorePublication;
import org.arrowworld.published.Addresses;
import org.arrowworld.published.FileList;
import org.arrowworld.published.FolderTarget;
import org.arrowworld.published.Location;
import org.arrowworld.published.PublishTarget;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.storage.ReadableFile;
import org.arrowworld.storage.Storage;

/** Publishes runs: their stores, and then the catalogue of all (spec R-12). */
public final class RunsPublication {
  private static final String LOCK = AtomicFiles.UNFINISHED + ".lock";

  /**
   * What was done.
   *
   * @param runs runs in the catalogue
   * @param stores those that have a tick, whose stores are there
   * @param files files of the stores
   * @param bytes bytes of them
   * @param sentFiles files that were not there yet
   * @param sentBytes bytes of those
   */
  public record Report(
      int runs, int stores, long files, long bytes, long sentFiles, long sentBytes) {}

  private final Runs runs;
  private final Location place;

  RunsPublication(Runs runs, Location place) {
    this.runs = runs;
    this.place = place;
  }

  Report run() throws IOException {
    for (Run run : runs.list()) {
      if (run.state() == RunState.DAMAGED) {
        throw new DamagedFileException(
            run.location().toString(),
            -1,
            Text.of(
                "run %s cannot be published: %s (where(\"state != damaged\") leaves it out)",
                run.name(), run.message().orElse("")));
      }
    }
    try (PublishTarget target = target()) {
      boolean finished = checkFree(target);
      Report report = new Report(runs.list().size(), 0, 0, 0, 0, 0);
      for (Run run : runs.list()) {
        if (run.hasTicks()) {
          report = with(report, publish(run));
        }
      }
      if (!finished) {
        try (MemoryStorage held = catalogue();
            ReadableFile bytes = held.openRead(Catalogue.PATH)) {
          FileList.Entry entry = FileList.Entry.of(held, Catalogue.PATH);
          target.put(entry, bytes);
          requireSame(target, entry);
        }
      }
      return report;
    }
  }

  private PublishTarget target() throws IOException {
    return place.isAddress()
        ? Addresses.target(place.address())
        : new FolderTarget(new DiskStorage(place.path()));
  }

  private StorePublication.Report publish(Run run) throws IOException {
    try (Storage source = new DiskStorage(run.directory())) {
      Location to = place.in(run.name());
      return to.isAddress()
          ? StorePublication.run(source, to.address(), ScanProgress.NONE)
          : StorePublication.run(source, to.path(), ScanProgress.NONE);
    }
  }

  private static Report with(Report all, StorePublication.Report one) {
    return new Report(
        all.runs(),
        all.stores() + 1,
        all.files() + one.files(),
        all.bytes() + one.bytes(),
        all.sentFiles() + one.sentFiles(),
        all.sentBytes() + one.sentBytes());
  }

  /** The catalogue of the runs as they are now: those that no sweep made are done once sealed. */
  private MemoryStorage catalogue() throws IOException {
    Set<String> names = runs.list().stream().map(Run::name).collect(Collectors.toSet());
    Runs now = Runs.open(runs.folder().path()).where(run -> names.contains(run.name()));
    MemoryStorage held = new MemoryStorage();
    Catalogue.write(held, now.list().stream().map(Run::published).toList(), now.parameters());
    return held;
  }

  /**
   * Refuses a place that holds anything but a part of this publication.
   *
   * @return whether the catalogue is there, and so all of it was
   */
  private boolean checkFree(PublishTarget target) throws IOException {
    List<String> names = target.names();
    Set<String> expected = new TreeSet<>();
    Set<String> folders = new TreeSet<>();
    for (Run run : runs.list()) {
      folders.add(run.name());
      expected.add(run.name() + LOCK);
    }
    expected.add(Catalogue.PATH);
    expected.add(Catalogue.PATH + AtomicFiles.UNFINISHED);
    for (String name : names) {
      String[] parts = name.split("/", 2);
      boolean inRun = parts.length == 2 && folders.contains(parts[0]);
      boolean begun = inRun && names.contains(parts[0] + "/" + FileList.PATH);
      boolean first = inRun && parts[1].equals(FileList.PATH + AtomicFiles.UNFINISHED);
      if (!begun && !first && !expected.contains(name)) {
        throw taken(name + " is there, which does not belong to these runs");
      }
    }
    boolean finished = names.contains(Catalogue.PATH);
    if (finished) {
      try (MemoryStorage held = catalogue()) {
        requireSame(target, FileList.Entry.of(held, Catalogue.PATH));
      }
    }
    return finished;
  }

  private void requireSame(PublishTarget target, FileList.Entry entry) throws IOException {
    if (!target.read(Catalogue.PATH).equals(entry)) {
      throw taken("another " + Catalogue.PATH + " is there already");
    }
  }

  private InvalidUseException taken(String finding) {
    return new InvalidUseException(
        Text.of(
            "Cannot publish %s to %s: %s; published runs are never written over, name an empty place",
            runs.folder(), place, finding));
  }
}
