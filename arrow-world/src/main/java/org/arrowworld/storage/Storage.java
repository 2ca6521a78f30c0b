// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.storage;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/**
 * A directory tree of files, the only way the project touches a disk.
 *
 * <p>Paths are relative, with {@code /} between names and never {@code ..}; the empty path is the
 * root. Implementations are safe for use by several threads; a single {@link WritableFile} is not.
 *
 * <p>What survives a power loss: file bytes after {@link WritableFile#force}, and names (creation,
 * rename, deletion) after {@link #forceDirectory} of the directory that holds them.
 */
public interface Storage extends Closeable {

  /** Names in a directory, sorted; empty if it does not exist. */
  List<String> list(String directory) throws IOException;

  /** Whether a file or directory of this path exists. */
  boolean exists(String path) throws IOException;

  /** Whether this is a directory, and no link to one. */
  boolean isDirectory(String path) throws IOException;

  /**
   * Whether a directory above the root holds files of all these names; false where there is nothing
   * above it.
   */
  default boolean isBelow(List<String> files) throws IOException {
    return false;
  }

  /**
   * Whether this is a link to a file or directory, which may be outside of the storage, or to
   * nothing. {@link #delete} deletes the link itself.
   */
  boolean isLink(String path) throws IOException;

  /**
   * Opens an existing file for reading at any position. The caller closes it. Directories, links,
   * FIFOs and devices are refused by name.
   *
   * @throws org.arrowworld.errors.DamagedFileException if it is no regular file
   */
  ReadableFile openRead(String path) throws IOException;

  /** Creates a file that must not exist yet. The caller closes it. */
  WritableFile create(String path) throws IOException;

  /** Opens an existing file for writing at any position. The caller closes it. */
  WritableFile openWrite(String path) throws IOException;

  /** Creates a directory and those above it; nothing happens where they exist. */
  void createDirectories(String directory) throws IOException;

  /** Makes the names in a directory survive a power loss. */
  void forceDirectory(String directory) throws IOException;

  /** Renames a file or directory atomically, replacing a file of the target name. */
  void rename(String from, String to) throws IOException;

  /** Deletes a file or an empty directory; an error if it does not exist. */
  void delete(String path) throws IOException;

  /**
   * Takes the exclusive lock on a lock file, creating the file if need be.
   *
   * @param holder text for people, stored in the file
   * @throws org.arrowworld.errors.StoreLockedException at once, if somebody else holds it
   */
  StorageLock lock(String path, String holder) throws IOException;

  /** How error messages name this storage. */
  String description();

  /** Releases what the storage itself holds; open files and locks are the caller's. */
  @Override
  default void close() throws IOException {}
}
