// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.stats;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.FewFiles;
import org.arrowworld.storage.ReadableFile;
import org.arrowworld.storage.Storage;
import org.arrowworld.storage.WritableFile;

/**
 * Sorts any number of longs in bounded memory: full buffers are sorted and written out as runs of
 * distinct values with their counts, and merged while they are read.
 */
final class SpillingSort implements Closeable {
  private static final int CHUNK_BYTES = 1 << 16;
  private static final int ENTRY_BYTES = 16;

  private final Storage scratch;
  private final int mostValues;
  private long[] buffer = new long[64];
  private final List<String> runs = new ArrayList<>();
  private int size;

  /**
   * A sort.
   *
   * @param scratch takes the runs; empty again after {@link #close}
   * @param bufferValues values held in memory
   */
  SpillingSort(Storage scratch, int bufferValues) {
    this.scratch = scratch;
    this.mostValues = bufferValues;
  }

  void add(long value) throws IOException {
    if (size == mostValues) {
      spill();
    }
    if (size == buffer.length) {
      buffer = Arrays.copyOf(buffer, (int) Math.min(mostValues, 2L * size));
    }
    buffer[size++] = value;
  }

  /** Receives distinct values, ascending. */
  interface Visitor {
    void visit(long value, long count) throws IOException;
  }

  private static void forDistinct(long[] sorted, int size, Visitor visitor) throws IOException {
    for (int from = 0; from < size; ) {
      int to = from + 1;
      while (to < size && sorted[to] == sorted[from]) {
        to++;
      }
      visitor.visit(sorted[from], to - from);
      from = to;
    }
  }

  private void spill() throws IOException {
    Arrays.sort(buffer, 0, size);
    String path = "run-" + runs.size();
    runs.add(path);
    ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    long[] position = {0};
    try (WritableFile file = scratch.create(path)) {
      forDistinct(
          buffer,
          size,
          (value, count) -> {
            chunk.putLong(value).putLong(count);
            if (!chunk.hasRemaining()) {
              position[0] += flush(file, chunk, position[0]);
            }
          });
      flush(file, chunk, position[0]);
    }
    size = 0;
  }

  private static int flush(WritableFile file, ByteBuffer chunk, long position) throws IOException {
    chunk.flip();
    int bytes = chunk.remaining();
    file.write(chunk, position);
    chunk.clear();
    return bytes;
  }

  /** Visits all values in order. May be called again; nothing may be added after the first call. */
  void forEach(Visitor visitor) throws IOException {
    if (runs.isEmpty()) {
      Arrays.sort(buffer, 0, size);
      forDistinct(buffer, size, visitor);
      return;
    }
    if (size > 0) {
      spill();
    }
    List<Run> open = new ArrayList<>();
    try {
      PriorityQueue<Run> queue = new PriorityQueue<>((a, b) -> Long.compare(a.value, b.value));
      Storage files = new FewFiles(scratch);
      for (String path : runs) {
        Run run = new Run(files.openRead(path));
        open.add(run);
        if (run.next()) {
          queue.add(run);
        }
      }
      while (!queue.isEmpty()) {
        long value = queue.peek().value;
        long count = 0;
        while (!queue.isEmpty() && queue.peek().value == value) {
          Run run = queue.remove();
          count += run.count;
          if (run.next()) {
            queue.add(run);
          }
        }
        visitor.visit(value, count);
      }
    } finally {
      for (Run run : open) {
        run.file.close();
      }
    }
  }

  private static final class Run {
    private final ReadableFile file;
    private final ByteBuffer chunk =
        ByteBuffer.allocate(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN).limit(0);
    private long position;
    private long value;
    private long count;

    Run(ReadableFile file) {
      this.file = file;
    }

    boolean next() throws IOException {
      if (!chunk.hasRemaining()) {
        long left = file.size() - position;
        if (left < ENTRY_BYTES) {
          return false;
        }
        chunk.clear().limit((int) Math.min(CHUNK_BYTES, left));
        file.readFully(chunk, position);
        position += chunk.flip().remaining();
      }
      value = chunk.getLong();
      count = chunk.getLong();
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    for (String path : runs) {
      AtomicFiles.discard(scratch, path);
    }
    runs.clear();
  }
}
