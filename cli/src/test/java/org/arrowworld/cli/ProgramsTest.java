// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs that no module compiles fit the library as it is. */
final class ProgramsTest {
  private static final Path ROOT = Path.of("..");

  @TempDir Path folder;

  private List<String> errors(List<Path> sources) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
    String path =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    try (StandardJavaFileManager files =
        compiler.getStandardFileManager(found, Locale.ROOT, StandardCharsets.UTF_8)) {
      List<String> options =
          List.of("-proc:none", "-Xlint:none", "-d", folder.toString(), "-cp", path);
      compiler
          .getTask(null, files, found, options, null, files.getJavaFileObjectsFromPaths(sources))
          .call();
    }
    return found.getDiagnostics().stream()
        .filter(d -> d.getKind() == Diagnostic.Kind.ERROR)
        .map(d -> d.toString())
        .toList();
  }

  @Test
  void the_benchmarks_compile() throws IOException {
    List<Path> sources;
    try (Stream<Path> files = Files.list(ROOT.resolve("benchmarks"))) {
      sources = files.filter(f -> f.toString().endsWith(".java")).toList();
    }
    assertThat(sources).isNotEmpty();
    assertThat(errors(sources)).isEmpty();
  }

  @Test
  void the_programs_of_the_readme_compile() throws IOException {
    String[] parts = Files.readString(ROOT.resolve("README.md")).split("```");
    List<Path> sources = new ArrayList<>();
    for (String part : parts) {
      if (part.startsWith("java\n")) {
        List<String> lines = part.lines().skip(1).toList();
        String name = "Program" + sources.size();
        String imports =
            lines.stream().filter(l -> l.startsWith("import ")).collect(Collectors.joining("\n"));
        String body =
            lines.stream().filter(l -> !l.startsWith("import ")).collect(Collectors.joining("\n"));
        String source =
            imports + "\nclass " + name + " { void run() throws Exception {\n" + body + "\n}}\n";
        sources.add(Files.writeString(folder.resolve(name + ".java"), source));
      }
    }
    assertThat(sources).isNotEmpty();
    assertThat(errors(sources)).isEmpty();
  }
}
