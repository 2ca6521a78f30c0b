// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.storage.AbsolutePath;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.OutputLock;
import org.arrowworld.storage.Storage;

/** Makes a store's directory that appears whole or not at all. */
public final class NewStore {
  private NewStore() {}

  /** What fills the directory. */
  public interface Maker<R> {
    R make(Storage target) throws IOException;
  }

  /**
   * Makes a directory. What a process that was killed left of one for the same place is removed.
   *
   * @throws InvalidUseException if there is something of this name already; nothing is touched
   * @throws org.arrowworld.errors.StoreLockedException if another process makes it
   */
  public static <R> R make(Path directory, Maker<R> maker) throws IOException {
    Path absolute = AbsolutePath.of(directory);
    requireAbsent(absolute);
    OutsideStores.require(directory);
    boolean hadParent = Files.isDirectory(absolute.getParent());
    Files.createDirectories(absolute.getParent());
    boolean made = false;
    try (Storage parent = new DiskStorage(absolute.getParent())) {
      R result =
          OutputLock.making(
              parent,
              absolute.getFileName().toString(),
              unfinished(absolute),
              () -> make(parent, absolute, maker));
      made = true;
      return result;
    } finally {
      if (!made && !hadParent) {
        Files.deleteIfExists(absolute.getParent());
      }
    }
  }

  private static <R> R make(Storage parent, Path absolute, Maker<R> maker) throws IOException {
    String name = absolute.getFileName().toString();
    String unfinished = unfinished(absolute);
    requireAbsent(absolute);
    boolean made = false;
    try (Storage target = new DiskStorage(absolute.resolveSibling(unfinished))) {
      R result = maker.make(target);
      AtomicFiles.publish(parent, unfinished, name);
      made = true;
      return result;
    } finally {
      if (!made) {
        AtomicFiles.discard(parent, unfinished);
      }
    }
  }

  private static String unfinished(Path absolute) {
    return "." + absolute.getFileName() + AtomicFiles.UNFINISHED;
  }

  private static void requireAbsent(Path absolute) {
    if (Files.exists(absolute, LinkOption.NOFOLLOW_LINKS) || absolute.getFileName() == null) {
      throw new InvalidUseException(
          Text.of("Cannot write %s: it exists already; name a directory that does not", absolute));
    }
  }
}
