// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.parquet;

import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Little-endian direct memory that grows as it is written. One thread at a time. */
final class GrowingBuffer extends OutputStream {
  private ByteBuffer memory = allocate(1 << 16);

  private static ByteBuffer allocate(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Forgets what was written; views of it become invalid. */
  void clear() {
    memory.clear();
  }

  /** Bytes written. */
  int size() {
    return memory.position();
  }

  /** Makes room and returns the memory, positioned at the end of what was written. */
  ByteBuffer room(int bytes) {
    if (memory.remaining() < bytes) {
      long wanted = Math.max(2L * memory.capacity(), (long) memory.position() + bytes);
      ByteBuffer larger = allocate((int) Math.min(wanted, Integer.MAX_VALUE - 8));
      larger.put(memory.flip());
      memory = larger;
    }
    return memory;
  }

  @Override
  public void write(int b) {
    room(1).put((byte) b);
  }

  @Override
  public void write(byte[] source, int from, int count) {
    room(count).put(source, from, count);
  }

  /** What was written from a position on; valid until the next growth or {@link #clear}. */
  ByteBuffer from(int start) {
    return memory.slice(start, memory.position() - start).order(ByteOrder.LITTLE_ENDIAN);
  }
}
