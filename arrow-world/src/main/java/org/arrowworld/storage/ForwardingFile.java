// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.storage;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A file open for reading that passes everything on to another: the base of those that change one
 * thing. As safe for threads as the other one.
 */
public abstract class ForwardingFile implements ReadableFile {
  private final ReadableFile file;

  /** Passes on to a file, which it owns: closing this closes it. */
  protected ForwardingFile(ReadableFile file) {
    this.file = file;
  }

  @Override
  public String path() {
    return file.path();
  }

  @Override
  public long size() throws IOException {
    return file.size();
  }

  @Override
  public int read(ByteBuffer target, long position) throws IOException {
    return file.read(target, position);
  }

  @Override
  public ByteBuffer map(long position, int length) throws IOException {
    return file.map(position, length);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
