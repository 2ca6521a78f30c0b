// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.field;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.npy.NpyType;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.OutputLock;
import org.arrowworld.storage.Storage;

/**
 * Streams snapshots of a grid to a directory of {@code .npy} files that NumPy opens at every
 * moment: no count is needed up front and memory does not grow with the run. What a flush has
 * covered is there after a crash; rows that were never written are never counted.
 *
 * <p>{@link #close} flushes and ends the run. After a failed write the run keeps what was flushed
 * and nothing more is accepted. One thread at a time; one writer per directory.
 */
public final class FieldSnapshotWriter implements Closeable {
  private final Storage storage;
  private final String directory;
  private final FieldRunOptions options;
  private final int[] gridShape;
  private final List<GrowingNpy> arrays = new ArrayList<>();
  private final Closeable lock;
  private FieldMetadata metadata;
  private GrowingNpy times;
  private long written;
  private long flushed;
  private double lastTime = Double.NEGATIVE_INFINITY;
  private State state = State.OPEN;

  private enum State {
    OPEN,
    FAILED,
    CLOSED
  }

  private FieldSnapshotWriter(
      Storage storage, String directory, FieldMetadata metadata, FieldRunOptions options)
      throws IOException {
    this.storage = storage;
    this.directory = directory;
    this.metadata = metadata;
    this.options = options;
    this.gridShape = metadata.gridShape();
    this.lock = storage.lock(FieldFiles.in(directory, FieldFiles.LOCK), "a field run's writer");
  }

  /**
   * Begins a run of no snapshots. The description's own count is ignored.
   *
   * @throws InvalidUseException if the directory is not empty and is not to be replaced, or holds
   *     anything but a run, lies in a published store, or something else has its unfinished name
   * @throws org.arrowworld.errors.StoreLockedException if a writer is at the run to be replaced
   */
  public static FieldSnapshotWriter create(
      Storage storage, String directory, FieldMetadata metadata, FieldRunOptions options)
      throws IOException {
    FieldMetadata empty = metadata.withSnapshots(0);
    OutputLock.requireUnpublished(storage, directory);
    RunDirectory.createParent(storage, directory);
    // Two that begin the same run: one of them looks, makes and locks it before the other looks.
    FieldSnapshotWriter writer =
        OutputLock.making(
            storage,
            directory,
            directory + AtomicFiles.UNFINISHED,
            () -> {
              RunDirectory.create(storage, directory, empty, options);
              return new FieldSnapshotWriter(storage, directory, empty, options);
            });
    try {
      writer.openArrays();
      return writer;
    } catch (IOException | RuntimeException e) {
      writer.release();
      throw e;
    }
  }

  private void openArrays() throws IOException {
    times = GrowingNpy.open(storage, FieldFiles.in(directory, FieldFiles.TIMES), NpyType.F64);
    for (String file : FieldFiles.arrays(metadata.fields(), metadata.velocities())) {
      String path = FieldFiles.in(directory, file);
      arrays.add(GrowingNpy.open(storage, path, metadata.type(), gridShape));
    }
    if (options.expectedSnapshots().isPresent()) {
      long rows = options.expectedSnapshots().getAsLong();
      times.reserve(rows);
      for (GrowingNpy array : arrays) {
        array.reserve(rows);
      }
    }
  }

  /**
   * Appends a snapshot; flushes when one is due.
   *
   * @param time finite and not before the last snapshot's
   * @param snapshot every field and velocity of the run and no other, in the grid's shape and the
   *     run's type
   * @throws InvalidUseException naming what does not fit; the run is as before
   * @throws IOException if a write failed; the run ends at its last flush
   */
  public void append(double time, FieldSnapshot snapshot) throws IOException {
    requireOpen("append a snapshot");
    checkTime(time);
    List<FieldArray> rows = new ArrayList<>(arrays.size());
    collect(rows, "field", metadata.fields(), snapshot.fields());
    collect(rows, "velocity", metadata.velocities(), snapshot.velocities());
    state = State.FAILED; // until every byte is taken
    times.append(FieldArray.of(new double[] {time}, 1));
    for (int i = 0; i < rows.size(); i++) {
      arrays.get(i).append(rows.get(i));
    }
    written++;
    lastTime = time;
    state = State.OPEN;
    if (written - flushed >= options.flushEverySnapshots()) {
      flush();
    }
  }

  private void checkTime(double time) {
    if (!Double.isFinite(time)) {
      throw refused(Text.of("the time is %s, it must be finite", time));
    }
    if (time < lastTime) {
      throw refused(Text.of("the time %s is before the last one, %s", time, lastTime));
    }
    if (options.expectedSnapshots().isPresent()
        && written >= options.expectedSnapshots().getAsLong()) {
      throw refused(Text.of("the run expects %d in all", written));
    }
  }

  private void collect(
      List<FieldArray> rows, String kind, List<String> names, Map<String, FieldArray> given) {
    for (String name : names) {
      FieldArray values = given.get(name);
      if (values == null) {
        throw refused(Text.of("%s %s is missing", kind, name));
      }
      if (!values.hasShape(gridShape)) {
        throw refused(
            Text.of(
                "%s %s has shape %s, the grid has %s",
                kind, name, Arrays.toString(values.shape()), Arrays.toString(gridShape)));
      }
      if (values.type() != metadata.type()) {
        throw refused(
            Text.of(
                "%s %s is %s, the run is %s",
                kind, name, values.type().descr(), metadata.type().descr()));
      }
      rows.add(values);
    }
    if (given.size() != names.size()) {
      TreeSet<String> extra = new TreeSet<>(given.keySet());
      names.forEach(extra::remove);
      throw refused(Text.of("%s %s is not part of the run", kind, extra.first()));
    }
  }

  private InvalidUseException refused(String finding) {
    return new InvalidUseException(
        Text.of("Cannot append snapshot %d to %s: %s", written, directory, finding));
  }

  /**
   * Makes every appended snapshot visible to readers and, if the run is forced, safe from a power
   * loss: data first, then the headers that count it, then the metadata (F-5).
   */
  public void flush() throws IOException {
    requireOpen("flush");
    if (flushed == written) {
      return;
    }
    state = State.FAILED;
    for (GrowingNpy array : arrays) {
      array.drain();
    }
    times.drain();
    force();
    for (GrowingNpy array : arrays) {
      array.count(written);
    }
    times.count(written);
    force();
    FieldMetadata counted = metadata.withSnapshots(written);
    RunDirectory.writeMetadata(storage, directory, counted, options.durability());
    if (flushed == 0) {
      RunDirectory.discardReplaced(storage, directory);
    }
    metadata = counted;
    flushed = written;
    state = State.OPEN;
  }

  private void force() throws IOException {
    if (options.durability() == FieldRunOptions.Durability.FORCED) {
      for (GrowingNpy array : arrays) {
        array.force();
      }
      times.force();
    }
  }

  /** Snapshots appended, flushed or not. */
  public long count() {
    return written;
  }

  /** Snapshots flushed: what readers see. */
  public long flushedCount() {
    return flushed;
  }

  /** The run's description with the flushed count. */
  public FieldMetadata metadata() {
    return metadata;
  }

  /**
   * Flushes, unless a write has failed, and ends the run; a run shorter than announced is warned
   * about and has its true count. Idempotent.
   */
  @Override
  public void close() throws IOException {
    if (state == State.CLOSED) {
      return;
    }
    try {
      if (state == State.OPEN) {
        flush();
        if (options.expectedSnapshots().orElse(written) != written) {
          options
              .warnings()
              .accept(
                  Text.of(
                      "%s ends with %d snapshots, %d were announced",
                      directory, written, options.expectedSnapshots().getAsLong()));
        }
      }
    } finally {
      state = State.CLOSED;
      release();
    }
  }

  private void release() throws IOException {
    try {
      if (times != null) {
        times.close();
      }
      for (GrowingNpy array : arrays) {
        array.close();
      }
    } finally {
      lock.close();
    }
  }

  private void requireOpen(String action) {
    if (state != State.OPEN) {
      throw new InvalidUseException(
          Text.of(
              "Cannot %s: the run %s %s",
              action,
              directory,
              state == State.CLOSED
                  ? "is closed"
                  : Text.of("ended at snapshot %d, a write failed", flushed)));
    }
  }
}
