// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Named findings of a command, shown as aligned lines for people or as one JSON object. Names of
 * both are the same but for blanks.
 */
final class Report {
  private final Map<String, Object> members = new LinkedHashMap<>();
  private final List<String[]> lines = new ArrayList<>();

  /** Adds a finding that reads the same in both forms. */
  Report add(String name, Object value) {
    return add(name, value, String.valueOf(value));
  }

  /** Adds a finding with its own text for people. */
  Report add(String name, Object value, String text) {
    members.put(name, value);
    lines.add(new String[] {name.replace('_', ' '), text});
    return this;
  }

  /** Adds what only programs want. */
  Report json(String name, Object value) {
    members.put(name, value);
    return this;
  }

  /** Adds what only people want; lines without a name continue the one above. */
  Report line(String name, String text) {
    lines.add(new String[] {name, text});
    return this;
  }

  void print(Console console, Format format) {
    if (format == Format.JSON) {
      console.out().print(JsonText.of(members) + "\n");
      return;
    }
    int width = lines.stream().mapToInt(line -> line[0].length()).max().orElse(0);
    for (String[] line : lines) {
      String name = Escape.text(line[0]);
      console
          .out()
          .print(name + " ".repeat(width - line[0].length() + 2) + Escape.text(line[1]) + "\n");
    }
  }

  /** How results are written. */
  enum Format {
    TEXT,
    JSON
  }
}
