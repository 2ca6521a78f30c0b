// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import me.tongfei.progressbar.ProgressBar;
import org.arrowworld.ecosystem.PopulationRow;
import org.arrowworld.ecosystem.Progress;
import org.arrowworld.internal.Text;

/** Progress of a run on stderr: a bar on a terminal, else a line at each tenth. */
interface RunProgress extends Progress, AutoCloseable {
  @Override
  void close();

  static RunProgress on(Console console, long ticks) {
    return console.terminal() ? new Bar(console, ticks) : new Lines(console);
  }

  /** Ten lines a run. */
  final class Lines implements RunProgress {
    private final Console console;

    private Lines(Console console) {
      this.console = console;
    }

    @Override
    public void committed(long done, long of, PopulationRow population) {
      if (done * 10 / of != (done - 1) * 10 / of) {
        console.note(Text.of("tick %,d of %,d, %,d creatures", done, of, population.creatures()));
      }
    }

    @Override
    public void close() {}
  }

  /** A bar that is redrawn. */
  final class Bar implements RunProgress {
    private final ProgressBar bar;

    private Bar(Console console, long ticks) {
      bar = ConsoleBar.begin(console, "run", " ticks", ticks);
    }

    @Override
    public void committed(long done, long of, PopulationRow population) {
      bar.stepTo(done);
      bar.setExtraMessage(population.creatures() + " creatures");
    }

    @Override
    public void close() {
      bar.close();
    }
  }
}
