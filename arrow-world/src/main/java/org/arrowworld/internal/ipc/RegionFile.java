// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.ipc;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.arrowworld.storage.ReadableFile;

/** Bytes of a file that were read into memory, addressed by their offsets in the file. */
public final class RegionFile implements ReadableFile {
  private final String path;
  private final long base;
  private final ByteBuffer bytes;

  private RegionFile(String path, long base, ByteBuffer bytes) {
    this.path = path;
    this.base = base;
    this.bytes = bytes;
  }

  /** Reads bytes {@code [from, to)} of a file into the scratch's memory. */
  public static RegionFile read(ReadableFile file, long from, long to, Scratch scratch)
      throws IOException {
    ByteBuffer bytes = scratch.take(Math.toIntExact(to - from));
    file.readFully(bytes.duplicate(), from);
    return new RegionFile(file.path(), from, bytes);
  }

  /** A view of bytes of the file that lie inside the region. */
  public ByteBuffer slice(long offset, long length) {
    return bytes.slice((int) (offset - base), (int) length).order(bytes.order());
  }

  @Override
  public String path() {
    return path;
  }

  @Override
  public long size() {
    return base + bytes.capacity();
  }

  @Override
  public int read(ByteBuffer target, long position) {
    if (position >= size()) {
      return -1;
    }
    int count = (int) Math.min(target.remaining(), size() - position);
    target.put(slice(position, count));
    return count;
  }

  @Override
  public ByteBuffer map(long position, int length) {
    return slice(position, length).asReadOnlyBuffer();
  }

  @Override
  public void close() {}
}
