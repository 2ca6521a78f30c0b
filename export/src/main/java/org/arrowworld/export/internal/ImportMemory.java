// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.internal;

import java.io.IOException;
import org.arrowworld.errors.MemoryFullException;

/** What an import does when a file that is within all limits is still more than the heap holds. */
public final class ImportMemory {
  private ImportMemory() {}

  /** An import, which leaves nothing behind if it fails. */
  public interface Work<T> {
    T run() throws IOException;
  }

  /**
   * Runs an import on the caller's thread.
   *
   * @param source what is imported, for the message
   * @throws MemoryFullException instead of an OutOfMemoryError
   */
  public static <T> T guard(Object source, Work<T> work) throws IOException {
    try {
      return work.run();
    } catch (OutOfMemoryError e) {
      throw MemoryFullException.importing(String.valueOf(source), e);
    }
  }
}
