// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.live;

import org.apache.arrow.memory.BufferAllocator;
import org.arrowworld.internal.memory.DirectMemory;
import org.arrowworld.live.WorldOptions;

/** Where a world's memory comes from; closed with the world if it is the world's own. */
record WorldMemory(BufferAllocator allocator, boolean own) implements AutoCloseable {
  static WorldMemory of(WorldOptions options) {
    return options
        .allocator()
        .map(
            given -> {
              DirectMemory.checkUsable(given);
              return new WorldMemory(given, false);
            })
        .orElseGet(() -> new WorldMemory(DirectMemory.newAllocator(), true));
  }

  @Override
  public void close() {
    if (own) {
      allocator.close();
    }
  }
}
