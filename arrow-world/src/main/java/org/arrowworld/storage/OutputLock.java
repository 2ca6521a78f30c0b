// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.storage;

import java.io.Closeable;
import java.io.IOException;
import org.arrowworld.errors.StoreLockedException;
import org.arrowworld.internal.Text;

/**
 * The right to write one output, and all that has its unfinished name: {@code <output>.tmp.lock},
 * which is gone once the output is. Another export to it is refused meanwhile; what one that was
 * killed left is not held by anybody.
 */
public final class OutputLock implements Closeable {
  private static final String ENDING = ".lock";

  private final Storage storage;
  private final String file;
  private final Closeable lock;
  private boolean closed;

  private OutputLock(Storage storage, String file, Closeable lock) {
    this.storage = storage;
    this.file = file;
    this.lock = lock;
  }

  /** Something that writes an output. */
  public interface Work<T> {
    T run() throws IOException;
  }

  /**
   * Takes the lock.
   *
   * @param output what is to be written; the directory that will hold it exists
   * @throws StoreLockedException if another export writes it
   */
  public static OutputLock take(Storage storage, String output) throws IOException {
    String file = output + AtomicFiles.UNFINISHED + ENDING;
    String holder = Text.of("process %d, exporting to %s", ProcessHandle.current().pid(), output);
    return new OutputLock(storage, file, lock(storage, file, holder));
  }

  private static Closeable lock(Storage storage, String file, String holder) throws IOException {
    try {
      return storage.lock(file, holder);
    } catch (StoreLockedException e) {
      throw e;
    } catch (IOException e) {
      AtomicFiles.discard(storage, file); // made, but without room for the holder's name
      throw e;
    }
  }

  /** Writes an output while the lock is held. */
  public static <T> T holding(Storage storage, String output, Work<T> work) throws IOException {
    OutputLock lock = take(storage, output);
    try (lock) {
      return work.run();
    }
  }

  /** Lets go, and leaves no file. Idempotent. */
  @Override
  public void close() throws IOException {
    if (!closed) {
      closed = true;
      try (lock) {
        AtomicFiles.discard(storage, file);
      }
    }
  }
}
