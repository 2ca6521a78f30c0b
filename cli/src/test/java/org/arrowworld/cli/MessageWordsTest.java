// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Messages are read by people who do not have the specification open: its numbers stay in comments.
 */
class MessageWordsTest {
  private static final Pattern TEXT = Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"");
  private static final Pattern DUTY = Pattern.compile("\\b[A-Z]-[0-9]+\\b");

  @Test
  void no_message_names_a_duty_of_the_specification() throws IOException {
    List<String> found = new ArrayList<>();
    for (String module : List.of("arrow-world", "export", "runs", "ecosystem", "cli")) {
      try (Stream<Path> files = Files.walk(Path.of("..", module, "src", "main", "java"))) {
        for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
          Files.readAllLines(file).stream()
              .filter(line -> !line.strip().startsWith("*"))
              .flatMap(line -> TEXT.matcher(line).results())
              .filter(text -> DUTY.matcher(text.group()).find())
              .forEach(text -> found.add(file + ": " + text.group()));
        }
      }
    }
    assertThat(found).isEmpty();
  }
}
