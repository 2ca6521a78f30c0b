// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.s3;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.arrowworld.storage.ReadableFile;

/** A part of a file as a stream; the file stays open. One thread. */
final class FileStream extends InputStream {
  private final ReadableFile file;
  private final long end;
  private long at;

  FileStream(ReadableFile file, long from, long length) {
    this.file = file;
    this.at = from;
    this.end = from + length;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    int count = (int) Math.min(length, end - at);
    if (count == 0) {
      return length == 0 ? 0 : -1;
    }
    file.readFully(ByteBuffer.wrap(target, offset, count), at);
    at += count;
    return count;
  }
}
