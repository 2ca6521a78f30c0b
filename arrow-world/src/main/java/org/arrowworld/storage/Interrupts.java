// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.storage;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import org.arrowworld.internal.Text;

/**
 * An interrupt closes the channel its thread is using, and drops the locks on that file. So one
 * that came before an operation waits until the operation is done; only one that comes in the midst
 * of it is felt.
 */
final class Interrupts {

  /** Something done with a channel. */
  interface Operation<T> {
    T run() throws IOException;
  }

  private Interrupts() {}

  /**
   * Runs an operation; an interrupt is kept for whoever asks next.
   *
   * @param action what is done, for the message
   * @param path with which file; only its text is used
   * @throws InterruptedIOException if the interrupt came meanwhile; the channel is closed
   */
  static <T> T defer(String action, Object path, Operation<T> operation) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      return operation.run();
    } catch (ClosedByInterruptException e) {
      InterruptedIOException failure =
          new InterruptedIOException(
              Text.of(
                  "Cannot %s %s: the thread was interrupted meanwhile, which closed the file; open it again",
                  action, path));
      failure.initCause(e);
      throw failure;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
