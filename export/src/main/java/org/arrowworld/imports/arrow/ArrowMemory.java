// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.arrow;

import java.io.Closeable;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.apache.arrow.memory.AllocationManager;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.memory.ReferenceManager;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.memory.util.MemoryUtil;
import org.arrowworld.internal.Text;

/**
 * Arrow memory for one read, within a limit. Closing frees all of it: a reader of Arrow's that
 * fails on a malformed file does not give back what it held, whatever is closed. One thread.
 */
final class ArrowMemory implements Closeable {
  private final Set<Block> live = Collections.newSetFromMap(new IdentityHashMap<>());
  private final BufferAllocator allocator;

  ArrowMemory(long limitBytes) {
    this.allocator =
        new RootAllocator(
            RootAllocator.configBuilder()
                .allocationManagerFactory(new Blocks())
                .maxAllocation(limitBytes)
                .build());
  }

  /** Valid until this is closed, as are its buffers. */
  BufferAllocator allocator() {
    return allocator;
  }

  @Override
  public void close() {
    live.forEach(block -> MemoryUtil.freeMemory(block.address));
    live.clear(); // the allocator counts what was leaked; it is not used again
  }

  private final class Blocks implements AllocationManager.Factory {
    @Override
    public AllocationManager create(BufferAllocator owner, long size) {
      return new Block(owner, size);
    }

    @Override
    public ArrowBuf empty() {
      return new ArrowBuf(ReferenceManager.NO_OP, null, 0, 0);
    }
  }

  private final class Block extends AllocationManager {
    private final long size;
    private final long address;

    Block(BufferAllocator owner, long size) {
      super(owner);
      this.size = size;
      try {
        this.address = MemoryUtil.allocateMemory(size);
      } catch (OutOfMemoryError e) {
        throw new OutOfMemoryException(Text.of("the system has no memory for %d bytes", size), e);
      }
      live.add(this);
    }

    @Override
    public long getSize() {
      return size;
    }

    @Override
    protected long memoryAddress() {
      return address;
    }

    @Override
    protected void release0() {
      if (live.remove(this)) {
        MemoryUtil.freeMemory(address);
      }
    }
  }
}
