// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.errors;

import java.io.IOException;
import org.arrowworld.internal.Text;

/**
 * A snapshot that was written in the background failed. Nothing of it was published, earlier ones
 * are untouched, and the world goes on: it has lost a shortcut, no history.
 */
public final class SnapshotFailedException extends IOException {
  private static final long serialVersionUID = 1L;

  private final long tick;

  /**
   * @param tick the tick it was of
   */
  public SnapshotFailedException(long tick, Throwable cause) {
    super(
        Text.of(
            "Cannot write the snapshot of tick %d in the background: %s; nothing of it was published, and the log still holds that tick",
            tick, cause.getMessage()),
        cause);
    this.tick = tick;
  }

  /** The tick it was of. */
  public long tick() {
    return tick;
  }
}
