// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.fields;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.field.FieldSnapshots;
import org.arrowworld.internal.Text;
import org.arrowworld.npy.Compression;
import org.arrowworld.npy.NpyArray;
import org.arrowworld.npy.NpyType;
import org.arrowworld.npy.NpzWriter;
import org.arrowworld.storage.Storage;

/**
 * A span of a field run as one {@code .npz}: {@code times}, {@code <field>} and {@code v_<field>}
 * with the snapshots along the first axis, the values bit for bit.
 */
public final class FieldNpz {
  private FieldNpz() {}

  /**
   * Publishes the archive; a file of that name is replaced.
   *
   * @param first index of the first snapshot
   * @param last index of the last one, included
   */
  public static void write(FieldSnapshots run, long first, long last, Storage storage, String path)
      throws IOException {
    if (first < 0 || last < first || last >= run.count()) {
      throw new InvalidUseException(
          Text.of(
              "Cannot export snapshots %d to %d: the run has %d, from 0",
              first, last, run.count()));
    }
    int count = Math.toIntExact(last - first + 1);
    try (NpzWriter out = NpzWriter.create(storage, path, Compression.STORED)) {
      ByteBuffer times =
          ByteBuffer.allocate(Math.multiplyExact(Double.BYTES, count))
              .order(ByteOrder.LITTLE_ENDIAN);
      double[] all = run.times();
      for (int i = 0; i < count; i++) {
        times.putDouble(all[(int) first + i]);
      }
      out.add("times", NpyType.F64, new long[] {count}, times.flip());
      for (String name : run.metadata().fields()) {
        add(out, run, name, first, count, FieldSnapshots::field);
      }
      for (String name : run.metadata().velocities()) {
        add(out, run, "v_" + name, first, count, (r, v, i) -> r.velocity(name, i));
      }
      out.commit();
    }
  }

  private interface Reader {
    NpyArray read(FieldSnapshots run, String name, long snapshot) throws IOException;
  }

  /** Snapshots are views of maps: nothing is in memory but what is being written. */
  private static void add(
      NpzWriter out, FieldSnapshots run, String name, long first, int count, Reader reader)
      throws IOException {
    List<ByteBuffer> pieces = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      pieces.addAll(reader.read(run, name, first + i).pieces());
    }
    int[] grid = run.metadata().gridShape();
    long[] shape = new long[grid.length + 1];
    shape[0] = count;
    for (int axis = 0; axis < grid.length; axis++) {
      shape[axis + 1] = grid[axis];
    }
    out.add(name, run.metadata().type(), shape, pieces.toArray(ByteBuffer[]::new));
  }
}
