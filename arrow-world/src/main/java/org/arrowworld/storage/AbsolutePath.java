// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.storage;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.given.Given;

/**
 * Absolute paths that name what the caller meant. Where Java runs in a locale that cannot write the
 * current folder's name (another charset, {@code LC_ALL=C}), {@link Path#toAbsolutePath} names
 * another folder, without a word; so the build refuses it everywhere else.
 */
public final class AbsolutePath {
  private static final String REMEDY =
      "; start Java in a UTF-8 locale (LC_ALL=C.UTF-8), as the launcher aw does";

  private AbsolutePath() {}

  /**
   * The absolute path, without {@code .} and {@code ..}.
   *
   * @throws InvalidUseException if the path is relative and Java does not know the current folder
   */
  public static Path of(Path path) {
    Given.required("name a file or folder", "path", path);
    Path absolute = path.toAbsolutePath().normalize();
    boolean relative = !path.isAbsolute() && path.getFileSystem() == FileSystems.getDefault();
    if (relative && !isCurrentFolderKnown()) {
      throw new InvalidUseException(
          Text.of(
              "Cannot use the current folder for the path '%s': Java takes it for %s, as it reads"
                  + " names of files in %s",
              path, Path.of("").toAbsolutePath(), charset() + REMEDY));
    }
    return absolute;
  }

  /**
   * A path within a folder.
   *
   * @throws InvalidUseException if the name cannot be written as Java writes names of files here
   */
  static Path within(Path folder, String name) {
    try {
      return folder.resolve(name).normalize();
    } catch (InvalidPathException e) {
      throw new InvalidUseException(
          Text.of(
              "Cannot use path %s in %s: Java writes names of files in %s here, which cannot say it",
              name, folder, charset() + REMEDY),
          e);
    }
  }

  /** Java puts U+FFFD where it cannot read a byte of the folder's name. */
  private static boolean isCurrentFolderKnown() {
    try {
      return System.getProperty("user.dir").indexOf('\uFFFD') < 0
          && Files.isSameFile(Path.of("."), Path.of("").toAbsolutePath());
    } catch (IOException e) {
      return false;
    }
  }

  private static String charset() {
    return System.getProperty("sun.jnu.encoding");
  }
}
