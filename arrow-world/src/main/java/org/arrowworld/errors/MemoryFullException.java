// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.errors;

import org.arrowworld.internal.Text;

/**
 * The allocator a world was given, or the JVM, does not give the memory a table needs. Nothing was
 * changed: a tick that fails so is as if it had never begun, unless the message says to resume.
 */
public final class MemoryFullException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param column full name of the column
   * @param rows rows it was to hold
   */
  public MemoryFullException(String column, long rows, Throwable cause) {
    super(
        Text.of(
            "Cannot hold %d rows of column '%s': %s; give the world's allocator a larger limit",
            rows, column, cause.getMessage()),
        cause);
  }

  private MemoryFullException(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * A column cannot grow, because the JVM's direct memory is used up.
   *
   * @param column full name of the column
   * @param rows rows it was to hold
   */
  public static MemoryFullException growing(String column, long rows, OutOfMemoryError cause) {
    return new MemoryFullException(
        Text.of(
            "Cannot hold %d rows of column '%s': %s; raise -XX:MaxDirectMemorySize",
            rows, column, cause.getMessage()),
        cause);
  }

  /**
   * A column cannot be copied, because the JVM's direct memory is used up.
   *
   * @param column full name of the column
   * @param bytes its length
   */
  public static MemoryFullException copying(String column, long bytes, OutOfMemoryError cause) {
    return new MemoryFullException(
        Text.of(
            "Cannot copy %d bytes of column '%s': %s; raise -XX:MaxDirectMemorySize",
            bytes, column, cause.getMessage()),
        cause);
  }

  /**
   * A file cannot be imported, because it is more than the heap holds.
   *
   * @param file the file
   */
  public static MemoryFullException importing(String file, OutOfMemoryError cause) {
    return new MemoryFullException(
        Text.of(
            "Cannot import %s: it needs more memory than there is (%s); raise -Xmx",
            file, cause.getMessage()),
        cause);
  }

  /** The heap is full while a tick is made; the tick is as if it had never begun. */
  public static MemoryFullException running(long tick, OutOfMemoryError cause) {
    return new MemoryFullException(
        Text.of(
            "Cannot run tick %d: %s; nothing of it was logged; change less in one tick, or raise -Xmx",
            tick, cause.getMessage()),
        cause);
  }

  /** A tick's columns cannot grow. Nothing of the tick is logged, and the world goes on. */
  public static MemoryFullException running(long tick, MemoryFullException cause) {
    return new MemoryFullException(
        Text.of("Cannot run tick %d, of which nothing was logged: %s", tick, cause.getMessage()),
        cause);
  }

  /** The heap is full while a tick is logged or applied; the world takes no more ticks. */
  public static MemoryFullException ending(long tick, OutOfMemoryError cause) {
    return new MemoryFullException(
        Text.of(
            "Cannot end tick %d: %s; it may be in the log; close the world and resume it with a larger -Xmx",
            tick, cause.getMessage()),
        cause);
  }
}
