// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.io.IOException;
import java.util.function.BooleanSupplier;
import me.tongfei.progressbar.ProgressBar;
import org.arrowworld.export.ExportWatcher;
import org.arrowworld.internal.Text;

/**
 * Progress of an export on stderr: a bar on a terminal, else a line at each tenth; and the place
 * where a signal ends it.
 */
final class ExportProgress implements ExportWatcher {
  private final Console console;
  private final BooleanSupplier stopped;
  private long total;
  private ProgressBar bar;
  private long done;

  /**
   * Begins.
   *
   * @param stopped whether the export is to end at the next batch
   */
  ExportProgress(Console console, BooleanSupplier stopped) {
    this.console = console;
    this.stopped = stopped;
  }

  @Override
  public void begins(long rows) {
    total = Math.max(1, rows);
    done = 0;
    bar = console.terminal() ? ConsoleBar.begin(console, "export", " rows", rows) : null;
  }

  @Override
  public void wrote(long rows) throws IOException {
    if (stopped.getAsBoolean()) {
      throw new IOException("it was interrupted");
    }
    long before = done;
    done += rows;
    if (bar != null) {
      bar.stepTo(done);
    } else if (done * 10 / total != before * 10 / total) {
      console.note(Text.of("%,d of %,d rows", done, Math.max(done, total)));
    }
  }

  @Override
  public void ends() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }

  @Override
  public void note(String text) {
    console.note(text);
  }
}
