// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.memory;

import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/**
 * Direct memory that was given back, for whoever needs some next: worlds that open, close and grow
 * go round in the same blocks instead of waiting for the collector. Idle blocks are held weakly, so
 * a collection, which a want of direct memory brings about, frees them. Memory is never freed under
 * a reader: what is read too late is old, or another's, but is memory.
 */
final class IdleBlocks {
  /** Lengths come in steps of an eighth, so that columns that have grown a little fit again. */
  private static final int STEPS = 8;

  private static final int LEAST_BYTES = 512;

  private static final Map<Integer, ArrayDeque<WeakReference<ByteBuffer>>> IDLE = new HashMap<>();
  private static long allocations;

  private IdleBlocks() {}

  /** A block of at least a length; what is in it is not said. */
  static ByteBuffer take(int lengthBytes) {
    int blockBytes = blockBytes(lengthBytes);
    synchronized (IDLE) {
      ArrayDeque<WeakReference<ByteBuffer>> blocks = IDLE.get(blockBytes);
      while (blocks != null && !blocks.isEmpty()) {
        ByteBuffer block = blocks.pop().get();
        if (block != null) {
          return block;
        }
      }
      allocations++;
    }
    return ByteBuffer.allocateDirect(blockBytes);
  }

  /** Takes back a block that nobody reads any more. */
  static void giveBack(ByteBuffer block) {
    synchronized (IDLE) {
      ArrayDeque<WeakReference<ByteBuffer>> blocks =
          IDLE.computeIfAbsent(block.capacity(), bytes -> new ArrayDeque<>());
      if (!blocks.isEmpty() && blocks.peek().get() == null) {
        blocks.removeIf(gone -> gone.get() == null);
      }
      blocks.push(new WeakReference<>(block));
    }
  }

  /** How often memory was taken from the JVM. */
  static long allocations() {
    synchronized (IDLE) {
      return allocations;
    }
  }

  static int blockBytes(int lengthBytes) {
    if (lengthBytes <= LEAST_BYTES) {
      return LEAST_BYTES;
    }
    int step = Math.max(LEAST_BYTES, Integer.highestOneBit(lengthBytes - 1) / STEPS);
    return (int) Math.min(Integer.MAX_VALUE, (lengthBytes + step - 1L) / step * step);
  }
}
