// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.published;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.arrowworld.internal.Text;
import org.arrowworld.storage.ReadableFile;

/** A file of a published store. Safe for threads. */
final class PublishedFile implements ReadableFile {
  /** A longer read is asked for in pieces. */
  private static final int PIECE_BYTES = 8 << 20;

  private final PublishedStorage storage;
  private final FileList.Entry file;

  PublishedFile(PublishedStorage storage, FileList.Entry file) {
    this.storage = storage;
    this.file = file;
  }

  @Override
  public String path() {
    return file.name();
  }

  @Override
  public long size() {
    return file.bytes();
  }

  @Override
  public int read(ByteBuffer target, long position) throws IOException {
    if (position >= file.bytes()) {
      return target.hasRemaining() ? -1 : 0;
    }
    int wanted = (int) Math.min(target.remaining(), file.bytes() - position);
    if (file.bytes() > PublishedStorage.WHOLE_BYTES && wanted >= PublishedStorage.BLOCK_BYTES) {
      int length = Math.min(wanted, PIECE_BYTES);
      target.put(storage.part(file, position, length));
      return length;
    }
    boolean whole = file.bytes() <= PublishedStorage.WHOLE_BYTES;
    long from = whole ? 0 : blockOf(position);
    int length =
        (int) (whole ? file.bytes() : Math.min(PublishedStorage.BLOCK_BYTES, file.bytes() - from));
    byte[] block = fetched(from, length);
    int at = (int) (position - from);
    int count = Math.min(wanted, block.length - at);
    target.put(block, at, count);
    return count;
  }

  /** Blocks end where the file does, so that one holds a footer. */
  private long blockOf(long position) {
    long last = file.bytes() - PublishedStorage.BLOCK_BYTES;
    return position >= last ? last : position - position % PublishedStorage.BLOCK_BYTES;
  }

  private byte[] fetched(long from, int length) throws IOException {
    synchronized (this) { // two threads do not ask for the same
      return storage.block(file, from, length);
    }
  }

  @Override
  public ByteBuffer map(long position, int length) throws IOException {
    if (position + length > file.bytes()) {
      throw new EOFException(
          Text.of(
              "Cannot map %d bytes at %d of %s: it has %d",
              length, position, file.name(), file.bytes()));
    }
    ByteBuffer bytes = ByteBuffer.allocateDirect(length);
    readFully(bytes, position);
    return bytes.flip().asReadOnlyBuffer();
  }

  @Override
  public void close() {}
}
