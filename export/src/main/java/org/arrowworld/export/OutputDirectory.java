// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.export.internal.Replacement;
import org.arrowworld.export.parquet.ParquetArchive;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.json.ChecksummedJson;
import org.arrowworld.internal.json.JsonObject;
import org.arrowworld.internal.store.OutsideStores;
import org.arrowworld.storage.AbsolutePath;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.OutputLock;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;

/**
 * A directory that becomes a store (or a set of files) at once or not at all: it is made under a
 * hidden name beside its final one and renamed by {@link #commit}.
 */
public final class OutputDirectory implements Closeable {
  /** What a store's directory holds. */
  private static final Set<String> STORE_PARTS =
      Set.of(
          "LOCK",
          "store.json",
          "log",
          "snapshots",
          "fields",
          "unmapped",
          "fence.json",
          "files.json");

  private static final String TABLE = "[^.].*\\.(arrow|npz|npy|csv|avro|parquet)";
  private static final String ARRAY = "[^.].*\\.npy";

  /** What to do about something that stands at the output path. */
  public enum Existing {
    /** Refuse to begin. */
    REFUSE,
    /**
     * Replace it, if it is a store or an archive and holds nothing else, an empty directory, or one
     * of nothing but exported tables; refuse to delete anything else.
     */
    REPLACE
  }

  private final DiskStorage parent;
  private final String name;
  private final String temporary;
  private final Existing existing;
  private final OutputLock lock;
  private boolean closed;

  private OutputDirectory(DiskStorage parent, String name, Existing existing, OutputLock lock) {
    this.parent = parent;
    this.name = name;
    this.temporary = "." + name + AtomicFiles.UNFINISHED;
    this.existing = existing;
    this.lock = lock;
  }

  /**
   * Makes the temporary directory, after checking the final place. What a process that was killed
   * left of one for the same place is put right or removed.
   *
   * @throws InvalidUseException if something stands there that may not be replaced
   * @throws org.arrowworld.errors.StoreLockedException if another process writes this output
   */
  public static OutputDirectory begin(Path out, Existing existing) throws IOException {
    Path absolute = AbsolutePath.of(out);
    check(absolute, existing);
    Path parent = parent(absolute);
    Files.createDirectories(parent);
    String name = absolute.getFileName().toString();
    DiskStorage storage = new DiskStorage(parent);
    OutputLock lock = OutputLock.take(storage, name);
    try {
      Replacement.repair(storage, name);
      check(absolute, existing);
      OutputDirectory output = new OutputDirectory(storage, name, existing, lock);
      lock.free(output.temporary);
      storage.createDirectories(output.temporary);
      return output;
    } catch (IOException | RuntimeException | Error e) {
      try (lock) {
        throw e;
      }
    }
  }

  /** Brings back what an interrupted replacement had set aside, if nothing took its place. */
  public static void repair(Path out) throws IOException {
    Path absolute = AbsolutePath.of(out);
    DiskStorage parent = new DiskStorage(parent(absolute));
    String name = absolute.getFileName().toString();
    if (Replacement.isUnfinished(parent, name)) {
      OutputLock.holding(
          parent,
          name,
          () -> {
            Replacement.repair(parent, name);
            return null;
          });
    }
  }

  /** Something that publishes an output. */
  public interface Publication {
    void run() throws IOException;
  }

  /**
   * Publishes an output by {@link Replacement}, after checking the final place, while nobody writes
   * the store that stands there.
   *
   * @throws InvalidUseException if something stands there that may not be replaced
   */
  @SuppressWarnings("try") // the lock is only held
  public static void replace(Path out, Existing existing, Publication publication)
      throws IOException {
    Path absolute = AbsolutePath.of(out);
    check(absolute, existing);
    if (!isStore(absolute)) {
      publication.run();
      return;
    }
    String holder = Text.of("process %d, to replace it", ProcessHandle.current().pid());
    try (Closeable held = new DiskStorage(absolute).lock("LOCK", holder)) {
      publication.run();
    }
  }

  /** Checks that a path may become an output, without changing anything. */
  public static void check(Path out, Existing existing) throws IOException {
    Path absolute = AbsolutePath.of(out);
    OutsideStores.require(out);
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
    if (isStore(absolute)) {
      checkParts(absolute);
    } else if (isArchive(absolute)) {
      Set<String> parts = archiveParts(absolute);
      checkParts(absolute, new DiskStorage(absolute), "", parts);
    }
  }

  /**
   * As {@link #check(Path, Existing)}, for an output made of {@code source}, which must not be
   * deleted with what the output replaces.
   *
   * @param source a file, or a folder such as a store
   */
  public static void check(Path out, Existing existing, Path source) throws IOException {
    check(out, existing);
    Path absolute = AbsolutePath.of(out);
    Path read = AbsolutePath.of(source);
    if (Files.exists(absolute)
        && Files.exists(read)
        && read.toRealPath().startsWith(absolute.toRealPath())) {
      throw new InvalidUseException(
          Text.of(
              "Cannot replace %s: it is, or holds, %s, which is read and would be deleted; choose another path",
              out, source));
    }
  }

  /** As {@link #check(Path, Existing, Path)}, of a storage, which may be a folder. */
  public static void check(Path out, Existing existing, Storage source) throws IOException {
    if (source.description().contains("://")) {
      check(out, existing);
    } else {
      check(out, existing, Path.of(source.description()));
    }
  }

  /** Refuses to delete with an archive what its manifest does not name. */
  private static void checkParts(Path archive, Storage files, String folder, Set<String> parts)
      throws IOException {
    for (String name : files.list(folder)) {
      String path = folder.isEmpty() ? name : folder + "/" + name;
      if (files.isDirectory(path) && !files.isLink(path)) {
        checkParts(archive, files, path, parts);
      } else if (!parts.contains(path) && !OutputLock.isUnfinished(name)) {
        throw notPart(archive, path, "archive");
      }
    }
  }

  private static Set<String> archiveParts(Path archive) throws IOException {
    Set<String> parts = new HashSet<>(Set.of("manifest.json"));
    JsonObject manifest = ChecksummedJson.read(new DiskStorage(archive), "manifest.json");
    for (JsonObject file : manifest.objects("files")) {
      parts.add(file.string("path"));
    }
    return parts;
  }

  private static InvalidUseException notPart(Path out, String name, String of) {
    return new InvalidUseException(
        Text.of(
            "Cannot replace %s: it holds %s, which is not part of the %s and would be deleted; move it elsewhere",
            out, name, of));
  }

  /** Refuses to delete with a store what is no part of it (spec S-13). */
  private static void checkParts(Path store) throws IOException {
    for (String name : new DiskStorage(store).list("")) {
      if (!STORE_PARTS.contains(name) && !OutputLock.isUnfinished(name)) {
        throw notPart(store, name, "store");
      }
    }
  }

  /** Checks that a path may become an output file, without changing anything. */
  public static void checkFile(Path out, Existing existing) throws IOException {
    Path absolute = AbsolutePath.of(out);
    OutsideStores.require(out);
    if (!exists(absolute)) {
      return;
    }
    if (existing == Existing.REFUSE) {
      throw new InvalidUseException(
          Text.of("Cannot write to %s: it exists; choose another path, or --replace it", out));
    }
    if (!Files.isRegularFile(absolute, LinkOption.NOFOLLOW_LINKS)) {
      throw new InvalidUseException(Text.of("Cannot replace %s: it is not a file", out));
    }
    Optional<Path> whole = whole(absolute);
    if (whole.isPresent()) {
      throw new InvalidUseException(
          Text.of(
              "Cannot replace %s: it is a part of %s, which could not be read without it; choose another path",
              out, whole.get()));
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

  /** The field run, archive or folder of runs that a file is a part of. */
  private static Optional<Path> whole(Path file) throws IOException {
    String name = file.getFileName().toString();
    for (Path at = file.getParent(); at != null; at = at.getParent()) {
      boolean direct = at.equals(file.getParent());
      boolean field =
          Files.exists(at.resolve("times.npy")) && Files.exists(at.resolve("metadata.json"));
      boolean archive =
          (name.endsWith(".parquet") || name.equals("manifest.json")) && isArchive(at);
      boolean sweep =
          Files.exists(at.resolve("sweep.json")) && file.startsWith(at.resolve("outcomes"));
      if (archive
          || sweep
          || (direct && name.equals("sweep.json"))
          || (direct && field && (name.endsWith(".npy") || name.equals("metadata.json")))) {
        return Optional.of(at);
      }
    }
    return Optional.empty();
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

  /** The directory to fill; it moves when committed. */
  public Path directory() {
    return Path.of(parent.description()).resolve(temporary);
  }

  /**
   * Publishes what was written, durably; it must be forced already. What it replaces is there, or
   * this, at any moment.
   */
  public void commit() throws IOException {
    Path target = Path.of(parent.description()).resolve(name);
    replace(target, existing, () -> Replacement.publish(parent, temporary, name));
  }

  /** Without {@link #commit} deletes what was written. Idempotent. */
  @Override
  public void close() throws IOException {
    if (!closed) {
      closed = true;
      try (lock) {
        AtomicFiles.discard(parent, temporary);
      }
    }
  }
}
