// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.spark;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
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
 * @param paths stores, or folders of runs
 * @param view what is shown of them
 * @param table the table, where one is named
 * @param ticks the ticks of a state; empty: the last one of each run
 */
record SourceOptions(List<String> paths, ViewName view, Optional<String> table, List<Long> ticks) {
  private static final Set<String> KNOWN = Set.of("path", "paths", "view", "table", "tick");

  SourceOptions {
    paths = List.copyOf(paths);
    ticks = List.copyOf(ticks);
  }

  /** As {@code format("arrow-world").option(…).load(path)} gives them, whatever their case. */
  static SourceOptions of(Map<String, String> given) {
    ViewName view = ViewName.of("log");
    List<String> paths = new ArrayList<>();
    Optional<String> table = Optional.empty();
    List<Long> ticks = List.of();
    for (Map.Entry<String, String> option : given.entrySet()) {
      String value = option.getValue();
      switch (option.getKey().toLowerCase(Locale.ROOT)) {
        case "path" -> paths.add(value);
        case "paths" -> paths.addAll(list(value));
        case "view" -> view = ViewName.of(value);
        case "table" -> table = Optional.of(value);
        case "tick" -> ticks = ticks(value);
        default -> throw unknown(option.getKey());
      }
    }
    if (paths.isEmpty()) {
      throw new InvalidUseException(
          "Cannot read runs: no path was given; say load(path), or OPTIONS (path '…') in SQL");
    }
    check(view, table.isPresent(), "table");
    check(view, !ticks.isEmpty(), "tick");
    return new SourceOptions(paths, view, table, ticks);
  }

  private static InvalidUseException unknown(String name) {
    return new InvalidUseException(
        Text.of(
            "Unknown option '%s' of format arrow-world: expected one of %s",
            name, Nearest.of(name, new TreeSet<>(KNOWN))));
  }

  private static void check(ViewName view, boolean isGiven, String option) {
    if (isGiven && !view.options().contains(option)) {
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

  /** Several paths are given as a JSON array of strings. */
  private static List<String> list(String json) {
    List<String> paths = new ArrayList<>();
    try (JsonParser parser = new JsonFactory().createParser(json)) {
      boolean isArray = parser.nextToken() == JsonToken.START_ARRAY;
      while (isArray && parser.nextToken() == JsonToken.VALUE_STRING) {
        paths.add(parser.getText());
      }
      if (isArray && parser.currentToken() == JsonToken.END_ARRAY) {
        return paths;
      }
    } catch (IOException e) {
      throw notPaths(json, e);
    }
    throw notPaths(json, null);
  }

  private static InvalidUseException notPaths(String json, IOException cause) {
    return new InvalidUseException(
        Text.of("Option paths is '%s': expected a JSON array of strings", json), cause);
  }
}
