// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.testing;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.arrowworld.storage.ForwardingStorage;
import org.arrowworld.storage.ReadableFile;
import org.arrowworld.storage.Storage;

/** A storage that counts the bytes read and mapped through it. */
public final class CountingStorage extends ForwardingStorage {
  private long bytesRead;
  private long bytesMapped;
  private int maps;

  private final long most;

  /** Counts what goes through to a storage. */
  public CountingStorage(Storage storage) {
    this(storage, Long.MAX_VALUE);
  }

  /** A storage of which no more bytes can be read than this. */
  public CountingStorage(Storage storage, long most) {
    super(storage);
    this.most = most;
  }

  public long bytesRead() {
    return bytesRead;
  }

  public long bytesMapped() {
    return bytesMapped;
  }

  /** How many maps were made. */
  public int maps() {
    return maps;
  }

  @Override
  public ReadableFile openRead(String path) throws IOException {
    ReadableFile file = super.openRead(path);
    return new ReadableFile() {
      @Override
      public String path() {
        return path;
      }

      @Override
      public long size() throws IOException {
        return file.size();
      }

      @Override
      public int read(ByteBuffer target, long position) throws IOException {
        int count = file.read(target, position);
        bytesRead += Math.max(0, count);
        if (bytesRead > most) {
          throw new IOException("more than " + most + " bytes were read");
        }
        return count;
      }

      @Override
      public ByteBuffer map(long position, int length) throws IOException {
        bytesMapped += length;
        maps++;
        return file.map(position, length);
      }

      @Override
      public void close() throws IOException {
        file.close();
      }
    };
  }
}
