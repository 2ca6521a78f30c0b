// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** A file in either role; positions are explicit, so the channel's own is never used. */
record DiskFile(String path, FileChannel channel) implements ReadableFile, WritableFile {
  /** One large write can stall a device's queue; writes go out in pieces of this many bytes. */
  private static final int WRITE_CHUNK_BYTES = 1 << 20;

  @Override
  public long size() throws IOException {
    return Interrupts.defer("read", path, channel::size);
  }

  @Override
  public int read(ByteBuffer target, long position) throws IOException {
    return Interrupts.defer("read", path, () -> channel.read(target, position));
  }

  @Override
  public ByteBuffer map(long position, int length) throws IOException {
    return Interrupts.defer(
        "map", path, () -> channel.map(FileChannel.MapMode.READ_ONLY, position, length));
  }

  @Override
  public void write(ByteBuffer source, long position) throws IOException {
    int end = source.limit();
    long at = position;
    while (source.position() < end) {
      source.limit(Math.min(end, source.position() + WRITE_CHUNK_BYTES));
      long from = at;
      at += Interrupts.defer("write", path, () -> channel.write(source, from));
    }
  }

  @Override
  public void truncate(long size) throws IOException {
    Interrupts.defer("truncate", path, () -> channel.truncate(size));
  }

  @Override
  public void force() throws IOException {
    Interrupts.defer(
        "force",
        path,
        () -> {
          channel.force(false);
          return null;
        });
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
