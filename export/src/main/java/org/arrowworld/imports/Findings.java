// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.arrowworld.internal.Text;

/** What an import noticed. */
final class Findings {
  private final List<String> renamed = new ArrayList<>();
  private final List<String> leftOut = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final Map<String, String> units = new LinkedHashMap<>();
  private final Map<String, String> unmapped = new LinkedHashMap<>();

  void renamed(String table, String from, String to) {
    renamed.add(Text.of("%s: '%s' is called '%s'", table, from, to));
  }

  void leftOut(String table, String column) {
    leftOut.add(Text.of("%s: '%s', as asked", table, column));
  }

  /** Something did not become part of a table. */
  void unmapped(String name, String why) {
    String key = name;
    for (int i = 2; unmapped.containsKey(key); i++) {
      key = Text.of("%s (%d)", name, i);
    }
    unmapped.put(key, why);
  }

  /** Something was taken in a way that its owner should know of. */
  void note(String text) {
    notes.add(text);
  }

  /** What the values of a table's column mean. */
  void unit(String table, String column, String unit) {
    units.put(table + "." + column, unit);
  }

  List<String> notes() {
    return List.copyOf(notes);
  }

  /** By {@code table.column}. */
  Map<String, String> units() {
    return units;
  }

  List<String> renamed() {
    return List.copyOf(renamed);
  }

  List<String> leftOut() {
    return List.copyOf(leftOut);
  }

  /** Why, by name. */
  Map<String, String> unmapped() {
    return unmapped;
  }
}
