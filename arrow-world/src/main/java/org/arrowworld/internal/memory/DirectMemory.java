package org.arrowworld.internal.memory;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.ForeignAllocation;
import org.apache.arrow.memory.RootAllocator;

/**
 * Memory that is a direct byte buffer and counts towards an Arrow allocator. It needs no JVM flag,
 * where memory of Arrow's own managers cannot become a byte buffer without. It goes when it is
 * collected, so a view that is kept too long reads old values and nothing worse.
 */
public final class DirectMemory implements AutoCloseable {
  /** Arrow's own setting of where memory comes from, as a property and in the environment. */
  private static final String MANAGER = "arrow.allocation.manager.type";

  static {
    if (System.getProperty(MANAGER) == null
        && System.getenv("ARROW_ALLOCATION_MANAGER_TYPE") == null) {
      System.setProperty(MANAGER, "Unsafe"); // the one that runs without flags
    }
  }

  /** Takes part in the allocator's sums only: its address is never read. */
  private static final class Counted extends ForeignAllocation {
    Counted(long lengthBytes) {
      super(lengthBytes, 0);
    }

    @Override
    protected void release0() {
      // The memory goes when the byte buffer is collected.
    }
  }

  private final ByteBuffer bytes;
  private final ArrowBuf counted;

  /**
   * Takes memory, zeroed and little-endian.
   *
   * @throws org.apache.arrow.memory.OutOfMemoryException if the allocator's limit does not allow it
   * @throws OutOfMemoryError if the JVM has too little direct memory
   */
  public DirectMemory(int lengthBytes, BufferAllocator allocator) {
    bytes = ByteBuffer.allocateDirect(lengthBytes).order(ByteOrder.LITTLE_ENDIAN);
    counted = allocator.wrapForeignAllocation(new Counted(lengthBytes));
  }

  /** An allocator of the library's own, for callers who give none. */
  public static BufferAllocator newAllocator() {
    return new RootAllocator();
  }

  /** The memory. */
  public ByteBuffer bytes() {
    return bytes;
  }

  /** Gives it back to the allocator. */
  @Override
  public void close() {
    counted.close();
  }
}
