package org.arrowworld.export;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.export.parquet.ParquetArchive;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.json.ChecksummedJson;
import org.arrowworld.internal.json.JsonObject;
import org.arrowworld.storage.AbsolutePath;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.store.StoreInfo;

/**
 * A directory that becomes a store (or a set of files) at once or not at all: it is made under a
 * hidden name beside its final one and renamed by {@link #commit}.
 */
public final class OutputDirectory implements Closeable {
  private static final String TABLE = "[^.].*\\.(arrow|npz|npy|csv|avro|parquet)";
  private static final String ARRAY = "[^.].*\\.npy";

  /** What to do about something that stands at the output path. */
  public enum Existing {
    /** Refuse to begin. */
    REFUSE,
    /**
     * Replace it, if it is a store, an empty directory, or one of nothing but exported tables;
     * refuse to delete anything else.
     */
    REPLACE
  }

  private final DiskStorage parent;
  private final String name;
  private final String temporary;
  private final Existing existing;
  private boolean done;

  private OutputDirectory(DiskStorage parent, String name, String temporary, Existing existing) {
    this.parent = parent;
    this.name = name;
    this.temporary = temporary;
    this.existing = existing;
  }

  /**
   * Makes the temporary directory, after checking the final place.
   *
   * @throws InvalidUseException if something stands there that may not be replaced
   */
  public static OutputDirectory begin(Path out, Existing existing) throws IOException {
    Path absolute = AbsolutePath.of(out);
    check(absolute, existing);
    Path parent = parent(absolute);
    Files.createDirectories(parent);
    String name = absolute.getFileName().toString();
    for (int attempt = 0; ; attempt++) {
      String temporary =
          Text.of(
              ".%s.%d-%d%s", name, ProcessHandle.current().pid(), attempt, AtomicFiles.UNFINISHED);
      try {
        Files.createDirectory(parent.resolve(temporary));
        return new OutputDirectory(new DiskStorage(parent), name, temporary, existing);
      } catch (FileAlreadyExistsException e) {
        if (attempt == 1000) {
          throw e;
        }
      }
    }
  }

  /**
   * Clears the place of a store that is then written directly under its final name.
   *
   * @throws InvalidUseException if something stands there that may not be replaced
   */
  public static void clear(Path out, Existing existing) throws IOException {
    Path absolute = AbsolutePath.of(out);
    check(absolute, existing);
    if (exists(absolute)) {
      delete(absolute);
    }
  }

  /** Checks that a path may become an output, without changing anything. */
  public static void check(Path out, Existing existing) throws IOException {
    Path absolute = AbsolutePath.of(out);
    parent(absolute);
    if (!exists(absolute)) {
      return;
    }
    if (existing == Existing.REFUSE) {
      throw new InvalidUseException(
          Text.of("Cannot write to %s: it exists; choose another path, or --replace it", out));
    }
    if (!isStore(absolute) && !isArchive(absolute) && !holdsOnlyTables(absolute)) {
      throw new InvalidUseException(
          Text.of(
              "Cannot replace %s: it is neither a store nor a directory of exported tables, and nothing else is deleted",
              out));
    }
  }

  /** Checks that a path may become an output file, without changing anything. */
  public static void checkFile(Path out, Existing existing) throws IOException {
    Path absolute = AbsolutePath.of(out);
    parent(absolute);
    if (!exists(absolute)) {
      return;
    }
    if (existing == Existing.REFUSE) {
      throw new InvalidUseException(
          Text.of("Cannot write to %s: it exists; choose another path, or --replace it", out));
    }
    if (!Files.isRegularFile(absolute, LinkOption.NOFOLLOW_LINKS)) {
      throw new InvalidUseException(Text.of("Cannot replace %s: it is no file", out));
    }
  }

  private static Path parent(Path absolute) {
    if (absolute.getParent() == null || absolute.getFileName() == null) {
      throw new InvalidUseException(Text.of("Cannot write to %s: it is a root", absolute));
    }
    return absolute.getParent();
  }

  private static boolean exists(Path path) {
    return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
  }

  private static boolean isStore(Path path) throws IOException {
    return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)
        && StoreInfo.exists(new DiskStorage(path));
  }

  private static boolean isArchive(Path path) throws IOException {
    DiskStorage storage = new DiskStorage(path);
    if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS) || !storage.exists("manifest.json")) {
      return false;
    }
    try {
      JsonObject manifest = ChecksummedJson.read(storage, "manifest.json");
      return manifest.string("kind").equals(ParquetArchive.KIND);
    } catch (DamagedFileException e) {
      return false;
    }
  }

  private static boolean holdsOnlyTables(Path path) throws IOException {
    if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    for (String name : new DiskStorage(path).list("")) {
      Path entry = path.resolve(name);
      if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)
          ? !holdsOnlyFiles(entry, ARRAY)
          : !isFile(entry, TABLE)) {
        return false;
      }
    }
    return true;
  }

  private static boolean holdsOnlyFiles(Path path, String pattern) throws IOException {
    for (String name : new DiskStorage(path).list("")) {
      if (!isFile(path.resolve(name), pattern)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isFile(Path path, String pattern) {
    return path.getFileName().toString().matches(pattern)
        && Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS);
  }

  /** Deletes a store nobody writes to, or a directory that {@link #check} let pass. */
  private static void delete(Path absolute) throws IOException {
    DiskStorage parent = new DiskStorage(absolute.getParent());
    DiskStorage old = new DiskStorage(absolute);
    if (StoreInfo.exists(old)) {
      String holder = Text.of("process %d, to replace it", ProcessHandle.current().pid());
      Closeable lock = old.lock("LOCK", holder);
      try {
        AtomicFiles.discard(old, "store.json"); // from here on it is no store any more
        discard(parent, absolute.getFileName().toString());
      } finally {
        lock.close();
      }
      return;
    }
    discard(parent, absolute.getFileName().toString());
  }

  /** Deletes a tree without following links out of it. */
  private static void discard(DiskStorage parent, String name) throws IOException {
    Path root = Path.of(parent.description()).resolve(name);
    try (var paths = Files.walk(root)) {
      for (Path path : paths.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  /** The directory to fill; it moves when committed. */
  public Path directory() {
    return Path.of(parent.description()).resolve(temporary);
  }

  /** Publishes what was written, durably; it must be forced already. */
  public void commit() throws IOException {
    Path target = Path.of(parent.description()).resolve(name);
    check(target, existing);
    if (exists(target)) {
      delete(target);
    }
    AtomicFiles.publish(parent, temporary, name);
    done = true;
  }

  /** Without {@link #commit} deletes what was written. Idempotent. */
  @Override
  public void close() throws IOException {
    if (!done) {
      done = true;
      discard(parent, temporary);
    }
  }
}
