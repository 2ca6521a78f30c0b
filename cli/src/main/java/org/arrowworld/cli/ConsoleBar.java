// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Bars that are redrawn on a terminal. */
final class ConsoleBar {
  private ConsoleBar() {}

  /**
   * Begins a bar on stderr.
   *
   * @param task what is done
   * @param unit what is counted, with a blank before it
   * @param total how many there are
   */
  static ProgressBar begin(Console console, String task, String unit, long total) {
    return new ProgressBarBuilder()
        .setTaskName(task)
        .setInitialMax(total)
        .setUnit(unit, 1)
        .setStyle(ProgressBarStyle.ASCII)
        .setConsumer(new ConsoleProgressBarConsumer(console.err()))
        .build();
  }
}
