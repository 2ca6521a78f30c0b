// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.testing;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A JVM of the test's classes and Java version in a process of its own. */
public final class ChildJvm {
  /** What a child has in common with the tests, so that it meets the same defaults (-Phostile). */
  private static final List<String> DEFAULTS =
      List.of("user.language", "user.country", "file.encoding", "user.timezone");

  private ChildJvm() {}

  /**
   * Starts one; what it prints is read by the caller, its errors go where the caller's go.
   *
   * @param limits JVM options; they prevail over the defaults of the tests' own JVM
   */
  public static Process start(Class<?> main, List<String> limits, List<String> arguments)
      throws IOException {
    return builder(main, limits, arguments).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  /** One to be started, its output as {@link ProcessBuilder} leaves it. */
  public static ProcessBuilder builder(Class<?> main, List<String> limits, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:+IgnoreUnrecognizedVMOptions",
            "--add-opens=java.base/java.nio=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "--enable-native-access=ALL-UNNAMED",
            "-XX:TieredStopAtLevel=1"));
    for (String name : DEFAULTS) {
      if (System.getProperty(name) != null) {
        command.add("-D" + name + "=" + System.getProperty(name));
      }
    }
    command.addAll(limits);
    command.add("-cp");
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add(main.getName());
    command.addAll(arguments);
    return new ProcessBuilder(command);
  }
}
