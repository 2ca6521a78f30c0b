// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.memory;

import java.nio.ByteBuffer;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.ForeignAllocation;
import org.apache.arrow.memory.util.MemoryUtil;
import org.arrowworld.errors.InvalidUseException;

/** Arrow buffers that share the memory of direct byte buffers. */
public final class ForeignBuffers {
  private ForeignBuffers() {}

  /**
   * An Arrow buffer over the remaining bytes of a direct buffer, without a copy. It keeps the byte
   * buffer reachable, so mapped memory stays mapped for as long as the Arrow buffer is; the caller
   * releases it.
   *
   * @throws InvalidUseException if the JVM runs without the flag this takes; the message names it
   */
  public static ArrowBuf wrap(ByteBuffer direct, BufferAllocator allocator) {
    if (!direct.hasRemaining()) {
      return allocator.getEmpty();
    }
    try {
      return allocator.wrapForeignAllocation(new Shared(direct.slice()));
    } catch (UnsupportedOperationException e) {
      throw new InvalidUseException(
          "Cannot show mapped memory as Arrow vectors: the JVM must be started with --add-opens=java.base/java.nio=ALL-UNNAMED; the vectors of TableView, which are copies, and the bytes of TableColumns take no flag",
          e);
    }
  }

  private static final class Shared extends ForeignAllocation {
    @SuppressWarnings("unused") // only there to keep the memory
    private final ByteBuffer owner;

    Shared(ByteBuffer owner) {
      super(owner.remaining(), MemoryUtil.getByteBufferAddress(owner));
      this.owner = owner;
    }

    @Override
    protected void release0() {
      // The memory goes when the byte buffer is collected.
    }
  }
}
