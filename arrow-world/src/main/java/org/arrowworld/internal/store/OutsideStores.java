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
   * Refuses a path in a store. Its folder {@code fields}, where field runs are, is its own affair.
   *
   * @throws InvalidUseException naming the store; nothing is touched
   */
  public static void require(Path out) {
    Path absolute = AbsolutePath.of(out);
    for (Path at = absolute.getParent(); at != null; at = at.getParent()) {
      if (isStore(at) && !at.relativize(absolute).startsWith("fields")) {
        throw new InvalidUseException(
            Text.of(
                "Cannot write to %s: it lies in the store %s; choose a path outside of it",
                out, at));
      }
    }
  }

  private static boolean isStore(Path path) {
    return Files.isRegularFile(path.resolve("store.json"), LinkOption.NOFOLLOW_LINKS);
  }
}
