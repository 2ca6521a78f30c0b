// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.arrowworld.internal.Text;
import org.arrowworld.testing.ChildJvm;
import org.arrowworld.testing.Programme;
import org.arrowworld.testing.SharedData;
import org.junit.jupiter.api.Test;

/**
 * RELIABILITY contract 5: small files that ask for much, and the Arrow project's fuzzer findings,
 * imported in a child process of small memory that is given 20 s of CPU time for each.
 */
class BombsTest {
  /** Of the processor: how long that takes depends on what else the machine does. */
  private static final Duration CPU_PER_FILE = Duration.ofSeconds(20);

  private static final int SECONDS_WITHOUT_END = 1200;

  /** Spec T-9. */
  @Test
  void every_bomb_and_every_file_of_the_corpora_ends_in_bounded_time_and_memory() throws Exception {
    Process child = start();
    List<String> done = new ArrayList<>();
    try {
      BufferedReader out = child.inputReader(StandardCharsets.UTF_8);
      String name = line(child, out, "the beginning");
      while (name.startsWith("feed ")) {
        String outcome = line(child, out, name);
        assertThat(outcome).as(name).isIn("IMPORTED", "REFUSED");
        done.add(outcome);
        name = line(child, out, "what follows " + name);
      }
      assertThat(name).as("after %s", done.size()).isEqualTo("end");
    } finally {
      child.destroyForcibly();
    }
    Programme.report(
        "BombsTest: %d files, %d refused",
        done.size(), done.stream().filter("REFUSED"::equals).count());
    assertThat(done).contains("REFUSED").hasSizeGreaterThan(20);
  }

  private static String line(Process child, BufferedReader out, String during) throws Exception {
    CompletableFuture<String> line =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return String.valueOf(out.readLine());
              } catch (IOException e) {
                return e.toString();
              }
            });
    Duration until = cpu(child).plus(CPU_PER_FILE);
    for (int second = 0; second < SECONDS_WITHOUT_END; second++) {
      try {
        return line.get(1, TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        if (cpu(child).compareTo(until) > 0) {
          break;
        }
      }
    }
    throw new AssertionError(Text.of("%s took more than %s of CPU time", during, CPU_PER_FILE));
  }

  private static Duration cpu(Process child) {
    return child.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  private static Process start() throws IOException {
    List<String> limits = List.of("-Xmx512m", "-XX:MaxDirectMemorySize=256m");
    return ChildJvm.start(Child.class, limits, List.of());
  }

  /** Imports each bomb, and each file of the corpora if they are there. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) throws IOException {
      for (Map.Entry<String, Bombs.Bomb> bomb : Bombs.all().entrySet()) {
        feed(bomb.getKey(), bomb.getValue().at(), bomb.getValue().bytes().make());
      }
      for (Path file : corpora()) {
        byte[] bytes = Files.readAllBytes(file);
        feed(file.getFileName().toString(), Entrance.ARROW_STREAM, bytes);
      }
      System.out.println("end");
    }

    private static void feed(String name, Entrance at, byte[] bytes) throws IOException {
      System.out.println("feed " + name);
      try {
        System.out.println(at.feed(bytes));
      } catch (AssertionError | RuntimeException e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        System.out.println(e + " " + cause + " " + List.of(cause.getStackTrace()));
      }
    }

    private static List<Path> corpora() throws IOException {
      Path folder = SharedData.corpora();
      if (!Files.isDirectory(folder)) {
        return List.of();
      }
      try (Stream<Path> files = Files.walk(folder)) {
        return files
            .filter(f -> Files.isRegularFile(f) && !f.toString().endsWith(".md"))
            .sorted()
            .toList();
      }
    }
  }
}
