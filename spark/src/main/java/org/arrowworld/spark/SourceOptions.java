// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.spark;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Nearest;
import org.arrowworld.internal.Text;

/**
 * What a query says about what it wants to read, checked.
 *
 * @param path a store, or a folder of runs
 * @param view what is shown of them
 * @param table the table, where one is named
 * @param ticks the ticks of a state; empty: the last one of each run
 */
record SourceOptions(String path, ViewName view, Optional<String> table, List<Long> ticks) {
  private static final Set<String> KNOWN = Set.of("path", "view", "table", "tick");

  SourceOptions {
    ticks = List.copyOf(ticks);
  }

  /** As {@code format("arrow-world").option(…).load(path)} gives them, whatever their case. */
  static SourceOptions of(Map<String, String> given) {
    ViewName view = ViewName.of("log");
    String path = null;
    Optional<String> table = Optional.empty();
    List<Long> ticks = List.of();
    for (Map.Entry<String, String> option : given.entrySet()) {
      String value = option.getValue();
      switch (option.getKey().toLowerCase(Locale.ROOT)) {
        case "path" -> path = value;
        case "paths" -> throw several(value);
        case "view" -> view = ViewName.of(value);
        case "table" -> table = Optional.of(value);
        case "tick" -> ticks = ticks(value);
        default -> throw unknown(option.getKey());
      }
    }
    if (path == null) {
      throw new InvalidUseException(
          "Cannot read runs: no path was given; say load(path), or OPTIONS (path '…') in SQL");
    }
    check(view, table.isPresent(), "table");
    check(view, !ticks.isEmpty(), "tick");
    return new SourceOptions(path, view, table, ticks);
  }

  private static InvalidUseException several(String paths) {
    return new InvalidUseException(
        Text.of(
            "Cannot read several paths at once: %s; put the runs into one folder, or unite what is read of each",
            paths));
  }

  private static InvalidUseException unknown(String name) {
    return new InvalidUseException(
        Text.of(
            "Unknown option '%s' of format arrow-world: expected one of %s",
            name, Nearest.of(name, new TreeSet<>(KNOWN))));
  }

  private static void check(ViewName view, boolean isGiven, String option) {
    if (isGiven && !view.has(option)) {
      throw new InvalidUseException(
          Text.of(
              "View '%s' has no option '%s': choose its rows by a condition, as where tick = 7",
              view.label(), option));
    }
  }

  private static List<Long> ticks(String text) {
    List<Long> ticks = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      try {
        ticks.add(Long.parseLong(part.trim()));
      } catch (NumberFormatException e) {
        throw new InvalidUseException(
            Text.of(
                "Option tick is '%s': expected a tick, or several as 100,200,300; without it each run's last one is read",
                text),
            e);
      }
    }
    return ticks;
  }
}
