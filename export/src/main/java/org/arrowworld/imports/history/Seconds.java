// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.history;

import java.math.BigDecimal;
import java.util.Map;
import java.util.Optional;

/** How many seconds the units of times are. */
public final class Seconds {
  private static final Map<String, String> UNITS =
      Map.ofEntries(
          Map.entry("", "1"),
          Map.entry("s", "1"),
          Map.entry("sec", "1"),
          Map.entry("second", "1"),
          Map.entry("seconds", "1"),
          Map.entry("ms", "1e-3"),
          Map.entry("milliseconds", "1e-3"),
          Map.entry("us", "1e-6"),
          Map.entry("\u00B5s", "1e-6"), // micro sign
          Map.entry("\u03BCs", "1e-6"), // Greek mu
          Map.entry("microseconds", "1e-6"),
          Map.entry("ns", "1e-9"),
          Map.entry("nanoseconds", "1e-9"),
          Map.entry("min", "60"),
          Map.entry("minutes", "60"),
          Map.entry("h", "3600"),
          Map.entry("hours", "3600"),
          Map.entry("d", "86400"),
          Map.entry("days", "86400"));

  private Seconds() {}

  /**
   * The seconds of one of a unit.
   *
   * @param unit as in spec T-8, also with {@code since} and an instant behind it
   * @return empty if it is no unit of time, or one without a fixed length
   */
  public static Optional<BigDecimal> in(String unit) {
    int end = unit.indexOf(' ');
    return Optional.ofNullable(UNITS.get(end < 0 ? unit : unit.substring(0, end)))
        .map(BigDecimal::new);
  }
}
