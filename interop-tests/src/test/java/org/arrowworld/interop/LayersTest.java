// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The layers of docs/architecture.md: which package may use which, held against the classes. */
class LayersTest {
  private static final String ROOT = "org.arrowworld";
  private static final Path TABLE = Path.of("..", "docs", "architecture.md");
  private static final Pattern ROW =
      Pattern.compile("\\| `([a-z0-9.]+)` \\| ([^|]+) \\| ([^|]+) \\|");

  /** The first three of the table, which need no mention. */
  private static final Set<String> EVERYBODY = Set.of("internal", "errors", "internal.given");

  /** What a library is called in the table, by the beginning of its packages' names. */
  private static final Map<String, String> LIBRARIES =
      Map.ofEntries(
          Map.entry("com.fasterxml.jackson", "jackson"),
          Map.entry("com.github.luben", "zstd"),
          Map.entry("com.google.flatbuffers", "flatbuffers"),
          Map.entry("com.sun.net.httpserver", "jdk.httpserver"),
          Map.entry("me.tongfei", "progressbar"),
          Map.entry("net.jpountz", "lz4"),
          Map.entry("org.apache.arrow.compression", "arrow-compression"),
          Map.entry("org.apache.arrow.flatbuf", "flatbuffers"),
          Map.entry("org.apache.arrow", "arrow"),
          Map.entry("org.apache.avro", "avro"),
          Map.entry("org.apache.parquet", "parquet"),
          Map.entry("org.apache.spark", "spark"),
          Map.entry("shaded.parquet", "parquet"),
          Map.entry("software.amazon.awssdk", "awssdk"),
          Map.entry("org.sqlite", "sqlite"),
          Map.entry("org.xerial", "snappy"),
          Map.entry("picocli", "picocli"));

  /** What a package uses. */
  private record Uses(Set<String> packages, Set<String> libraries) {
    Uses() {
      this(new TreeSet<>(), new TreeSet<>());
    }
  }

  private static final Map<String, Uses> CLASSES = new TreeMap<>();

  @BeforeAll
  static void readClasses() throws IOException {
    List<String> built = Tree.built();
    for (String module : Tree.modules()) {
      Path sources = Tree.ROOT.resolve(module).resolve("src/main/java");
      if (built.contains(module) && Files.exists(sources)) {
        jdeps(Tree.ROOT.resolve(module).resolve("target/classes"));
      } else {
        imports(sources);
      }
    }
  }

  private static void jdeps(Path classes) {
    StringWriter out = new StringWriter();
    try (PrintWriter writer = new PrintWriter(out)) {
      ToolProvider.findFirst("jdeps")
          .orElseThrow(() -> new IllegalStateException("This test needs a JDK: there is no jdeps"))
          .run(
              writer,
              writer,
              "-verbose:package",
              "--multi-release",
              "base",
              "--ignore-missing-deps",
              classes.toString());
    }
    Matcher line = Pattern.compile("(?m)^ +(\\S+) +-> (\\S+)").matcher(out.toString());
    while (line.find()) {
      uses(line.group(1), line.group(2));
    }
  }

  /** As {@link #jdeps}, of a module that the default build does not make. */
  private static void imports(Path sources) throws IOException {
    Pattern imported = Pattern.compile("(?m)^import (?:static )?([a-z0-9_.]+)\\.[A-Z]");
    for (Path file : Tree.files(sources, ".java")) {
      String in = sources.relativize(file.getParent()).toString().replaceAll("[/\\\\]", ".");
      Matcher line = imported.matcher(Tree.read(file));
      while (line.find()) {
        uses(in, line.group(1));
      }
    }
  }

  private static void uses(String user, String used) {
    Uses uses = CLASSES.computeIfAbsent(brief(user), p -> new Uses());
    if (used.startsWith(ROOT)) {
      uses.packages().add(brief(used));
    } else if (!used.startsWith("java.") && !used.startsWith("javax.")) {
      uses.libraries().add(library(used));
    }
  }

  private static String library(String used) {
    return LIBRARIES.keySet().stream()
        .filter(used::startsWith)
        .max(Comparator.comparingInt(String::length))
        .map(LIBRARIES::get)
        .orElse(used);
  }

  @Test
  void packagesUseWhatTheTableLetsThemAndNothingBelowThem() throws IOException {
    List<String> above = new ArrayList<>();
    List<String> wrong = new ArrayList<>();
    for (String line : Files.readAllLines(TABLE, UTF_8)) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        String name = row.group(1);
        Set<String> may = may(row.group(2), above);
        Set<String> libraries = Set.of(row.group(3).split(", "));
        may.stream()
            .filter(m -> !above.contains(m))
            .forEach(m -> wrong.add(name + " stands above " + m));
        Uses uses = CLASSES.getOrDefault(name, new Uses());
        for (String used : uses.packages()) {
          if (!may.contains(used)
              && !used.equals(name)
              && !(EVERYBODY.contains(used) && above.contains(used))) {
            wrong.add(name + " uses " + used);
          }
        }
        uses.libraries().stream()
            .filter(l -> !libraries.contains(l))
            .forEach(l -> wrong.add(name + " uses " + l));
        above.add(name);
      }
    }
    assertThat(wrong).as("what the layers of docs/architecture.md do not allow").isEmpty();
    assertThat(above)
        .as("the packages in the table of docs/architecture.md, each once")
        .containsExactlyInAnyOrderElementsOf(CLASSES.keySet());
  }

  private static Set<String> may(String cell, List<String> above) {
    Set<String> may = new TreeSet<>();
    if (cell.startsWith("all above")) {
      above.stream()
          .filter(p -> !cell.contains("not `internal`") || !p.contains("internal"))
          .forEach(may::add);
    }
    Matcher name = Pattern.compile("`([a-z0-9.]+)`").matcher(cell.replace("not `internal`", ""));
    while (name.find()) {
      may.add(name.group(1));
    }
    return may;
  }

  private static String brief(String name) {
    return name.startsWith(ROOT + ".") ? name.substring(ROOT.length() + 1) : name;
  }
}
