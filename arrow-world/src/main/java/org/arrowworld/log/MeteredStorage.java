// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;
import org.arrowworld.storage.ForwardingStorage;
import org.arrowworld.storage.ReadableFile;
import org.arrowworld.storage.Storage;

/** Counts the bytes that are read, so that work on hostile files can be bounded by them. */
final class MeteredStorage extends ForwardingStorage {
  private final AtomicLong bytes = new AtomicLong();

  MeteredStorage(Storage storage) {
    super(storage);
  }

  /** Bytes read so far. */
  long bytes() {
    return bytes.get();
  }

  @Override
  public ReadableFile openRead(String path) throws IOException {
    return new Metered(super.openRead(path), bytes);
  }

  private record Metered(ReadableFile file, AtomicLong bytes) implements ReadableFile {
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
      int count = file.read(target, position);
      bytes.addAndGet(Math.max(0, count));
      return count;
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
}
