// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.timeline;

import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;

/**
 * A span of ticks, both ends included.
 *
 * @param first first tick
 * @param last last tick, at or after the first
 */
public record TickRange(long first, long last) {
  /** All ticks there are. */
  public static final TickRange ALL = new TickRange(0, Long.MAX_VALUE);

  public TickRange {
    if (first < 0 || first > last) {
      throw new InvalidUseException(
          Text.of(
              "No such range of ticks: %d to %d; the first is 0 or more and at most the last",
              first, last));
    }
  }

  /** Ticks {@code first} to {@code last}, both included. */
  public static TickRange of(long first, long last) {
    return new TickRange(first, last);
  }

  /** One tick. */
  public static TickRange at(long tick) {
    return new TickRange(tick, tick);
  }

  /** This tick and all after it. */
  public static TickRange from(long first) {
    return new TickRange(first, Long.MAX_VALUE);
  }

  /** All ticks up to this one. */
  public static TickRange upTo(long last) {
    return new TickRange(0, last);
  }

  /** Whether a tick lies in it. */
  public boolean contains(long tick) {
    return first <= tick && tick <= last;
  }
}
