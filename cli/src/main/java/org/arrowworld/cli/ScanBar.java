// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import me.tongfei.progressbar.ProgressBar;
import org.arrowworld.log.ScanProgress;

/**
 * How far a command is in the log, as a bar on stderr; nothing if that is no terminal or the log is
 * short. A command that passes over the log twice has its bar begin anew.
 */
final class ScanBar implements ScanProgress, AutoCloseable {
  /** Shorter logs are through before a bar could be read. */
  static final long LEAST_ROWS = 5_000_000;

  private final Console console;
  private final String task;
  private ProgressBar bar;

  /**
   * A bar that will be drawn once there is something to tell.
   *
   * @param task what is done
   */
  ScanBar(Console console, String task) {
    this.console = console;
    this.task = task;
  }

  @Override
  public void scanned(long rows, long of) {
    if (!console.terminal() || of < LEAST_ROWS) {
      return;
    }
    if (bar == null) {
      bar = ConsoleBar.begin(console, task, " rows", of);
    }
    bar.maxHint(of);
    bar.stepTo(rows);
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
