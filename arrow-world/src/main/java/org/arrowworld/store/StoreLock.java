// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.store;

import java.io.Closeable;
import java.io.IOException;
import org.arrowworld.internal.Text;
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
   */
  public static Closeable take(Storage storage) throws IOException {
    String holder =
        Text.of(
            "process %d (java %s)",
            ProcessHandle.current().pid(), System.getProperty("java.version"));
    return storage.lock(PATH, holder);
  }
}
