package org.arrowworld.field;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.arrowworld.npy.NpyHeader;
import org.arrowworld.npy.NpyType;
import org.arrowworld.storage.Storage;
import org.arrowworld.storage.WritableFile;

/**
 * One {@code .npy} file whose first dimension grows (F-4): rows are written behind the counted
 * ones, and the header is told of them later.
 */
final class GrowingNpy implements Closeable {
  private final WritableFile file;
  private final NpyType type;
  private final long[] shape;
  private final long dataOffset;
  private final long rowBytes;
  private byte[] header;

  private GrowingNpy(WritableFile file, NpyType type, long[] shape) {
    this.file = file;
    this.type = type;
    this.shape = shape;
    this.header = header(0);
    this.dataOffset = header.length;
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

  /** Writes a part of a row. */
  void write(long row, long offsetBytes, ByteBuffer data) throws IOException {
    file.write(data, dataOffset + row * rowBytes + offsetBytes);
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
