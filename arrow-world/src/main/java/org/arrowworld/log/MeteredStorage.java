// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;
import org.arrowworld.storage.ForwardingFile;
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

  private static final class Metered extends ForwardingFile {
    private final AtomicLong bytes;

    Metered(ReadableFile file, AtomicLong bytes) {
      super(file);
      this.bytes = bytes;
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      int count = super.read(target, position);
      bytes.addAndGet(Math.max(0, count));
      return count;
    }
  }
}
