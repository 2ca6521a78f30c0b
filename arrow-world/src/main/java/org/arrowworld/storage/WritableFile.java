// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.storage;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A file open for writing. Closing forces nothing and promises nothing. One thread at a time. */
public interface WritableFile extends Closeable {

  /** The path it was opened under, for messages. */
  String path();

  /** Present length in bytes. */
  long size() throws IOException;

  /** Writes all remaining bytes at a position; a gap before it reads as zeros. */
  void write(ByteBuffer source, long position) throws IOException;

  /** Cuts the file off at a size, which is not more than its own. */
  void truncate(long size) throws IOException;

  /** Makes every byte written so far survive a power loss. */
  void force() throws IOException;
}
