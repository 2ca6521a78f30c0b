// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.store;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.storage.AbsolutePath;

/** What is made in a store's folders would be taken for its files, or replace them (spec S-13). */
public final class OutsideStores {
  private OutsideStores() {}

  /**
   * Refuses a path in a store. Its folder {@code fields}, where field runs are, is its own affair,
   * unless the store is published and so never changes (spec P-4).
   *
   * @throws InvalidUseException naming the store; nothing is touched
   */
  public static void require(Path out) {
    Path absolute = AbsolutePath.of(out);
    for (Path at = absolute.getParent(); at != null; at = at.getParent()) {
      boolean field = at.relativize(absolute).startsWith("fields");
      if (isStore(at) && (!field || Files.exists(at.resolve("files.json")))) {
        throw within(out, at);
      }
    }
  }

  /**
   * Refuses a path in a store, its {@code fields} too.
   *
   * @throws InvalidUseException naming the store; nothing is touched
   */
  public static void requireAltogether(Path out) {
    for (Path at = AbsolutePath.of(out).getParent(); at != null; at = at.getParent()) {
      if (isStore(at)) {
        throw within(out, at);
      }
    }
  }

  private static InvalidUseException within(Path out, Path store) {
    return new InvalidUseException(
        Text.of(
            "Cannot write to %s: it lies in the store %s; choose a path outside of it",
            out, store));
  }

  private static boolean isStore(Path path) {
    return Files.isRegularFile(path.resolve("store.json"), LinkOption.NOFOLLOW_LINKS);
  }
}
