// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.sqlite;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.export.rows.RowColumn;
import org.arrowworld.internal.Text;

/** Names in SQL: always quoted, and refused where SQLite could not tell them apart. */
final class SqliteNames {
  private SqliteNames() {}

  /** A name as an SQL identifier. */
  static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  /** Refuses what SQLite cannot hold. */
  static void check(String table, List<RowColumn> columns) {
    if (table.toLowerCase(Locale.ROOT).startsWith("sqlite_")) {
      throw refused("table", table, "SQLite keeps names that begin with sqlite_ to itself");
    }
    checkText("table", table);
    Set<String> seen = new HashSet<>();
    for (RowColumn column : columns) {
      checkText("column", column.name());
      if (!seen.add(asciiLower(column.name()))) {
        throw refused(
            "column", column.name(), "there is another that differs by case only, if at all");
      }
    }
  }

  /** As SQLite compares names: only ASCII letters have a case. */
  private static String asciiLower(String name) {
    StringBuilder lower = new StringBuilder(name);
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      lower.setCharAt(i, c >= 'A' && c <= 'Z' ? (char) (c + 32) : c);
    }
    return lower.toString();
  }

  private static void checkText(String what, String name) {
    if (name.isEmpty() || name.indexOf('\0') >= 0) {
      throw refused(what, name, name.isEmpty() ? "it is empty" : "it has a NUL");
    }
  }

  private static InvalidUseException refused(String what, String name, String why) {
    return new InvalidUseException(
        Text.of(
            "Cannot export %s '%s' to SQLite: %s; leave it out or export to another format",
            what, name.replace("\0", "\\0"), why));
  }
}
