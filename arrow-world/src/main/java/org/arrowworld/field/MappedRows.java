// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.field;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Text;
import org.arrowworld.npy.NpyArray;
import org.arrowworld.storage.ReadableFile;

/**
 * Rows of a file as views of memory maps, made where they are first needed; only rows that are read
 * are ever loaded. Files of a run do not shrink; one that did is noticed before it is touched.
 */
final class MappedRows {
  private final ReadableFile file;
  private final long dataOffset;
  private final long rowBytes;
  private final long rows;
  private final long rowsPerWindow;
  private final AtomicReferenceArray<ByteBuffer> windows;

  MappedRows(ReadableFile file, long dataOffset, long rowBytes, long rows) {
    this.file = file;
    this.dataOffset = dataOffset;
    this.rowBytes = rowBytes;
    this.rows = rows;
    this.rowsPerWindow = NpyArray.MAX_VIEW_BYTES / rowBytes;
    this.windows = new AtomicReferenceArray<>((int) ((rows + rowsPerWindow - 1) / rowsPerWindow));
  }

  /** Whether rows of so many bytes can be mapped. */
  static boolean fits(long rowBytes) {
    return rowBytes <= NpyArray.MAX_VIEW_BYTES;
  }

  /** A row's bytes, little-endian and read-only; valid as long as it is held. */
  ByteBuffer row(long index) throws IOException {
    requirePresent(index + 1);
    return window(index).slice(inWindow(index), (int) rowBytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Some floating point number of every row, widened to a double. */
  double[] column(int offsetBytes, int itemBytes, int count) throws IOException {
    requirePresent(count);
    double[] values = new double[count];
    for (int i = 0; i < count; ) {
      ByteBuffer window = window(i);
      int end = (int) Math.min(count, i + rowsPerWindow);
      int step = (int) rowBytes;
      for (int at = offsetBytes; i < end; i++, at += step) {
        values[i] = itemBytes == Float.BYTES ? window.getFloat(at) : window.getDouble(at);
      }
    }
    return values;
  }

  private int inWindow(long index) {
    return (int) (index % rowsPerWindow * rowBytes);
  }

  private ByteBuffer window(long index) throws IOException {
    int number = (int) (index / rowsPerWindow);
    ByteBuffer window = windows.get(number);
    if (window == null) {
      long first = number * rowsPerWindow;
      int bytes = (int) (Math.min(rowsPerWindow, rows - first) * rowBytes);
      window = file.map(dataOffset + first * rowBytes, bytes).order(ByteOrder.LITTLE_ENDIAN);
      windows.set(number, window); // two threads may both map it; either will do
    }
    return window;
  }

  private void requirePresent(long count) throws IOException {
    long end = dataOffset + count * rowBytes;
    if (file.size() < end) {
      throw new DamagedFileException(
          file.path(), file.size(), Text.of("the file has shrunk, it had %d bytes", end));
    }
  }
}
