// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.internal;

import java.io.IOException;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.OutputLock;
import org.arrowworld.storage.Storage;

/**
 * A directory takes the place of another. No file system swaps two names at once, so the old one is
 * set aside as {@code .<name>.replaced}, the new one published, and only then the old one deleted;
 * what is killed in between is put right by {@link #repair}. At any moment one of them is whole.
 * The caller holds the output's lock ({@link OutputLock}).
 */
public final class Replacement {
  private static final String SET_ASIDE = ".replaced";

  private Replacement() {}

  /** Where the old one waits. */
  private static String aside(String path) {
    int name = path.lastIndexOf('/') + 1;
    return path.substring(0, name) + "." + path.substring(name) + SET_ASIDE;
  }

  /** Whether one was interrupted. */
  public static boolean isUnfinished(Storage storage, String path) throws IOException {
    return storage.exists(aside(path));
  }

  /**
   * Finishes what was interrupted: the old one is back at its name if nothing took that, else it is
   * gone.
   */
  public static void repair(Storage storage, String path) throws IOException {
    if (isUnfinished(storage, path)) {
      if (storage.exists(path)) {
        AtomicFiles.discard(storage, aside(path));
      } else {
        AtomicFiles.publish(storage, aside(path), path);
      }
    }
  }

  /** Publishes a complete, forced directory in the place of what is there, if anything is. */
  public static void publish(Storage storage, String temporary, String path) throws IOException {
    repair(storage, path);
    if (!storage.exists(path)) {
      AtomicFiles.publish(storage, temporary, path);
      return;
    }
    storage.rename(path, aside(path));
    try {
      AtomicFiles.publish(storage, temporary, path);
    } catch (IOException | RuntimeException | Error e) {
      repairAfter(e, storage, path);
      throw e;
    }
    AtomicFiles.discard(storage, aside(path));
  }

  private static void repairAfter(Throwable failure, Storage storage, String path) {
    try {
      if (!storage.exists(path)) {
        repair(storage, path);
      }
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }
}
