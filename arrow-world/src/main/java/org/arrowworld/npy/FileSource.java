// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.npy;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.storage.ReadableFile;

/** A whole file from its first byte. Its size is taken once, so that a growing file stays fixed. */
final class FileSource implements NpySource {
  private final ReadableFile file;
  private final long sizeBytes;
  private long position;

  FileSource(ReadableFile file) throws IOException {
    this.file = file;
    this.sizeBytes = file.size();
  }

  @Override
  public String name() {
    return file.path();
  }

  @Override
  public long sizeBytes() {
    return sizeBytes;
  }

  @Override
  public long fileBytes() {
    return sizeBytes;
  }

  @Override
  public void readFully(ByteBuffer target) throws IOException {
    int count = target.remaining();
    try {
      file.readFully(target, position);
    } catch (EOFException e) {
      throw new DamagedFileException(file.path(), position, "the file ends early", e);
    }
    position += count;
  }
}
