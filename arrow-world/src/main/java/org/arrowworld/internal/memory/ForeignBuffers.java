package org.arrowworld.internal.memory;

import java.nio.ByteBuffer;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.ForeignAllocation;
import org.apache.arrow.memory.util.MemoryUtil;

/** Arrow buffers that share the memory of direct byte buffers. */
public final class ForeignBuffers {
  private ForeignBuffers() {}

  /**
   * An Arrow buffer over the remaining bytes of a direct buffer, without a copy. It keeps the byte
   * buffer reachable, so mapped memory stays mapped for as long as the Arrow buffer is; the caller
   * releases it.
   */
  public static ArrowBuf wrap(ByteBuffer direct, BufferAllocator allocator) {
    if (!direct.hasRemaining()) {
      return allocator.getEmpty();
    }
    return allocator.wrapForeignAllocation(new Shared(direct.slice()));
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
