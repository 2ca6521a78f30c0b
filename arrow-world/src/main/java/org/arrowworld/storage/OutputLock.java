// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.storage;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
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

  /** What a published store has (spec P-1). */
  private static final List<String> PUBLISHED = List.of("store.json", "files.json");

  private final Storage storage;
  private final String file;
  private final StorageLock lock;
  private boolean closed;

  private OutputLock(Storage storage, String file, StorageLock lock) {
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
   * @throws InvalidUseException if it would lie in a published store
   */
  public static OutputLock take(Storage storage, String output) throws IOException {
    requireUnpublished(storage, output);
    String file = output + AtomicFiles.UNFINISHED + ENDING;
    String holder = Text.of("process %d, exporting to %s", ProcessHandle.current().pid(), output);
    OutputLock taken = new OutputLock(storage, file, storage.lock(file, holder));
    try {
      if (!taken.lock.wasLeft()) { // what a power loss leaves of the output is known by it
        taken.lock.force();
        storage.forceDirectory(folder(output));
      }
    } catch (IOException | RuntimeException | Error e) {
      try (taken) {
        throw e;
      }
    }
    return taken;
  }

  /**
   * Refuses what would lie in a published store, which never changes (spec P-4).
   *
   * @throws InvalidUseException naming it; nothing is touched
   */
  public static void requireUnpublished(Storage storage, String output) throws IOException {
    boolean within = storage.isBelow(PUBLISHED);
    for (String at = output; !within && !at.isEmpty(); ) {
      at = folder(at);
      within = true;
      for (String name : PUBLISHED) {
        within &= storage.exists(at.isEmpty() ? name : at + "/" + name);
      }
    }
    if (within) {
      throw new InvalidUseException(
          Text.of(
              "Cannot write %s in %s: it lies in a published store, which never changes; choose a path outside of it",
              output, storage.description()));
    }
  }

  private static String folder(String path) {
    return path.substring(0, Math.max(0, path.lastIndexOf('/')));
  }

  /**
   * Makes an unfinished name free: what a process that was killed left there is removed, known by
   * the text it left in its lock. Anything else is not ours.
   *
   * @throws InvalidUseException if something else stands there
   */
  public void free(String unfinished) throws IOException {
    if (!lock.wasLeft() && (storage.exists(unfinished) || storage.isLink(unfinished))) {
      throw new InvalidUseException(
          Text.of(
              "Cannot write %s in %s: %s stands where it is made, and no interrupted export left it; move it away or delete it",
              file.substring(0, file.length() - ENDING.length() - AtomicFiles.UNFINISHED.length()),
              storage.description(),
              unfinished));
    }
    AtomicFiles.discard(storage, unfinished);
  }

  /** Whether a name is that of something unfinished, or of its lock. */
  public static boolean isUnfinished(String name) {
    return name.endsWith(AtomicFiles.UNFINISHED) || name.endsWith(AtomicFiles.UNFINISHED + ENDING);
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
