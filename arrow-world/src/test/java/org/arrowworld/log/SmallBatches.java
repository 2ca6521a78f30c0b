// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import java.io.IOException;
import org.arrowworld.storage.BufferCompression;
import org.arrowworld.storage.Storage;

/** Sealed segments of many small batches, which otherwise take very many rows. */
public final class SmallBatches {
  private SmallBatches() {}

  /**
   * Seals a live segment that nobody writes to, as it is sealed otherwise.
   *
   * @param rows rows a batch holds at least, the last one excepted; a batch ends where a live one
   *     does
   */
  public static void seal(Storage storage, long firstSeq, BufferCompression compression, int rows)
      throws IOException {
    Sealer.seal(storage, firstSeq, compression, rows);
  }
}
