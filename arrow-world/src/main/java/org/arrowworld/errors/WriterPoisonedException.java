// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.errors;

import java.io.IOException;
import org.arrowworld.internal.Text;

/**
 * A write or force failed, so the writer accepts nothing more. The cause is the first failure;
 * reopening the store recovers everything up to the acknowledged position, and possibly more.
 */
public final class WriterPoisonedException extends IOException {
  private static final long serialVersionUID = 1L;

  private final long acknowledgedTick;
  private final long acknowledgedSeq;

  /**
   * @param acknowledgedTick last tick known to be stored, -1 if none
   * @param acknowledgedSeq the log position after it
   */
  public WriterPoisonedException(long acknowledgedTick, long acknowledgedSeq, Throwable cause) {
    super(
        Text.of(
            "Cannot append: an earlier write failed (%s); stored up to tick %d, seq %d; reopen the store",
            cause.getMessage(), acknowledgedTick, acknowledgedSeq),
        cause);
    this.acknowledgedTick = acknowledgedTick;
    this.acknowledgedSeq = acknowledgedSeq;
  }

  public long acknowledgedTick() {
    return acknowledgedTick;
  }

  public long acknowledgedSeq() {
    return acknowledgedSeq;
  }
}
