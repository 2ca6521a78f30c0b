// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.interop;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.arrowworld.field.FieldArray;
import org.arrowworld.field.FieldMetadata;
import org.arrowworld.field.FieldRunOptions;
import org.arrowworld.field.FieldSnapshot;
import org.arrowworld.field.FieldSnapshotWriter;
import org.arrowworld.field.FieldSnapshots;
import org.arrowworld.field.GridBox;
import org.arrowworld.storage.DiskStorage;

/** The Java side of {@code python/test_fields_parity.py}. */
public final class FieldParityMain {
  private static final int[] GRID = {3, 4, 5};

  private FieldParityMain() {}

  /**
   * {@code write DIR N}: writes N snapshots, and after each flush prints the flushed count and
   * waits for a line; {@code read DIR}: prints what a run holds.
   */
  public static void main(String[] args) throws IOException {
    Path directory = Path.of(args[1]).toAbsolutePath();
    DiskStorage storage = new DiskStorage(directory.getParent());
    String name = directory.getFileName().toString();
    if (args[0].equals("write")) {
      write(storage, name, Integer.parseInt(args[2]));
    } else {
      read(storage, name);
    }
  }

  private static void write(DiskStorage storage, String name, int count) throws IOException {
    FieldMetadata metadata =
        FieldMetadata.grid(GRID)
            .fields("u", "w")
            .velocities("w")
            .gridSpacing(0.1, 0.2, 0.3)
            .gridBounds(new double[] {0, 0.3}, new double[] {-1, 1}, new double[] {2, 3.5})
            .periodic(List.of(true, false, false))
            .parameters(Map.of("c", 0.1))
            .dt(1e-3)
            .build();
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    FieldRunOptions options = FieldRunOptions.DEFAULT.flushEvery(3);
    try (FieldSnapshotWriter writer =
        FieldSnapshotWriter.create(storage, name, metadata, options)) {
      for (int i = 0; i < count; i++) {
        FieldArray u = grid(i, 0);
        writer.append(
            i * 0.1, new FieldSnapshot(Map.of("u", u, "w", grid(i, 1)), Map.of("w", grid(i, 2))));
        System.out.println(writer.flushedCount());
        in.readLine();
      }
    }
  }

  /** Values whose bits Python makes from the same integers by one division. */
  private static FieldArray grid(int snapshot, int array) {
    double[] values = new double[60];
    Arrays.setAll(values, i -> (snapshot * 1000 + array * 100 + i + 1) / 7.0);
    return FieldArray.of(values, GRID);
  }

  private static void read(DiskStorage storage, String name) throws IOException {
    try (FieldSnapshots run = FieldSnapshots.open(storage, name)) {
      int[] shape = run.metadata().gridShape();
      System.out.println("count " + run.count());
      for (double time : run.times()) {
        System.out.println("time " + Long.toHexString(Double.doubleToRawLongBits(time)));
      }
      GridBox box = GridBox.all(shape).plane(0, shape[0] / 2).range(shape.length - 1, 1, 3);
      int[] point = Arrays.stream(shape).map(d -> d - 1).toArray();
      for (String field : run.metadata().fields()) {
        for (int i = 0; i < run.count(); i++) {
          System.out.println("field " + field + " " + crc(run.field(field, i).bytes()));
          System.out.println("slab " + field + " " + crc(run.fieldSlab(field, i, box).bytes()));
        }
        for (double value : run.fieldAtPoint(field, point)) {
          System.out.println("point " + Long.toHexString(Double.doubleToRawLongBits(value)));
        }
      }
      for (String velocity : run.metadata().velocities()) {
        for (int i = 0; i < run.count(); i++) {
          System.out.println("velocity " + velocity + " " + crc(run.velocity(velocity, i).bytes()));
        }
      }
    }
  }

  private static String crc(ByteBuffer bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    return Long.toHexString(crc.getValue());
  }
}
