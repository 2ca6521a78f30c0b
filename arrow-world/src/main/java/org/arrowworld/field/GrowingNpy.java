// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.field;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.arrowworld.npy.NpyHeader;
import org.arrowworld.npy.NpyType;
import org.arrowworld.storage.Storage;
import org.arrowworld.storage.WritableFile;

/**
 * One {@code .npy} file whose first dimension grows (F-4): rows are written behind the counted
 * ones, and the header is told of them later.
 */
final class GrowingNpy implements Closeable {
  /** Small rows gather here, so that the storage sees few large writes. A multiple of any item. */
  private static final int BUFFER_BYTES = 1 << 18;

  private final WritableFile file;
  private final ByteBuffer buffer =
      ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private final NpyType type;
  private final long[] shape;
  private final long dataOffset;
  private final long rowBytes;
  private byte[] header;
  private long position;

  private GrowingNpy(WritableFile file, NpyType type, long[] shape) {
    this.file = file;
    this.type = type;
    this.shape = shape;
    this.header = header(0);
    this.dataOffset = header.length;
    this.position = dataOffset;
    long bytes = type.itemBytes();
    for (int axis = 1; axis < shape.length; axis++) {
      bytes *= shape[axis];
    }
    this.rowBytes = bytes;
  }

  /** Creates the file with no rows; NumPy can open it from now on. */
  static void create(Storage storage, String path, NpyType type, int... rowShape)
      throws IOException {
    try (WritableFile file = storage.create(path)) {
      file.write(NpyHeader.encode(type, withRows(0, rowShape)), 0);
      file.force();
    }
  }

  /** Opens a file just created. */
  static GrowingNpy open(Storage storage, String path, NpyType type, int... rowShape)
      throws IOException {
    return new GrowingNpy(storage.openWrite(path), type, withRows(0, rowShape));
  }

  private static long[] withRows(long rows, int... rowShape) {
    long[] shape = new long[1 + rowShape.length];
    shape[0] = rows;
    for (int axis = 0; axis < rowShape.length; axis++) {
      shape[1 + axis] = rowShape[axis];
    }
    return shape;
  }

  /** Gives the file the length of so many rows; those not written read as zeros, uncounted. */
  void reserve(long rows) throws IOException {
    long bytes = dataOffset + Math.multiplyExact(rows, rowBytes);
    if (bytes > file.size()) {
      file.write(ByteBuffer.allocate(1), bytes - 1);
    }
  }

  /** Appends a row; it is in the file after {@link #drain}, or before. */
  void append(FieldArray row) throws IOException {
    for (int from = 0; from < row.size(); ) {
      if (!buffer.hasRemaining()) {
        drain();
      }
      from += row.put(from, buffer);
    }
  }

  /** Writes what was appended and is not in the file yet. */
  void drain() throws IOException {
    int bytes = buffer.flip().remaining();
    if (bytes > 0) {
      file.write(buffer, position);
      position += bytes;
    }
    buffer.clear();
  }

  /** Counts so many rows in the header, by one write of the bytes that change. */
  void count(long rows) throws IOException {
    byte[] next = header(rows);
    int from = 0;
    while (from < next.length && next[from] == header[from]) {
      from++;
    }
    int to = next.length;
    while (to > from && next[to - 1] == header[to - 1]) {
      to--;
    }
    if (from < to) {
      file.write(ByteBuffer.wrap(next, from, to - from), from);
      header = next;
    }
  }

  private byte[] header(long rows) {
    shape[0] = rows;
    ByteBuffer encoded = NpyHeader.encode(type, shape);
    byte[] bytes = new byte[encoded.remaining()];
    encoded.get(bytes);
    return bytes;
  }

  void force() throws IOException {
    file.force();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
