// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.npy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;

/** The bytes of an array of any size, in pieces of {@value #CHUNK_BYTES}; items never straddle. */
final class NpyChunks {
  static final int CHUNK_SHIFT = 29;
  static final int CHUNK_BYTES = 1 << CHUNK_SHIFT;

  private final ByteBuffer[] chunks;

  /** Allocates on the heap; the caller has already seen that so many bytes are justified. */
  NpyChunks(String name, long sizeBytes) {
    int count = Math.toIntExact((sizeBytes + CHUNK_BYTES - 1) >>> CHUNK_SHIFT);
    chunks = new ByteBuffer[count];
    try {
      for (int i = 0; i < count; i++) {
        long left = sizeBytes - ((long) i << CHUNK_SHIFT);
        chunks[i] = allocate((int) Math.min(left, CHUNK_BYTES));
      }
    } catch (OutOfMemoryError e) {
      throw new InvalidUseException(
          Text.of(
              "Cannot hold %s in memory: it is an array of %d bytes; raise the heap (-Xmx)",
              name, sizeBytes),
          e);
    }
  }

  /** Wraps memory of at most one piece. */
  NpyChunks(ByteBuffer whole) {
    chunks = whole.hasRemaining() ? new ByteBuffer[] {whole} : new ByteBuffer[0];
  }

  private static ByteBuffer allocate(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Writable pieces, position 0. */
  ByteBuffer[] pieces() {
    return chunks;
  }

  ByteBuffer piece(long offset) {
    return chunks[(int) (offset >>> CHUNK_SHIFT)];
  }

  static int inPiece(long offset) {
    return (int) (offset & (CHUNK_BYTES - 1));
  }

  List<ByteBuffer> readOnly() {
    List<ByteBuffer> views = new ArrayList<>(chunks.length);
    for (ByteBuffer chunk : chunks) {
      views.add(chunk.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN));
    }
    return List.copyOf(views);
  }
}
