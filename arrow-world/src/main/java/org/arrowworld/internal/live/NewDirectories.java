// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.live;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.arrowworld.storage.AbsolutePath;

/** The directories that making a store adds above it, taken away again if it fails. */
public final class NewDirectories {
  private final List<Path> missing = new ArrayList<>();

  /** Notes which directories are not there yet, a path's own included. */
  public NewDirectories(Path directory) {
    for (Path at = AbsolutePath.of(directory);
        at != null && Files.notExists(at);
        at = at.getParent()) {
      missing.add(at);
    }
  }

  /** Deletes those that are there now and empty. */
  public void removeAfter(Throwable failure) {
    for (Path directory : missing) {
      try {
        Files.deleteIfExists(directory);
      } catch (DirectoryNotEmptyException e) {
        return; // somebody else's
      } catch (IOException e) {
        failure.addSuppressed(e);
      }
    }
  }
}
