// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.field;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.npy.NpyHeader;
import org.arrowworld.npy.TrailingBytes;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.ReadableFile;
import org.arrowworld.storage.Storage;
import org.arrowworld.storage.WritableFile;

/**
 * Takes a field run of another solver over, byte for byte, after checking it more strictly than a
 * reader does: nothing may lie behind an array, and all of them and the metadata must agree on the
 * count.
 */
public final class FieldImport {
  /** Where files that are no part of the run go. */
  public static final String UNMAPPED = "unmapped";

  private static final int CHUNK_BYTES = 1 << 20;

  /**
   * What was imported.
   *
   * @param snapshots number of snapshots
   * @param arrays names of the arrays
   * @param unmapped files that are no part of the run, kept in {@link #UNMAPPED}
   */
  public record Result(long snapshots, List<String> arrays, List<String> unmapped) {}

  private FieldImport() {}

  /**
   * Imports a run.
   *
   * @param directory the run; {@code ""} is the source's root
   * @param target an empty storage, which is left incomplete if this fails
   * @throws DamagedFileException if the run is not whole, or longer than it says
   */
  public static Result run(Storage source, String directory, Storage target) throws IOException {
    if (!target.list("").isEmpty()) {
      throw new InvalidUseException(
          Text.of("Cannot import to %s: it is not empty", target.description()));
    }
    List<String> arrays = new ArrayList<>(List.of(FieldFiles.TIMES));
    long count;
    try (FieldSnapshots run = FieldSnapshots.open(source, directory)) {
      FieldMetadata metadata = run.metadata();
      arrays.addAll(FieldFiles.arrays(metadata.fields(), metadata.velocities()));
      count = run.count();
      if (metadata.snapshots().orElse(count) != count) {
        throw new DamagedFileException(
            FieldFiles.in(directory, FieldFiles.METADATA),
            -1,
            Text.of(
                "it counts %d snapshots, the arrays hold %d",
                metadata.snapshots().getAsLong(), count));
      }
    }
    for (String array : arrays) {
      check(source, FieldFiles.in(directory, array), count);
    }
    List<String> unmapped = new ArrayList<>();
    target.createDirectories("");
    for (String name : source.list(directory)) {
      String path = FieldFiles.in(directory, name);
      if (name.equals(FieldFiles.LOCK) || name.endsWith(AtomicFiles.UNFINISHED)) {
        continue; // no data: a writer's lock, and what it had not published
      }
      if (name.equals(FieldFiles.METADATA) || arrays.contains(name)) {
        copy(source, path, target, name);
      } else if (source.list(path).isEmpty()) {
        unmapped.add(name);
      } else {
        throw new DamagedFileException(path, -1, "a field run holds no directories; move it away");
      }
    }
    if (!unmapped.isEmpty()) {
      target.createDirectories(UNMAPPED);
      for (String name : unmapped) {
        copy(source, FieldFiles.in(directory, name), target, UNMAPPED + "/" + name);
      }
      target.forceDirectory(UNMAPPED);
    }
    target.forceDirectory("");
    return new Result(count, List.copyOf(arrays), List.copyOf(unmapped));
  }

  private static void check(Storage source, String path, long count) throws IOException {
    try (ReadableFile file = source.openRead(path)) {
      NpyHeader header = NpyHeader.read(file, TrailingBytes.REFUSE);
      if (header.shape()[0] != count) {
        throw new DamagedFileException(
            path,
            header.dataOffset(),
            Text.of("it holds %d snapshots, the run has %d", header.shape()[0], count));
      }
    }
  }

  private static void copy(Storage source, String path, Storage target, String name)
      throws IOException {
    try (ReadableFile from = source.openRead(path);
        WritableFile to = target.create(name)) {
      ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
      long size = from.size();
      for (long at = 0; at < size; ) {
        chunk.clear().limit((int) Math.min(CHUNK_BYTES, size - at));
        from.readFully(chunk, at);
        int bytes = chunk.flip().remaining();
        to.write(chunk, at);
        at += bytes;
      }
      to.force();
    }
  }
}
