// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.util.ArrayList;
import java.util.List;

/** Rows under a heading, in columns aligned with blanks, escaped. */
final class Grid {
  private final List<List<String>> rows = new ArrayList<>();

  Grid(String... heading) {
    rows.add(List.of(heading));
  }

  void row(Object... cells) {
    List<String> row = new ArrayList<>();
    for (Object cell : cells) {
      row.add(Escape.text(String.valueOf(cell)));
    }
    rows.add(row);
  }

  void print(Console console) {
    int columns = rows.get(0).size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < columns; i++) {
        line.append(row.get(i));
        if (i < columns - 1) {
          line.append(" ".repeat(widths[i] - row.get(i).length() + 2));
        }
      }
      console.out().print(line + "\n");
    }
  }
}
