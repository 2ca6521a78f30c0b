// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.serve;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.arrowworld.internal.Text;

/** A bound on how much is done at the same time: who comes later waits a while. */
final class Turns {
  private final Semaphore free;
  private final int most;
  private final long patienceMillis;
  private final String what;

  Turns(int most, long patienceMillis, String what) {
    this.free = new Semaphore(most, true);
    this.most = most;
    this.patienceMillis = patienceMillis;
    this.what = what;
  }

  /** Waits for a turn; whoever gets one ends it. */
  void begin() {
    try {
      if (free.tryAcquire(patienceMillis, TimeUnit.MILLISECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw Problem.busy(
        Text.of(
            "Cannot answer now: %d %s are under way, which is the most there may be; try again",
            most, what));
  }

  void end() {
    free.release();
  }
}
