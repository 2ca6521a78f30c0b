// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Where a command reads and writes.
 *
 * @param out data
 * @param err progress and diagnostics
 * @param terminal whether {@code err} is a terminal
 * @param pause waits before a followed log is looked at again; false ends the following
 */
record Console(Output out, PrintStream err, boolean terminal, Pause pause) {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final long PAUSE_MILLIS = 200;

  /** Waits a little. */
  interface Pause {
    boolean goOn();
  }

  /** The process's own streams. */
  static Console ofProcess() {
    Output out =
        new Output(
            new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), BUFFER_BYTES));
    PrintStream err =
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
    boolean terminal = "1".equals(System.getenv("AW_STDERR_TTY"));
    return new Console(out, err, terminal, Console::sleep);
  }

  private static boolean sleep() {
    try {
      Thread.sleep(PAUSE_MILLIS);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** A line for people, on stderr. */
  void note(String line) {
    err.print("aw: " + Escape.text(line) + "\n");
  }
}
