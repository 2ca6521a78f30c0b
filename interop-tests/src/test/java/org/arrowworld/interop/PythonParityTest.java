// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.interop;

import static java.util.Comparator.reverseOrder;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.arrowworld.internal.Text;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Runs the tests of the Python package, and those that compare Python with Java. */
class PythonParityTest {
  /** Files that run at the same time; each is mostly one process that works and one that waits. */
  private static final int AT_ONCE = 2;

  /** In this order, and from the last name to the first: long ones begin early. */
  private static final List<String> FOLDERS = List.of("interop-tests/python", "python/tests");

  @TestFactory
  Stream<DynamicTest> every_python_test_passes() throws IOException {
    Optional<PythonEnvironment> python = PythonEnvironment.prepare();
    if (python.isEmpty()) {
      System.out.println(PythonEnvironment.NO_PYTHON);
      // A factory that aborts is not reported; a test that does is.
      return Stream.of(dynamicTest("python", () -> abort(PythonEnvironment.NO_PYTHON)));
    }
    Path root = PythonEnvironment.repositoryRoot();
    List<DynamicTest> tests = new ArrayList<>();
    ExecutorService pool = Executors.newFixedThreadPool(AT_ONCE);
    for (String folder : FOLDERS) {
      try (Stream<Path> files = Files.list(root.resolve(folder)).sorted(reverseOrder())) {
        for (Path file :
            files.filter(f -> f.getFileName().toString().matches("test_.*\\.py")).toList()) {
          String name = root.relativize(file).toString();
          tests.add(test(name, pool, python.get(), root));
        }
      }
    }
    pool.shutdown();
    assertThat(tests).hasSizeGreaterThan(FOLDERS.size());
    return tests.stream();
  }

  /**
   * {@code -Daw.python.skip=languages,notebooks} leaves out files whose names hold such a word,
   * {@code -Daw.python.only=timeline,reading} those whose names hold none of these.
   */
  private static DynamicTest test(
      String file, ExecutorService pool, PythonEnvironment python, Path root) {
    for (String word : System.getProperty("aw.python.skip", "").split(",", -1)) {
      if (!word.isEmpty() && file.contains(word)) {
        String reason = Text.of("%s is left out by -Daw.python.skip=%s", file, word);
        return dynamicTest(file, () -> abort(reason));
      }
    }
    String only = System.getProperty("aw.python.only", "");
    if (Stream.of(only.split(",", -1)).noneMatch(file::contains)) {
      String reason = Text.of("%s is left out by -Daw.python.only=%s", file, only);
      return dynamicTest(file, () -> abort(reason));
    }
    Future<Outcome> outcome = pool.submit(() -> run(python, root, file));
    return dynamicTest(file, () -> check(outcome.get()));
  }

  /** What pytest said of a file. */
  private record Outcome(int code, List<String> output) {}

  private static void check(Outcome outcome) {
    outcome.output.forEach(System.out::println);
    assertThat(outcome.code).as(() -> String.join("\n", outcome.output)).isZero();
  }

  private static Outcome run(PythonEnvironment python, Path root, String file) throws IOException {
    Map<String, String> variables =
        Map.of(
            "PYTHONPATH", root.resolve("python").resolve("src").toString(),
            "PYTHONDONTWRITEBYTECODE", "1",
            "JAVA_HOME", System.getProperty("java.home"),
            "AW_INTEROP_CLASSPATH", System.getProperty("java.class.path"));
    List<String> output = new ArrayList<>();
    int code =
        python.python(
            List.of("-m", "pytest", "--no-header", "-rs", "-p", "no:cacheprovider", file),
            variables,
            output::add);
    return new Outcome(code, output);
  }
}
