// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.storage;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The one way a complete file or directory becomes visible: a {@code .tmp} written and forced,
 * renamed, and the directory that holds the name forced (spec S-2, S-3).
 */
public final class AtomicFiles {
  /** Ending of names that are not published. */
  public static final String UNFINISHED = ".tmp";

  private AtomicFiles() {}

  /** Publishes a small file whole. */
  public static void write(Storage storage, String path, ByteBuffer content) throws IOException {
    String temporary = path + UNFINISHED;
    discard(storage, temporary);
    try {
      try (WritableFile file = storage.create(temporary)) {
        file.write(content, 0);
        file.force();
      }
      publish(storage, temporary, path);
    } catch (IOException | RuntimeException | Error e) {
      discardAfter(e, storage, temporary); // a full disk must not stay full
      throw e;
    }
  }

  /** Renames a forced temporary file, or a directory whose files are forced, into place. */
  public static void publish(Storage storage, String temporary, String path) throws IOException {
    storage.rename(temporary, path);
    storage.forceDirectory(parent(path));
  }

  /** Creates a directory and those above it, so that they survive a power loss. */
  public static void createDirectories(Storage storage, String directory) throws IOException {
    storage.createDirectories(directory);
    String at = directory;
    do {
      at = parent(at);
      storage.forceDirectory(at);
    } while (!at.isEmpty());
  }

  /**
   * Deletes a file or directory with all it holds; nothing happens if it is not there. Of a link
   * only the link is deleted: a store that comes from elsewhere may hold links to anything.
   */
  public static void discard(Storage storage, String path) throws IOException {
    if (storage.isLink(path)) {
      storage.delete(path);
    } else if (storage.exists(path)) {
      for (String name : storage.list(path)) {
        discard(storage, path + "/" + name);
      }
      storage.delete(path);
    }
  }

  /** As {@link #discard} while a failure is on its way; what goes wrong is added to it. */
  public static void discardAfter(Throwable failure, Storage storage, String path) {
    try {
      discard(storage, path);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  private static String parent(String path) {
    int slash = path.lastIndexOf('/');
    return slash < 0 ? "" : path.substring(0, slash);
  }
}
