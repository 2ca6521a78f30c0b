// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.field;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.npy.NpyArray;
import org.arrowworld.npy.NpyType;
import org.arrowworld.storage.Storage;

/**
 * Reads a run lazily: opening reads metadata, headers and times; every other read touches the bytes
 * it returns and no others.
 *
 * <p>The count is that of the moment of opening, also while a writer goes on; open again to see
 * more. Several threads may read at once. The caller closes it; arrays already read stay valid.
 */
public final class FieldSnapshots implements Closeable {
  private final String directory;
  private final FieldMetadata metadata;
  private final Map<String, FieldSeries> fields = new LinkedHashMap<>();
  private final Map<String, FieldSeries> velocities = new LinkedHashMap<>();
  private final List<String> notes = new ArrayList<>();
  private long count = Long.MAX_VALUE;
  private double[] times = {};

  private FieldSnapshots(String directory, FieldMetadata metadata) {
    this.directory = directory;
    this.metadata = metadata;
  }

  /**
   * Opens a run, of ours or of another solver that writes the layout.
   *
   * @throws DamagedFileException if the directory holds no run, a file is missing or does not fit
   *     the description, or times are not finite and in order
   */
  public static FieldSnapshots open(Storage storage, String directory) throws IOException {
    String path = FieldFiles.in(directory, FieldFiles.METADATA);
    if (!storage.exists(path)) {
      throw new DamagedFileException(
          directory, -1, Text.of("no field run, %s is missing", FieldFiles.METADATA));
    }
    FieldSnapshots run = new FieldSnapshots(directory, MetadataFile.read(storage, path));
    try {
      run.openArrays(storage);
      return run;
    } catch (IOException | RuntimeException e) {
      run.close();
      throw e;
    }
  }

  private void openArrays(Storage storage) throws IOException {
    for (String name : metadata.fields()) {
      fields.put(name, openSeries(storage, FieldFiles.field(name)));
    }
    for (String name : metadata.velocities()) {
      velocities.put(name, openSeries(storage, FieldFiles.velocity(name)));
    }
    try (FieldSeries series =
        FieldSeries.open(storage, directory, FieldFiles.TIMES, metadata, NpyType.F64)) {
      counted(series);
      count = Math.min(count, metadata.snapshots().orElse(Long.MAX_VALUE));
      times = series.rows(0, count).toDoubles();
    }
    for (int i = 0; i < times.length; i++) {
      if (!Double.isFinite(times[i]) || (i > 0 && times[i] < times[i - 1])) {
        throw new DamagedFileException(
            FieldFiles.in(directory, FieldFiles.TIMES),
            -1,
            Text.of(
                "time %d is %s%s; rows from there on may never have been written",
                i, times[i], i > 0 ? " after " + times[i - 1] : ""));
      }
    }
  }

  private FieldSeries openSeries(Storage storage, String file) throws IOException {
    FieldSeries series = FieldSeries.open(storage, directory, file, metadata, metadata.type());
    counted(series);
    return series;
  }

  private void counted(FieldSeries series) {
    count = Math.min(count, series.rows());
    series.note().ifPresent(notes::add);
  }

  /** What the run says of itself. */
  public FieldMetadata metadata() {
    return metadata;
  }

  /** Snapshots: the least of what metadata and headers count (F-7). */
  public long count() {
    return count;
  }

  /** What was found odd and mended while opening, such as a header cut off in mid-write. */
  public List<String> notes() {
    return List.copyOf(notes);
  }

  /** Times of all snapshots, a copy; finite and not decreasing. */
  public double[] times() {
    return times.clone();
  }

  /** Index of the last snapshot at or before a time. */
  public int indexAt(double time) {
    int low = 0;
    int high = times.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (times[middle] <= time) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    if (low == 0) {
      throw new InvalidUseException(
          Text.of(
              "Cannot find a snapshot at time %s of %s: %s",
              time, directory, count == 0 ? "it has none" : "the first is at " + times[0]));
    }
    return low - 1;
  }

  /** A field at one snapshot, in the grid's shape. */
  public NpyArray field(String name, long snapshot) throws IOException {
    return series("field", fields, name).row(checked(snapshot));
  }

  /** A velocity at one snapshot, in the grid's shape. */
  public NpyArray velocity(String name, long snapshot) throws IOException {
    return series("velocity", velocities, name).row(checked(snapshot));
  }

  /** A box of a field at one snapshot, in the box's shape. */
  public NpyArray fieldSlab(String name, long snapshot, GridBox box) throws IOException {
    return series("field", fields, name).slab(checked(snapshot), box);
  }

  /** A box of a velocity at one snapshot, in the box's shape. */
  public NpyArray velocitySlab(String name, long snapshot, GridBox box) throws IOException {
    return series("velocity", velocities, name).slab(checked(snapshot), box);
  }

  /** A field at one grid point over all snapshots. */
  public double[] fieldAtPoint(String name, int... point) throws IOException {
    return series("field", fields, name).point(count, point);
  }

  /** A velocity at one grid point over all snapshots. */
  public double[] velocityAtPoint(String name, int... point) throws IOException {
    return series("velocity", velocities, name).point(count, point);
  }

  private FieldSeries series(String kind, Map<String, FieldSeries> all, String name) {
    FieldSeries series = all.get(name);
    if (series == null) {
      throw new InvalidUseException(
          Text.of("Cannot read %s %s of %s: it has %s", kind, name, directory, all.keySet()));
    }
    return series;
  }

  private long checked(long snapshot) {
    if (snapshot < 0 || snapshot >= count) {
      throw new InvalidUseException(
          Text.of("Cannot read snapshot %d of %s: it has %d", snapshot, directory, count));
    }
    return snapshot;
  }

  @Override
  public void close() throws IOException {
    IOException first = null;
    for (Map<String, FieldSeries> all : List.of(fields, velocities)) {
      for (FieldSeries series : all.values()) {
        try {
          series.close();
        } catch (IOException e) {
          first = first == null ? e : first;
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
