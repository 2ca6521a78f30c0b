// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.window;

import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;

/**
 * How much of the recent past stays in memory; whichever bound is met first.
 *
 * @param ticks committed ticks, at least 1
 * @param bytes bytes of their rows, index included; the last tick stays whatever its size
 */
public record Window(long ticks, long bytes) {
  public Window {
    if (ticks < 1 || bytes < 1) {
      throw new InvalidUseException(
          Text.of(
              "Cannot keep a window of %d ticks and %d bytes: both are at least 1", ticks, bytes));
    }
  }

  /** The last ticks, however large. */
  public static Window ofTicks(long ticks) {
    return new Window(ticks, Long.MAX_VALUE);
  }

  /** As many of the last ticks as fit. */
  public static Window ofBytes(long bytes) {
    return new Window(Long.MAX_VALUE, bytes);
  }
}
