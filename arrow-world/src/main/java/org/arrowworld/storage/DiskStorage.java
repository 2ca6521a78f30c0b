// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;

/** The production storage: a directory of the file system. */
public final class DiskStorage implements Storage {
  private final Path root;

  /** Uses a directory, which need not exist yet. */
  public DiskStorage(Path root) {
    this.root = AbsolutePath.of(root);
  }

  @Override
  public List<String> list(String directory) throws IOException {
    try (Stream<Path> entries = Files.list(resolve(directory))) {
      return entries.map(p -> p.getFileName().toString()).sorted().toList();
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of();
    } catch (UncheckedIOException e) {
      throw e.getCause(); // the directory cannot be read on
    }
  }

  @Override
  public boolean exists(String path) throws IOException {
    return attributes(resolve(path)).isPresent();
  }

  @Override
  public boolean isDirectory(String path) throws IOException {
    return attributes(resolve(path), LinkOption.NOFOLLOW_LINKS)
        .filter(BasicFileAttributes::isDirectory)
        .isPresent();
  }

  @Override
  public boolean isBelow(List<String> files) {
    for (Path above = root.getParent(); above != null; above = above.getParent()) {
      if (files.stream().map(above::resolve).allMatch(Files::isRegularFile)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public boolean isLink(String path) throws IOException {
    return attributes(resolve(path), LinkOption.NOFOLLOW_LINKS)
        .filter(BasicFileAttributes::isSymbolicLink)
        .isPresent();
  }

  /** Empty where nothing is. Not to be told is not that: a fence would be ignored. */
  private static Optional<BasicFileAttributes> attributes(Path file, LinkOption... links)
      throws IOException {
    try {
      return Optional.of(Files.readAttributes(file, BasicFileAttributes.class, links));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (FileSystemException e) {
      for (Path above = file.getParent(); above != null; above = above.getParent()) {
        if (Files.isRegularFile(above)) {
          return Optional.empty();
        }
      }
      throw e;
    }
  }

  @Override
  public ReadableFile openRead(String path) throws IOException {
    Path file = resolve(path);
    requireRegular(path, file);
    return new DiskFile(
        path, FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
  }

  /**
   * Refuses what is no regular file before it is opened: opening a FIFO waits for a writer, and a
   * link may lead anywhere (spec S-12).
   */
  private void requireRegular(String path, Path file) throws IOException {
    for (Path at = file; !at.equals(root); at = at.getParent()) {
      if (!at.equals(file) && Files.isSymbolicLink(at)) {
        throw link(path, "it lies behind the link " + root.relativize(at));
      }
    }
    BasicFileAttributes attributes =
        Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (attributes.isSymbolicLink()) {
      throw link(path, "it is a link");
    }
    if (!attributes.isRegularFile()) {
      throw new DamagedFileException(
          path,
          -1,
          Text.of(
              "it is a %s, expected a regular file",
              attributes.isDirectory() ? "directory" : "FIFO or device"));
    }
  }

  private static DamagedFileException link(String path, String finding) {
    return new DamagedFileException(
        path,
        -1,
        finding + ", and links are not followed; put there what it leads to, or name that");
  }

  @Override
  public WritableFile create(String path) throws IOException {
    return new DiskFile(
        path,
        FileChannel.open(resolve(path), StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW));
  }

  @Override
  public WritableFile openWrite(String path) throws IOException {
    Path file = resolve(path);
    requireRegular(path, file);
    return new DiskFile(
        path, FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS));
  }

  /** The names of the root and of those above it, where they are new, are forced as well. */
  @Override
  public void createDirectories(String directory) throws IOException {
    List<Path> holders = new ArrayList<>(); // of new names, where forceDirectory does not reach
    for (Path at = root; Files.notExists(at); at = at.getParent()) {
      holders.add(at.getParent());
    }
    Files.createDirectories(resolve(directory));
    for (Path holder : holders) {
      force(holder);
    }
  }

  @Override
  public void forceDirectory(String directory) throws IOException {
    force(resolve(directory));
  }

  private static void force(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      Interrupts.defer(
          "force",
          directory,
          () -> {
            channel.force(true);
            return null;
          });
    }
  }

  @Override
  public void rename(String from, String to) throws IOException {
    Files.move(resolve(from), resolve(to), StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void delete(String path) throws IOException {
    Files.delete(resolve(path));
  }

  @Override
  public StorageLock lock(String path, String holder) throws IOException {
    if (isLink(path)) {
      throw new InvalidUseException(
          Text.of(
              "Cannot lock %s: %s in it is a link, and what it leads to would be overwritten; delete it",
              root, path));
    }
    return DiskLock.take(root.toRealPath().resolve(path), holder, description());
  }

  @Override
  public String description() {
    return root.toString();
  }

  private Path resolve(String path) {
    Path resolved = AbsolutePath.within(root, path);
    if (!resolved.startsWith(root)) {
      throw new InvalidUseException(Text.of("Cannot use path %s: it leaves %s", path, root));
    }
    return resolved;
  }
}
