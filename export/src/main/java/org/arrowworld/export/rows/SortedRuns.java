// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.rows;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.arrowworld.internal.Text;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.FewFiles;
import org.arrowworld.storage.ReadableFile;
import org.arrowworld.storage.Storage;
import org.arrowworld.storage.WritableFile;

/**
 * Runs of sorted log rows in temporary files, and their merge. Each run holds rows that came after
 * those of the run before it, so ties go to the earlier run.
 */
final class SortedRuns implements Closeable {
  /** Offsets in a record. */
  static final int ORDER = 0;

  static final int SEQ = 8;
  static final int TICK = 16;
  static final int VAL = 24;
  static final int TEXT = 32;
  private static final int RECORD_BYTES = 36;

  private static final int WRITE_RECORDS = 1 << 15;
  private static final int MERGE_BYTES = 32 << 20;
  private static final int MIN_RECORDS = 64;

  private final Storage storage;
  private final String path;
  private final List<String> files = new ArrayList<>();
  private final List<Cursor> cursors = new ArrayList<>();

  /** Of the run being written; one for all, since direct memory is freed late. */
  private final ByteBuffer writing = memory(WRITE_RECORDS);

  /** Receives the merged rows. */
  interface Receiver {
    /** The record at an offset of a buffer, valid during the call. */
    void take(ByteBuffer records, int at) throws IOException;
  }

  SortedRuns(Storage storage, String path) {
    this.storage = storage;
    this.path = path;
  }

  private static ByteBuffer memory(int records) {
    return ByteBuffer.allocateDirect(records * RECORD_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Begins a run; the one before is closed. */
  Run begin() throws IOException {
    String file = path + Text.of(".run%d", files.size()) + AtomicFiles.UNFINISHED;
    AtomicFiles.discard(storage, file);
    Run run = new Run(storage.create(file), writing);
    files.add(file);
    return run;
  }

  /** A run being written. */
  static final class Run implements Closeable {
    private final WritableFile file;
    private final ByteBuffer buffer;
    private long written;

    private Run(WritableFile file, ByteBuffer buffer) {
      this.file = file;
      this.buffer = buffer.clear();
    }

    /** Where the next record goes, {@link #RECORD_BYTES} of it. */
    ByteBuffer record() throws IOException {
      if (!buffer.hasRemaining()) {
        finish();
      }
      return buffer;
    }

    void finish() throws IOException {
      int bytes = buffer.flip().remaining();
      file.write(buffer, written);
      written += bytes;
      buffer.clear();
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }

  /** Hands out the rows of all runs in order. */
  void merge(Receiver receiver) throws IOException {
    int records = Math.max(MIN_RECORDS, MERGE_BYTES / RECORD_BYTES / Math.max(1, files.size()));
    PriorityQueue<Cursor> queue =
        new PriorityQueue<>(
            Comparator.<Cursor>comparingLong(c -> c.order).thenComparingInt(c -> c.number));
    Storage runs = new FewFiles(storage);
    for (int i = 0; i < files.size(); i++) {
      Cursor cursor = new Cursor(i, runs.openRead(files.get(i)), memory(records));
      cursors.add(cursor);
      if (cursor.next()) {
        queue.add(cursor);
      }
    }
    while (!queue.isEmpty()) {
      Cursor least = queue.poll();
      Cursor second = queue.peek();
      boolean more;
      do {
        receiver.take(least.buffer, least.at);
        more = least.next();
      } while (more && (second == null || least.isBefore(second)));
      if (more) {
        queue.add(least);
      }
    }
  }

  /** A place in a run. */
  private static final class Cursor {
    private final int number;
    private final ReadableFile file;
    private final ByteBuffer buffer;
    private final long size;
    private long read;
    private int at;
    private long order;

    Cursor(int number, ReadableFile file, ByteBuffer buffer) throws IOException {
      this.number = number;
      this.file = file;
      this.buffer = buffer.limit(0);
      this.size = file.size();
    }

    boolean isBefore(Cursor other) {
      return order < other.order || (order == other.order && number < other.number);
    }

    boolean next() throws IOException {
      if (!buffer.hasRemaining()) {
        if (read == size) {
          return false;
        }
        buffer.clear().limit((int) Math.min(buffer.capacity(), size - read));
        file.readFully(buffer, read);
        buffer.flip();
        read += buffer.limit();
      }
      at = buffer.position();
      order = buffer.getLong(at + ORDER);
      buffer.position(at + RECORD_BYTES);
      return true;
    }
  }

  /** Deletes the runs. Idempotent. */
  @Override
  public void close() throws IOException {
    for (Cursor cursor : cursors) {
      cursor.file.close();
    }
    cursors.clear();
    for (String file : files) {
      AtomicFiles.discard(storage, file);
    }
    files.clear();
  }
}
