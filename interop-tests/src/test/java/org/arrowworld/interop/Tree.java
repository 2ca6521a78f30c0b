// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.interop;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The project's own files, for tests of what all of them have in common. */
final class Tree {
  static final Path ROOT = Path.of("..");

  /** Folders with what was made, or is of others. */
  private static final Set<String> LEFT_OUT =
      Set.of("target", "build", ".git", ".idea", "node_modules", "vendor", "venv", ".venv");

  private Tree() {}

  /** The folders with a {@code pom.xml}, those that the default build leaves out included. */
  static List<String> modules() throws IOException {
    try (Stream<Path> folders = Files.list(ROOT)) {
      return folders
          .filter(f -> Files.exists(f.resolve("pom.xml")))
          .map(f -> f.getFileName().toString())
          .sorted()
          .toList();
    }
  }

  /** The modules that the default build makes. */
  static List<String> built() throws IOException {
    String pom = read(ROOT.resolve("pom.xml"));
    Matcher module =
        Pattern.compile("<module>([^<]+)</module>")
            .matcher(pom.substring(0, pom.indexOf("</modules>")));
    return module.results().map(m -> m.group(1)).toList();
  }

  /** The Java files of the modules, below {@code src/main/java}. */
  static List<Path> mainJava() throws IOException {
    List<Path> files = new ArrayList<>();
    for (String module : modules()) {
      files.addAll(files(ROOT.resolve(module).resolve("src/main/java"), ".java"));
    }
    return files;
  }

  /** The files below a folder whose names end so; none if it is not there. */
  static List<Path> files(Path folder, String ending) throws IOException {
    List<Path> files = new ArrayList<>();
    if (Files.exists(folder)) {
      Files.walkFileTree(
          folder,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path at, BasicFileAttributes attributes) {
              return LEFT_OUT.contains(String.valueOf(at.getFileName()))
                  ? FileVisitResult.SKIP_SUBTREE
                  : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              if (attributes.isRegularFile() && file.toString().endsWith(ending)) {
                files.add(file);
              }
              return FileVisitResult.CONTINUE;
            }
          });
    }
    files.sort(null);
    return files;
  }

  static String read(Path file) throws IOException {
    return Files.readString(file, UTF_8);
  }
}
