// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.storage;

import java.io.Closeable;
import java.io.IOException;
import org.arrowworld.errors.InvalidUseException;
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
  private final boolean inherited;
  private boolean closed;

  private OutputLock(Storage storage, String file, Closeable lock, boolean inherited) {
    this.storage = storage;
    this.file = file;
    this.lock = lock;
    this.inherited = inherited;
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
    boolean inherited = storage.exists(file);
    OutputLock taken = new OutputLock(storage, file, lock(storage, file, holder), inherited);
    try {
      if (!inherited) { // what a power loss leaves of the output is known by it
        storage.forceDirectory(output.substring(0, Math.max(0, output.lastIndexOf('/'))));
      }
    } catch (IOException | RuntimeException | Error e) {
      try (taken) {
        throw e;
      }
    }
    return taken;
  }

  /**
   * Makes an unfinished name free: what a process that was killed left there is removed, known by
   * the lock it left too. Anything else is not ours.
   *
   * @throws InvalidUseException if something else stands there
   */
  public void free(String unfinished) throws IOException {
    if (!inherited && (storage.exists(unfinished) || storage.isLink(unfinished))) {
      throw new InvalidUseException(
          Text.of(
              "Cannot write %s in %s: %s stands where it is made, and no interrupted export left it; move it away or delete it",
              file.substring(0, file.length() - ENDING.length() - AtomicFiles.UNFINISHED.length()),
              storage.description(),
              unfinished));
    }
    AtomicFiles.discard(storage, unfinished);
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

  /** Does something while the lock is held. */
  public static <T> T holding(Storage storage, String output, Work<T> work) throws IOException {
    OutputLock lock = take(storage, output);
    try (lock) {
      return work.run();
    }
  }

  /**
   * As {@link #holding}, after making an unfinished name {@linkplain #free free}.
   *
   * @throws InvalidUseException if something that is not ours stands there
   */
  public static <T> T making(Storage storage, String output, String unfinished, Work<T> work)
      throws IOException {
    OutputLock lock = take(storage, output);
    try (lock) {
      lock.free(unfinished);
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
