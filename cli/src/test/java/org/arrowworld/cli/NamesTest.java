// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.arrowworld.LiveWorld;
import org.arrowworld.Store;
import org.arrowworld.export.Exports;
import org.arrowworld.imports.Imports;
import org.arrowworld.runs.Runs;
import org.arrowworld.runs.Sweep;
import org.arrowworld.serve.ViewServer;
import org.arrowworld.tick.Tick;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * docs/names.md says what there is, in Java and on the command line; Python's own test its column.
 */
class NamesTest {
  private static final Pattern NAME = Pattern.compile("`([\\w.]+)`");
  private static final Map<String, Class<?>> HOMES =
      Map.of(
          "Store",
          Store.class,
          "LiveWorld",
          LiveWorld.class,
          "Exports",
          Exports.class,
          "Imports",
          Imports.class,
          "ViewServer",
          ViewServer.class,
          "Runs",
          Runs.class,
          "Sweep",
          Sweep.class,
          "Tick",
          Tick.class);

  /** The cells of the table's rows: concept, Java, Python, aw. */
  private static final List<String[]> ROWS = new ArrayList<>();

  @BeforeAll
  static void the_table() throws IOException {
    Path page = Path.of("..", "docs", "names.md");
    try (Stream<String> lines = Files.lines(page)) {
      lines
          .filter(line -> line.startsWith("| "))
          .skip(1)
          .forEach(line -> ROWS.add(line.substring(2).split(" *\\| *", -1)));
    }
    assertThat(ROWS).hasSizeGreaterThan(10).allMatch(cells -> cells.length == 5);
  }

  private static List<String> names(int column) {
    return ROWS.stream()
        .flatMap(cells -> NAME.matcher(cells[column]).results())
        .map((MatchResult found) -> found.group(1))
        .toList();
  }

  @Test
  void java_has_the_names() {
    for (String name : names(1)) {
      String[] parts = name.split("\\.");
      assertThat(HOMES).as(name).containsKey(parts[0]);
      assertThat(Arrays.stream(HOMES.get(parts[0]).getMethods()).map(Method::getName))
          .as(name)
          .contains(parts[1]);
    }
  }

  @Test
  void aw_has_the_verbs_and_no_others() {
    assertThat(new TreeSet<>(names(3)))
        .isEqualTo(
            new TreeSet<>(RootCommand.commands(Console.ofProcess()).getSubcommands().keySet()));
  }
}
