// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.arrowworld.storage.ReadableFile;

/** Tells room for later messages, zeros to the end of a live segment (spec L-31), from bytes. */
final class Room {
  private static final int PIECE_BYTES = 1 << 16;

  private Room() {}

  /** Whether nothing follows but zeros, if anything (spec L-22). */
  static boolean isAllFrom(ReadableFile file, long offset) throws IOException {
    long size = file.size();
    ByteBuffer piece = ByteBuffer.allocate((int) Math.min(PIECE_BYTES, Math.max(0, size - offset)));
    int count;
    for (long at = offset; at < size; at += count) {
      count = file.read(piece.clear(), at);
      if (count < 0) {
        return true; // its writer has closed it, and cut the room off
      }
      if (!isZero(piece.flip())) {
        return false;
      }
    }
    return true;
  }

  private static boolean isZero(ByteBuffer bytes) {
    long found = 0;
    while (bytes.remaining() >= 8) {
      found |= bytes.getLong();
    }
    while (bytes.hasRemaining()) {
      found |= bytes.get();
    }
    return found == 0;
  }
}
