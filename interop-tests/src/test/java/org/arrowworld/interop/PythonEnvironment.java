// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.interop;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.arrowworld.internal.Text;

/**
 * The one Python virtual environment of the build, {@code target/venv} at the repository's root,
 * with what {@code interop-tests/requirements.txt} pins. Made at first use, and again whenever that
 * file or the interpreter changes. Where {@code target/venv} is a symbolic link, the environment is
 * somebody else's: used as it is, never made or cleared.
 */
final class PythonEnvironment {
  static final String NO_PYTHON =
      "no Python 3.10 or later on the PATH: the Python tests are left out";

  private static final List<String> NAMES =
      List.of("python3.13", "python3.12", "python3.11", "python3.10", "python3");

  private final Path root;
  private final Path interpreter;

  private PythonEnvironment(Path root, Path interpreter) {
    this.root = root;
    this.interpreter = interpreter;
  }

  /** The environment, made if need be; empty where there is no Python that can make it. */
  static Optional<PythonEnvironment> prepare() throws IOException {
    Path root = repositoryRoot();
    Path python = null;
    for (String name : NAMES) {
      python = python == null ? find(name) : python;
    }
    if (python == null) {
      return Optional.empty();
    }
    Path venv = root.resolve("target").resolve("venv");
    PythonEnvironment environment =
        new PythonEnvironment(root, venv.resolve("bin").resolve("python"));
    Path requirements = root.resolve("interop-tests").resolve("requirements.txt");
    if (Files.isSymbolicLink(venv)) {
      System.out.printf(Locale.ROOT, "%s is a link: used as it is\n", root.relativize(venv));
      return Optional.of(environment);
    }
    String wanted = sha256(Files.readAllBytes(requirements)) + " " + python;
    Path stamp = venv.resolve("requirements.stamp");
    if (!Files.exists(stamp) || !Files.readString(stamp).equals(wanted)) {
      System.out.printf(Locale.ROOT, "making the Python environment %s\n", root.relativize(venv));
      environment.call(python, "-m", "venv", "--clear", venv.toString());
      environment.call(
          environment.interpreter,
          "-m",
          "pip",
          "install",
          "--quiet",
          "--disable-pip-version-check",
          "--requirement",
          requirements.toString());
      Files.writeString(stamp, wanted);
    }
    return Optional.of(environment);
  }

  static Path repositoryRoot() {
    Path path = Path.of("").toAbsolutePath();
    while (!Files.exists(path.resolve("mvnw"))) {
      path = path.getParent();
    }
    return path;
  }

  /** The first command of this name that is a Python we can use. */
  private static Path find(String name) throws IOException {
    for (String directory : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
      Path candidate = Path.of(directory, name);
      if (Files.isExecutable(candidate) && canMakeEnvironments(candidate)) {
        return candidate;
      }
    }
    return null;
  }

  /** Some commands are only shims of versions that are not installed, so each is tried. */
  private static boolean canMakeEnvironments(Path python) throws IOException {
    String probe = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))";
    Process process =
        new ProcessBuilder(python.toString(), "-c", probe)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    return wait(process) == 0;
  }

  private void call(Path python, String... arguments) throws IOException {
    List<String> output = new ArrayList<>();
    List<String> command = new ArrayList<>(List.of(python.toString()));
    command.addAll(List.of(arguments));
    int code = run(command, Map.of(), output::add);
    if (code != 0) {
      throw new IOException(
          Text.of("%s ended with %d:\n%s", command, code, String.join("\n", output)));
    }
  }

  /**
   * Runs the environment's Python in the repository's root.
   *
   * @param output receives each line, as it comes
   * @return the exit code
   */
  int python(List<String> arguments, Map<String, String> variables, Consumer<String> output)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(interpreter.toString()));
    command.addAll(arguments);
    return run(command, variables, output);
  }

  private int run(List<String> command, Map<String, String> variables, Consumer<String> output)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(root.toFile()).redirectErrorStream(true);
    builder.environment().putAll(variables);
    Process process = builder.start();
    process.getOutputStream().close();
    try (var lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        output.accept(line);
      }
      return wait(process);
    } finally {
      process.destroy();
    }
  }

  private static int wait(Process process) throws IOException {
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while Python ran", e);
    }
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
