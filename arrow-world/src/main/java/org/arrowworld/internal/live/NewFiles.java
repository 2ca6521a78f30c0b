// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.live;

import java.io.IOException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.Storage;

/** What making a store adds to a storage, taken away again if it fails. */
final class NewFiles {
  private static final String LOCK = "LOCK";
  private static final String STORE = "store.json";

  private final Storage storage;
  private final boolean directory;
  private final boolean lock;
  private boolean locked;

  private NewFiles(Storage storage, boolean directory, boolean lock) {
    this.storage = storage;
    this.directory = directory;
    this.lock = lock;
  }

  /** A store is not made among other files. A creation that was interrupted leaves just these. */
  static void requireNone(Storage storage) throws IOException {
    for (String name : storage.list("")) {
      if (!name.equals(LOCK) && !name.endsWith(AtomicFiles.UNFINISHED)) {
        throw new InvalidUseException(
            Text.of(
                "Cannot create a store in %s: it is not empty, it has %s; choose another path",
                storage.description(), name));
      }
    }
  }

  /** Notes what is not there yet. */
  static NewFiles of(Storage storage) throws IOException {
    return new NewFiles(storage, !storage.exists(""), !storage.exists(LOCK));
  }

  /** From now on the store's files are this writer's. */
  void locked() {
    locked = true;
  }

  /** Deletes the files; called while the lock is held, if it was taken. */
  void removeAfter(Throwable failure) {
    if (!locked) {
      return; // another writer's
    }
    AtomicFiles.discardAfter(failure, storage, STORE);
    if (lock) {
      AtomicFiles.discardAfter(failure, storage, LOCK);
    }
  }

  /** Deletes the directory, if it was made and nothing is in it. */
  void removeDirectoryAfter(Throwable failure) {
    try {
      if (directory && storage.exists("") && storage.list("").isEmpty()) {
        storage.delete("");
      }
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }
}
