// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.errors;

import java.io.IOException;
import org.arrowworld.internal.Text;

/** A tick was refused because the log's containers have no room for it; nothing was changed. */
public final class LogFullException extends IOException {
  private static final long serialVersionUID = 1L;

  public LogFullException(long tick, long rows, long room, long capacity) {
    super(
        Text.of(
            "Cannot log tick %d of %d rows: %s; %s",
            tick,
            rows,
            rows > capacity
                ? Text.of("all containers together hold %d", capacity)
                : Text.of("there is room for %d until the disk catches up", room),
            rows > capacity
                ? "use more or larger containers, or let it block"
                : "try again, or let it block"));
  }
}
