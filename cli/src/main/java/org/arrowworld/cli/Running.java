// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.io.IOException;
import org.arrowworld.ecosystem.EcosystemRun;
import org.arrowworld.ecosystem.RunResult;

/** What run and resume share. */
final class Running {
  private Running() {}

  /** Runs to the end or to a signal, showing progress. */
  static RunResult run(EcosystemRun run, long ticks, Console console) throws IOException {
    Interruption.install(run::stop);
    try (RunProgress progress = RunProgress.on(console, ticks)) {
      return run.run(ticks, progress);
    }
  }
}
