// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.memory;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.ForeignAllocation;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;

/**
 * Memory that is a direct byte buffer and counts towards an Arrow allocator. It needs no JVM flag,
 * where memory of Arrow's own managers cannot become a byte buffer without. Closed, it is used
 * again for the next memory taken, unless it was {@link #lend lent}: then it goes when it is
 * collected, so that a view that is kept too long reads old values and nothing worse.
 */
public final class DirectMemory implements AutoCloseable {
  /** Arrow's own setting of where memory comes from, as a property and in the environment. */
  private static final String MANAGER = "arrow.allocation.manager.type";

  private static final String UNSAFE_MANAGER =
      "org.apache.arrow.memory.unsafe.UnsafeAllocationManager";

  /** How much SLF4J, by which Arrow logs, says of itself. */
  private static final String VERBOSITY = "slf4j.internal.verbosity";

  private static final String PROVIDERS = "META-INF/services/org.slf4j.spi.SLF4JServiceProvider";

  static {
    if (System.getProperty(VERBOSITY) == null
        && DirectMemory.class.getClassLoader().getResource(PROVIDERS) == null) {
      System.setProperty(VERBOSITY, "ERROR"); // else it says three lines about having no provider
    }
    if (System.getProperty(MANAGER) == null
        && System.getenv("ARROW_ALLOCATION_MANAGER_TYPE") == null
        && isThere(UNSAFE_MANAGER, BufferAllocator.class.getClassLoader())) {
      System.setProperty(MANAGER, "Unsafe"); // the one that runs without flags
    }
  }

  /**
   * Whether Arrow will find a class: where Arrow came with the program that this library was added
   * to, as in Spark, what stands beside this library is not seen by it.
   */
  static boolean isThere(String className, ClassLoader arrows) {
    try {
      Class.forName(className, false, arrows);
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  /** Takes part in the allocator's sums only: its address is never read. */
  private static final class Counted extends ForeignAllocation {
    Counted(long lengthBytes) {
      super(lengthBytes, 0);
    }

    @Override
    protected void release0() {
      // The memory goes another way, see close.
    }
  }

  private final ByteBuffer block;
  private final ByteBuffer bytes;
  private final ArrowBuf counted;
  private boolean lent;
  private boolean closed;

  /**
   * Takes memory, little-endian; what is in it is not said.
   *
   * @throws org.apache.arrow.memory.OutOfMemoryException if the allocator's limit does not allow it
   * @throws OutOfMemoryError if the JVM has too little direct memory
   */
  public DirectMemory(int lengthBytes, BufferAllocator allocator) {
    counted = allocator.wrapForeignAllocation(new Counted(lengthBytes));
    try {
      block = IdleBlocks.take(lengthBytes);
    } catch (OutOfMemoryError e) {
      counted.close();
      throw e;
    }
    bytes = block.slice(0, lengthBytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * An allocator of the library's own, for callers who give none.
   *
   * @throws InvalidUseException if Arrow's memory needs a JVM flag; the message names it
   */
  public static BufferAllocator newAllocator() {
    try {
      RootAllocator allocator = new RootAllocator();
      checkUsable(allocator);
      return allocator;
    } catch (ExceptionInInitializerError | NoClassDefFoundError e) {
      throw unusable(e);
    }
  }

  /**
   * Makes sure that an allocator gives memory that can be written and read, before anything else is
   * done with it.
   *
   * @throws InvalidUseException if that needs a JVM flag; the message names it
   */
  public static void checkUsable(BufferAllocator allocator) {
    try (ArrowBuf probe = allocator.buffer(Long.BYTES)) {
      probe.setLong(0, 1);
    } catch (OutOfMemoryException e) {
      // it works, and is full: whoever needs more will say how much
    } catch (ClassCastException
        | UnsupportedOperationException
        | ExceptionInInitializerError
        | NoClassDefFoundError e) {
      throw unusable(e);
    }
  }

  private static InvalidUseException unusable(Throwable cause) {
    return new InvalidUseException(
        Text.of(
            "Cannot use Arrow's memory manager %s on Java %d: start the JVM with --sun-misc-unsafe-memory-access=allow, or with -D%s=Unsafe, which needs no other flag (%s)",
            System.getProperty(MANAGER, "(the first on the class path)"),
            Runtime.version().feature(),
            MANAGER,
            cause.getClass().getSimpleName()),
        cause);
  }

  /** How often memory was taken from the JVM because none was idle. */
  public static long allocations() {
    return IdleBlocks.allocations();
  }

  /** The memory, for its owner. */
  public ByteBuffer bytes() {
    return bytes;
  }

  /** The memory, for somebody who may keep it: it is not used again. */
  public ByteBuffer lend() {
    lent = true;
    return bytes;
  }

  /** Gives it back to the allocator. Idempotent. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    counted.close();
    if (!lent) {
      IdleBlocks.giveBack(block);
    }
  }
}
