// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.store;

import java.io.Closeable;
import java.io.IOException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.published.FileList;
import org.arrowworld.storage.Storage;

/** The lock a store's one writer holds (spec S-11). */
public final class StoreLock {
  private static final String PATH = "LOCK";

  private StoreLock() {}

  /**
   * Takes the lock for this process.
   *
   * @return what releases it
   * @throws org.arrowworld.errors.StoreLockedException at once, if somebody else holds it
   * @throws InvalidUseException if the store is published, and so never changed (spec P-4)
   */
  public static Closeable take(Storage storage) throws IOException {
    if (FileList.exists(storage)) {
      throw new InvalidUseException(
          Text.of(
              "Cannot change the store in %s: it was published (%s), and readers elsewhere rely on it; fork it to go on with it",
              storage.description(), FileList.PATH));
    }
    String holder =
        Text.of(
            "process %d (java %s)",
            ProcessHandle.current().pid(), System.getProperty("java.version"));
    return storage.lock(PATH, holder);
  }
}
