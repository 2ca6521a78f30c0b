// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuickArgumentsTest {
  @TempDir static Path folder;
  private static Path store;

  @BeforeAll
  static void play() throws IOException {
    store = Stores.sealed(folder.resolve("store"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "info STORE",
        "info --json STORE",
        "hash STORE --tick 3",
        "hash --tick 3 STORE --table ship --columns x,id,gen --json",
        "hash STORE --tick 2 --resume",
        "hash STORE --tick 2 --table boat",
        "hash STORE --tick 2 --columns x",
        "hash STORE --tick 99",
        "at STORE --tick 3 --table ship",
        "at STORE --tick 3 --json",
        "at STORE --tick 3 --to npz",
        "log STORE --range 1..2",
        "log STORE --where rid==0 --json",
        "log STORE --where rid=0",
        "history STORE --table ship --id 0 --key x",
      })
  void plain_command_lines_mean_the_same_with_and_without_picocli(String line) {
    String[] args = line.replace("STORE", store.toString()).split(" ");
    QuickArguments quick = Main.verbs().get(args[0]).get().quick();
    assertThat(quick.parse(args)).as("parsed without picocli").isTrue();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console =
        new Console(
            new Output(out),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false,
            () -> false);
    int exit = RootCommand.run(console, args);
    console.out().flush();
    assertThat(Aw.run((Object[]) args))
        .isEqualTo(
            new Aw(
                exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "info",
        "info a b",
        "info -h",
        "info a --help",
        "info a --json --json",
        "info a --nope",
        "hash a",
        "hash a --tick",
        "hash a --tick x",
        "hash a --tick=3",
        "hash a --tick -3",
        "hash a --tick 3 --tick 4",
        "at a --tick 3 --to xlsx --out b",
        "log a --range 3..1",
        "log a -- --where",
        "history a --id 3",
      })
  void everything_else_is_left_to_picocli(String line) {
    String[] args = line.split(" ");
    assertThat(Main.verbs().get(args[0]).get().quick().parse(args)).isFalse();
  }
}
