package org.arrowworld.internal.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.log.StoreId;
import org.arrowworld.storage.AbsolutePath;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.Storage;

/** Makes a store's directory that appears whole or not at all. */
public final class NewStore {
  private NewStore() {}

  /** What fills the directory. */
  public interface Maker<R> {
    R make(Storage target) throws IOException;
  }

  /**
   * Makes a directory.
   *
   * @throws InvalidUseException if there is something of this name already; nothing is touched
   */
  public static <R> R make(Path directory, Maker<R> maker) throws IOException {
    Path absolute = AbsolutePath.of(directory);
    if (Files.exists(absolute, LinkOption.NOFOLLOW_LINKS) || absolute.getFileName() == null) {
      throw new InvalidUseException(
          Text.of("Cannot write %s: it exists already; name a directory that does not", directory));
    }
    boolean hadParent = Files.isDirectory(absolute.getParent());
    String name = absolute.getFileName().toString();
    String unique = StoreId.random().hex().substring(0, 12);
    String unfinished = "." + name + "." + unique + AtomicFiles.UNFINISHED;
    Files.createDirectories(absolute.getParent());
    boolean made = false;
    try (Storage parent = new DiskStorage(absolute.getParent());
        Storage target = new DiskStorage(absolute.resolveSibling(unfinished))) {
      try {
        R result = maker.make(target);
        AtomicFiles.publish(parent, unfinished, name);
        made = true;
        return result;
      } finally {
        if (!made) {
          AtomicFiles.discard(parent, unfinished);
        }
      }
    } finally {
      if (!made && !hadParent) {
        Files.deleteIfExists(absolute.getParent());
      }
    }
  }
}
