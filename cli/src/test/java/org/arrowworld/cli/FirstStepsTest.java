// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a newcomer tries first. */
class FirstStepsTest {
  @TempDir Path directory;

  @Test
  void the_version_is_told() {
    for (String option : new String[] {"--version", "-V"}) {
      Aw run = Aw.run(option);
      assertThat(run.exit()).isZero();
      assertThat(run.out()).startsWith("arrow-world ").contains("\nJava ");
    }
  }

  @Test
  void help_is_a_command_too() {
    assertThat(Aw.run("help").out()).isEqualTo(Aw.run("--help").out()).contains("verify");
    assertThat(Aw.run("help", "log").out()).contains("--where");
    Aw wrong = Aw.run("help", "lgo");
    assertThat(wrong.exit()).isEqualTo(Exit.USAGE);
    assertThat(wrong.err()).contains("lgo");
  }

  @Test
  void rows_of_one_key_are_asked_for_by_key() throws IOException {
    Path store = directory.resolve("store");
    Stores.sealed(store);
    Aw of = Aw.run("log", store, "--key", "ship.x");
    assertThat(of.out()).isNotEmpty();
    assertThat(of.out()).isEqualTo(Aw.run("log", store, "--where", "key == ship.x").out());
    assertThat(Aw.run("log", store, "--key", "ship.x", "--where", "tick > 99").out()).isEmpty();
    Aw wrong = Aw.run("log", store, "--key", "ship.xx");
    assertThat(wrong.exit()).isEqualTo(Exit.USAGE);
    assertThat(wrong.err()).contains("no key 'ship.xx'; did you mean 'ship.x'?");
  }
}
