// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.door;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Library users need no JVM flag. */
final class NoFlagsTest {
  @TempDir Path folder;

  @Test
  void the_first_program_runs_without_flags_on_the_jdk_of_the_build() throws Exception {
    runs(Path.of(System.getProperty("java.home")));
  }

  @Test
  void the_first_program_runs_without_flags_on_the_newest_jdk_beside_it() throws Exception {
    Path home = Path.of(System.getProperty("java.home")).toRealPath();
    Optional<Path> newest = newestBeside(home);
    assumeTrue(newest.isPresent(), "there is no newer JDK beside " + home.getFileName());
    runs(newest.orElseThrow());
  }

  @Test
  void a_flag_that_is_needed_after_all_is_named_before_anything_is_written() throws Exception {
    Path home = Path.of(System.getProperty("java.home")).toRealPath();
    Path newest = newestBeside(home).orElse(home);
    assumeTrue(version(newest) >= 24, "netty needs a flag from JDK 24 on; there is none");
    Process child = start(newest, List.of("-Darrow.allocation.manager.type=Netty"));
    String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(child.waitFor()).as(said).isNotZero();
    assertThat(said)
        .contains("Cannot use Arrow's memory manager Netty on Java ")
        .contains("start the JVM with --sun-misc-unsafe-memory-access=allow, or with")
        .contains("-Darrow.allocation.manager.type=Unsafe, which needs no other flag");
    assertThat(folder).isEmptyDirectory();
  }

  private static Optional<Path> newestBeside(Path home) throws IOException {
    int own = Runtime.version().feature();
    Path best = null;
    int most = own;
    try (Stream<Path> homes = Files.list(home.getParent())) {
      for (Path candidate : homes.toList()) {
        int version = version(candidate);
        if (version > most && Files.isExecutable(candidate.resolve("bin/java"))) {
          most = version;
          best = candidate;
        }
      }
    }
    return Optional.ofNullable(best);
  }

  /** The feature version a JDK's release file names, 0 if there is none. */
  private static int version(Path home) throws IOException {
    Path release = home.resolve("release");
    if (!Files.isRegularFile(release)) {
      return 0;
    }
    for (String line : Files.readAllLines(release, StandardCharsets.UTF_8)) {
      if (line.startsWith("JAVA_VERSION=\"")) {
        String number = line.substring("JAVA_VERSION=\"".length()).split("[.\"+-]", 2)[0];
        return Integer.parseInt(number);
      }
    }
    return 0;
  }

  /**
   * The manager is then the first on the class path, which no property of ours can change any more.
   */
  @Test
  void a_program_that_made_an_allocator_of_its_own_before_runs_or_is_told_the_flag()
      throws Exception {
    Path home = Path.of(System.getProperty("java.home")).toRealPath();
    Process child = start(newestBeside(home).orElse(home), List.of(), "allocator");
    String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (child.waitFor() == 0) {
      assertThat(said).contains("x at tick 50 is 25.0");
    } else {
      assertThat(said)
          .contains("start the JVM with --sun-misc-unsafe-memory-access=allow, or with");
      assertThat(folder).isEmptyDirectory();
    }
  }

  private void runs(Path home) throws Exception {
    Process child = start(home, List.of());
    String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(child.waitFor()).as(said).isZero();
    assertThat(said).contains("x at tick 50 is 25.0").contains("goes on after tick 100");
    assertThat(said).doesNotContain("SLF4J");
  }

  /** As a user has it: Arrow logs by SLF4J, and nothing takes what it says. */
  private static String withoutLoggers() {
    String all =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    return Stream.of(all.split(Pattern.quote(File.pathSeparator), -1))
        .filter(entry -> !entry.contains("slf4j-nop"))
        .collect(Collectors.joining(File.pathSeparator));
  }

  private Process start(Path home, List<String> properties, String... more) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(home.resolve("bin/java").toString());
    command.addAll(properties);
    command.add("-cp");
    command.add(withoutLoggers());
    command.add(FirstProgram.class.getName());
    command.add(folder.resolve("run").toString());
    command.addAll(List.of(more));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }
}
