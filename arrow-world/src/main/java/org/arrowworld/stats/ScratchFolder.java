// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.stats;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.Storage;

/** A temporary directory, gone when closed. */
final class ScratchFolder implements Closeable {
  private final Path directory;
  private final Storage storage;

  ScratchFolder() throws IOException {
    directory = Files.createTempDirectory("aw-stats");
    storage = new DiskStorage(directory);
  }

  Storage storage() {
    return storage;
  }

  @Override
  public void close() throws IOException {
    for (String name : storage.list("")) {
      AtomicFiles.discard(storage, name);
    }
    storage.close();
    Files.delete(directory);
  }
}
