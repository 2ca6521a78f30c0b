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
}
