// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.errors;

import java.io.IOException;
import org.arrowworld.internal.Text;

/** Another writer holds the store. */
public final class StoreLockedException extends IOException {
  private static final long serialVersionUID = 1L;

  public StoreLockedException(String store, String holder) {
    super(
        Text.of(
            "Cannot open %s for writing: it is held by %s; wait until it ends, or open read-only",
            store, holder));
  }

  private StoreLockedException(String message) {
    super(message);
  }

  /** For a store that this very process holds: waiting would not help. */
  public static StoreLockedException heldHere(String store, String holder) {
    return new StoreLockedException(
        Text.of(
            "Cannot open %s for writing: it is held by %s, which is this process; close it there first, or open read-only",
            store, holder));
  }
}
