// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.arrowworld.Store;
import org.arrowworld.ecosystem.EcosystemRun;
import org.arrowworld.ecosystem.Preset;
import org.arrowworld.ecosystem.Progress;
import org.arrowworld.ecosystem.RunOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SweepVerbTest {
  @TempDir private Path home;

  @Test
  void a_sweep_makes_what_single_runs_would_and_runs_tells_of_them() throws IOException {
    Path folder = home.resolve("sweep");
    Object[] sweep = {
      "sweep",
      "--out",
      folder,
      "--vary",
      "foodPerSecond=200,300",
      "--vary",
      "seed=1..2",
      "--ticks",
      5
    };
    assertThat(Aw.run(sweep).exit()).isZero();
    Path alone = home.resolve("alone");
    RunOptions options =
        RunOptions.DEFAULT.withSeed(2).withPreset(Preset.TINY.with("foodPerSecond", "300"));
    try (EcosystemRun run = EcosystemRun.create(alone, options)) {
      run.run(5, Progress.NONE);
    }
    try (Store one = Store.open(alone);
        Store other = Store.open(folder.resolve("000003"))) {
      assertThat(other.hashWorld(5)).isEqualTo(one.hashWorld(5));
    }
    Aw runs = Aw.run("runs", folder);
    assertThat(runs.out())
        .startsWith(
            "000000\tdone\t5\tfoodPerSecond=200\tseed=1\t\n000001\tdone\t5\tfoodPerSecond=200\tseed=2\t\n");
    assertThat(runs.err()).contains("4 runs, 4 done");
    assertThat(Aw.run("runs", folder, "--json", "--where", "seed == 2").out().lines())
        .hasSize(2)
        .first()
        .asString()
        .startsWith("{\"run\":\"000001\",\"state\":\"done\",\"tick\":5,\"rows\":")
        .contains("\"preset\":\"tiny\",\"ticks\":5,\"foodPerSecond\":200,\"seed\":2,");
    Aw stats =
        Aw.run("runs", folder, "--stats", "creature.energy", "--by", "foodPerSecond", "--json");
    assertThat(stats.out().lines())
        .hasSize(2)
        .first()
        .asString()
        .startsWith("{\"foodPerSecond\":200,\"runs\":2,\"count\":");
    assertThat(Aw.run("runs", folder, "--stats", "creature.energy").out().lines()).hasSize(4);
    Aw again = Aw.run(sweep);
    assertThat(again.exit()).isZero();
    assertThat(again.out()).contains("started  0");
  }

  @Test
  void what_no_preset_has_is_refused_before_anything_is_made() {
    Path folder = home.resolve("sweep");
    Aw wrong = Aw.run("sweep", "--out", folder, "--vary", "fod=1,2");
    assertThat(wrong.exit()).isEqualTo(1);
    assertThat(wrong.err())
        .contains("unknown parameter 'fod': there are [")
        .contains("did you mean 'food'?");
    assertThat(Aw.run("sweep", "--out", folder, "--vary", "seed").exit()).isEqualTo(2);
    assertThat(Files.exists(folder)).isFalse();
    assertThat(Aw.run("runs", folder).exit()).isEqualTo(1);
    assertThat(Aw.run("runs", home, "--by", "seed").exit()).isEqualTo(2);
  }
}
