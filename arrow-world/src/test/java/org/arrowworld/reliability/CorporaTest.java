// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.arrowworld.internal.Text;
import org.arrowworld.reliability.HostileInputs.Kind;
import org.arrowworld.reliability.HostileInputs.Outcome;
import org.arrowworld.testing.ChildJvm;
import org.arrowworld.testing.Programme;
import org.arrowworld.testing.SharedData;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * RELIABILITY contract 5 over the fuzzer findings of the Arrow project: each file goes to every
 * entry point that takes Arrow files, streams or segments, in a child process of small memory that
 * is given 20 s per file. {@code -Daw.corpus=FOLDER} adds a folder of more such files.
 */
class CorporaTest {
  private static final int SECONDS_PER_FILE = 20;

  @ParameterizedTest
  @ValueSource(strings = {"arrow-ipc-file", "arrow-ipc-stream"})
  void every_file_is_read_or_refused_in_bounded_time_and_memory(String corpus) throws Exception {
    List<Path> files = files(SharedData.corpus(corpus));
    String more = System.getProperty("aw.corpus");
    if (more != null) {
      files.addAll(files(Path.of(more)));
    }
    assertThat(files).isNotEmpty();
    Process child = start(files);
    int refused = 0;
    try (BufferedReader out =
        new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
      try {
        for (Path file : files) {
          String line = within(out, file);
          assertThat(line).as("%s", file).startsWith("done ");
          refused += Integer.parseInt(line.split(" ")[1]);
        }
      } finally {
        child.destroyForcibly(); // before its output is closed, which waits for a line
      }
    }
    assertThat(refused).isPositive();
    Programme.report("CorporaTest %s: %d files, %d refusals", corpus, files.size(), refused);
  }

  private static List<Path> files(Path folder) throws IOException {
    assumeThat(folder).withFailMessage("skipped: %s is not here", folder).isDirectory();
    try (Stream<Path> all = Files.walk(folder)) {
      return new ArrayList<>(all.filter(Files::isRegularFile).sorted().toList());
    }
  }

  private static String within(BufferedReader out, Path file) throws Exception {
    CompletableFuture<String> line =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return String.valueOf(out.readLine());
              } catch (IOException e) {
                return e.toString();
              }
            });
    try {
      return line.get(SECONDS_PER_FILE, TimeUnit.SECONDS);
    } catch (TimeoutException | ExecutionException e) {
      throw new AssertionError(Text.of("%s took more than %d s", file, SECONDS_PER_FILE), e);
    }
  }

  private static Process start(List<Path> files) throws IOException {
    return ChildJvm.start(
        Child.class,
        List.of("-Xmx256m", "-XX:MaxDirectMemorySize=256m"),
        files.stream().map(Path::toString).toList());
  }

  /** Feeds each file named by the arguments; one line for each. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) throws IOException {
      for (String file : args) {
        try {
          Outcome outcome = HostileInputs.feed(Kind.IPC, Files.readAllBytes(Path.of(file)));
          System.out.println("done " + outcome.refused() + " " + outcome.answered());
        } catch (AssertionError e) {
          System.out.println(
              e.getMessage() + ": " + e.getCause() + " " + List.of(e.getCause().getStackTrace()));
          return;
        }
      }
    }
  }
}
