// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.storage;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.arrowworld.internal.Text;

/** A file open for reading. Reads carry their position, so threads may share it. */
public interface ReadableFile extends Closeable {

  /** The path it was opened under, for messages. */
  String path();

  /** Present length in bytes; grows while a writer appends. */
  long size() throws IOException;

  /** Reads up to {@code target.remaining()} bytes; returns the count, -1 at the end of the file. */
  int read(ByteBuffer target, long position) throws IOException;

  /**
   * Maps {@code length} bytes read-only. The view stays valid until the storage is gone; the file
   * must not shrink meanwhile (published files never do).
   */
  ByteBuffer map(long position, int length) throws IOException;

  /** Fills the buffer or throws {@link EOFException}. The buffer's position ends at its limit. */
  default void readFully(ByteBuffer target, long position) throws IOException {
    long at = position;
    while (target.hasRemaining()) {
      int count = read(target, at);
      if (count < 0) {
        throw new EOFException(
            Text.of(
                "Cannot read %s: it ends at byte %d, %d more were expected",
                path(), at, target.remaining()));
      }
      at += count;
    }
  }
}
