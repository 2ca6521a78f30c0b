// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;

/**
 * When committed ticks are forced to the device.
 *
 * @param mode the kind of promise
 * @param intervalMillis for {@code INTERVAL}: the longest time a commit waits for its force
 */
public record Durability(Mode mode, long intervalMillis) {

  /** What a returned commit promises. */
  public enum Mode {
    /** The tick survives a power loss: it was forced. */
    COMMIT,
    /** The tick is forced within the interval; until then it survives a killed process only. */
    INTERVAL,
    /** Nothing is forced: ticks handed to the operating system survive a killed process. */
    NONE
  }

  /** A longer interval, eleven days, is a mistake. */
  private static final long MAX_INTERVAL_MILLIS = 999_999_999;

  /** Force every commit. */
  public static final Durability COMMIT = new Durability(Mode.COMMIT, 0);

  /** Never force. */
  public static final Durability NONE = new Durability(Mode.NONE, 0);

  public Durability {
    if (mode == null
        || (mode == Mode.INTERVAL) != (intervalMillis > 0)
        || intervalMillis > MAX_INTERVAL_MILLIS) {
      throw new InvalidUseException(
          Text.of("Cannot use an interval of %d ms with durability %s", intervalMillis, mode));
    }
  }

  /** Force at least every so many milliseconds. */
  public static Durability interval(long millis) {
    return new Durability(Mode.INTERVAL, millis);
  }

  /** Parses {@code commit}, {@code interval:MS} or {@code none}. */
  public static Durability parse(String text) {
    if (text.equals("commit")) {
      return COMMIT;
    }
    if (text.equals("none")) {
      return NONE;
    }
    if (text.matches("interval:[1-9][0-9]{0,8}")) {
      return interval(Long.parseLong(text.substring("interval:".length())));
    }
    throw new InvalidUseException(
        Text.of("Unknown durability '%s': expected commit, interval:MS or none", text));
  }
}
