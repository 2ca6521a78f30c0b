// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.util.Optional;
import me.tongfei.progressbar.ProgressBar;
import org.arrowworld.internal.Text;
import org.arrowworld.runs.SweepWatcher;

/**
 * Progress of a sweep on stderr: a bar on a terminal, else a line at each tenth; failures always.
 */
final class SweepProgress implements SweepWatcher, AutoCloseable {
  private final Console console;
  private final ProgressBar bar;

  private SweepProgress(Console console, ProgressBar bar) {
    this.console = console;
    this.bar = bar;
  }

  static SweepProgress on(Console console, int runs) {
    return new SweepProgress(
        console, console.terminal() ? ConsoleBar.begin(console, "sweep", " runs", runs) : null);
  }

  @Override
  public void ended(String run, Optional<String> failure, int ended, int of) {
    failure.ifPresent(message -> console.note(Text.of("run %s failed: %s", run, message)));
    if (bar != null) {
      bar.stepTo(ended);
    } else if (ended * 10L / of != (ended - 1) * 10L / of) {
      console.note(Text.of("%,d of %,d runs", ended, of));
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
