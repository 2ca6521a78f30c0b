// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.arrowworld.storage.WritableFile;

/**
 * Zeros behind the last message of a live segment, forced before they are written over: so a commit
 * changes no file size, and its force is cheaper (spec L-31). One thread.
 */
final class RoomAhead {
  /** A shorter segment has no room. */
  private static final long LEAST_BYTES = 4 << 10;

  private static final long MOST_BYTES = 8 << 20;
  private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(64 << 10).asReadOnlyBuffer();

  private final WritableFile file;

  /** Where the zeros end; behind the messages only where there is room. */
  private long end;

  private boolean full;

  RoomAhead(WritableFile file) {
    this.file = file;
  }

  /**
   * Makes as much room as the file has messages, where less than half of that is left. A disk that
   * is full ends it: messages are appended then, as far as there is room for them.
   *
   * @param position where the messages end, all of them forced
   * @param commitBytes what the last commit took; zeros in front of large ones are not worth it
   * @param limit where no more room is needed
   * @throws IOException if the zeros cannot be forced
   */
  void extend(long position, long commitBytes, long limit) throws IOException {
    long step = Math.min(position, MOST_BYTES);
    long to = Math.min(position + step, limit);
    if (full
        || position < LEAST_BYTES
        || commitBytes > MOST_BYTES / 2
        || to <= end
        || end - position >= step / 2) {
      return;
    }
    try {
      write(Math.max(position, end), to);
    } catch (IOException e) {
      full = true; // no message is in what could not be written
      return;
    }
    file.force();
    end = to;
  }

  private void write(long from, long to) throws IOException {
    for (long at = from; at < to; at += ZEROS.capacity()) {
      ByteBuffer zeros = ZEROS.duplicate();
      file.write(zeros.limit((int) Math.min(zeros.capacity(), to - at)), at);
    }
  }

  /** Cuts the room off behind the messages. */
  void cut(long position) throws IOException {
    if (end > position || full) {
      file.truncate(position);
    }
  }
}
