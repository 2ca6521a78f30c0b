// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.npz;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.arrowworld.npy.NpyType;
import org.arrowworld.npy.NpzWriter;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.ReadableFile;
import org.arrowworld.storage.Storage;
import org.arrowworld.storage.WritableFile;

/**
 * An array that comes in pieces while an archive wants each array whole: gathered in a temporary
 * file beside the archive, which {@link #close} deletes.
 */
final class ColumnSpill implements Closeable {
  private static final int MAP_BYTES = 1 << 30;

  private final Storage storage;
  private final String path;
  private final String name;
  private final NpyType type;
  private WritableFile file;
  private long bytes;

  /**
   * Begins an array.
   *
   * @param path of the temporary file
   * @param name of the array
   */
  ColumnSpill(Storage storage, String path, String name, NpyType type) throws IOException {
    this.storage = storage;
    this.path = path + AtomicFiles.UNFINISHED;
    this.name = name;
    this.type = type;
    AtomicFiles.discard(storage, this.path);
    this.file = storage.create(this.path);
  }

  /** Appends elements. */
  void append(ByteBuffer elements) throws IOException {
    int length = elements.remaining();
    file.write(elements, bytes);
    bytes += length;
  }

  /** Adds the array to an archive. */
  void addTo(NpzWriter archive) throws IOException {
    file.close();
    file = null;
    try (ReadableFile in = storage.openRead(path)) {
      List<ByteBuffer> pieces = new ArrayList<>();
      for (long at = 0; at < bytes; at += MAP_BYTES) {
        pieces.add(in.map(at, (int) Math.min(MAP_BYTES, bytes - at)));
      }
      archive.add(
          name, type, new long[] {bytes / type.itemBytes()}, pieces.toArray(ByteBuffer[]::new));
    }
    AtomicFiles.discard(storage, path);
  }

  @Override
  public void close() throws IOException {
    if (file != null) {
      file.close();
      file = null;
    }
    AtomicFiles.discard(storage, path);
  }
}
