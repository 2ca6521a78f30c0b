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
  private final Map<String, String> unmapped = new LinkedHashMap<>();

  void renamed(String table, String from, String to) {
    renamed.add(Text.of("%s: '%s' is called '%s'", table, from, to));
  }

  void leftOut(String table, String column) {
    leftOut.add(Text.of("%s: '%s', as asked", table, column));
  }

  /** Something did not become part of a table. */
  void unmapped(String name, String why) {
    unmapped.put(name, why);
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
