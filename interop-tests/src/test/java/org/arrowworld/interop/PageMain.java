// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.interop;

import java.io.IOException;
import java.nio.file.Path;
import org.arrowworld.LiveWorld;
import org.arrowworld.ecosystem.EcosystemRun;
import org.arrowworld.ecosystem.EcosystemSchema;
import org.arrowworld.ecosystem.Preset;
import org.arrowworld.ecosystem.Progress;
import org.arrowworld.ecosystem.RunOptions;
import org.arrowworld.log.Durability;

/** Runs that no verb makes, for the tests of the page. */
final class PageMain {
  private static final long TICKS_AFTER_FORK = 60;
  private static final long PAUSE_MILLIS = 40;

  private PageMain() {}

  /**
   * FORK EMPTY: runs a fork on, differently, and makes a store without a tick. LIVE: runs on and
   * on.
   */
  public static void main(String[] args) throws IOException {
    Path path = Path.of(args[0]);
    if (args.length == 1) {
      goOn(path);
      return;
    }
    try (LiveWorld live = LiveWorld.resume(path)) {
      live.tick(t -> t.table("creature").setSlot(0, "energy", 99f));
    }
    try (EcosystemRun run = EcosystemRun.resume(path, options())) {
      run.run(TICKS_AFTER_FORK, Progress.NONE);
    }
    LiveWorld.create(Path.of(args[1]), EcosystemSchema.VERSION_1).close();
  }

  private static RunOptions options() {
    return RunOptions.DEFAULT.withPreset(Preset.TINY).withDurability(Durability.NONE);
  }

  private static void goOn(Path path) throws IOException {
    try (EcosystemRun run = EcosystemRun.create(path, options())) {
      run.run(Long.MAX_VALUE, (done, of, population) -> pause());
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
