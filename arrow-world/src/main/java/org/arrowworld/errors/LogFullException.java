package org.arrowworld.errors;

import java.io.IOException;

/** A tick was refused because the log's containers have no room for it; nothing was changed. */
public final class LogFullException extends IOException {
  private static final long serialVersionUID = 1L;

  public LogFullException(long tick, long rows, long room, long capacity) {
    super(
        "Cannot log tick %d of %d rows: %s; %s"
            .formatted(
                tick,
                rows,
                rows > capacity
                    ? "all containers together hold %d".formatted(capacity)
                    : "there is room for %d until the disk catches up".formatted(room),
                rows > capacity
                    ? "use more or larger containers, or let it block"
                    : "try again, or let it block"));
  }
}
