// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.npy;

import java.io.IOException;
import java.nio.ByteBuffer;

/** The bytes of one {@code .npy} file read in order, from a file or out of an archive. */
interface NpySource {
  /** For messages. */
  String name();

  /** All bytes of the file, known before the first is read. */
  long sizeBytes();

  /** All bytes of the file that is read, an archive as it lies on the disk. */
  long fileBytes();

  /** Fills the buffer with the next bytes, or throws. */
  void readFully(ByteBuffer target) throws IOException;
}
