// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.serve;

import java.io.IOException;
import java.nio.file.Path;
import org.arrowworld.LiveWorld;
import org.arrowworld.ecosystem.EcosystemRun;
import org.arrowworld.ecosystem.Preset;
import org.arrowworld.ecosystem.Progress;
import org.arrowworld.ecosystem.RunOptions;
import org.arrowworld.log.Durability;
import org.arrowworld.testing.ShipRun;

/** Small runs for tests. */
final class SmallRuns {
  private SmallRuns() {}

  /** The run of {@link ShipRun}. */
  static LiveWorld play(Path store) throws IOException {
    LiveWorld live = LiveWorld.create(store, ShipRun.SCHEMA);
    ShipRun.play(live, "sea \u2603");
    return live;
  }

  static Path ships(Path store) throws IOException {
    try (LiveWorld live = play(store)) {
      live.seal();
    }
    return store;
  }

  /** The reference simulation for some ticks. */
  static Path ecosystem(Path store, long ticks, long seed) throws IOException {
    RunOptions options =
        RunOptions.DEFAULT
            .withPreset(Preset.named("tiny"))
            .withSeed(seed)
            .withTicks(ticks)
            .withDurability(Durability.NONE);
    try (EcosystemRun run = EcosystemRun.create(store, options)) {
      run.run(ticks, Progress.NONE);
    }
    return store;
  }
}
