package org.arrowworld.imports;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import org.arrowworld.storage.ReadableFile;

/** Bytes {@code [start, end)} of a file as a channel. Closing it leaves the file open. */
final class FileRange implements ReadableByteChannel {
  private final ReadableFile file;
  private final long end;
  private long at;

  FileRange(ReadableFile file, long start, long end) {
    this.file = file;
    this.at = start;
    this.end = end;
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    if (at >= end) {
      return -1;
    }
    int limit = target.limit();
    target.limit((int) Math.min(limit, target.position() + (end - at)));
    int count = file.read(target, at);
    target.limit(limit);
    at += Math.max(0, count);
    return count;
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public void close() {}
}
