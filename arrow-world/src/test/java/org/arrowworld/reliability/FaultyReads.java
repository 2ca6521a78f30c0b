// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.reliability;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Function;
import org.arrowworld.storage.ForwardingStorage;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.storage.ReadableFile;

/** A storage whose n-th reading operation fails as a bad device does, and counts open files. */
class FaultyReads extends ForwardingStorage {
  private final long failing;
  private final Function<String, IOException> failure;
  private long operations;
  private int open;

  FaultyReads(MemoryStorage storage, long failing) {
    this(storage, failing, path -> new IOException("simulated EIO reading " + path));
  }

  /**
   * @param failing which operation fails, counted from 0
   * @param failure how, by the path
   */
  FaultyReads(MemoryStorage storage, long failing, Function<String, IOException> failure) {
    super(storage);
    this.failing = failing;
    this.failure = failure;
  }

  /** Whether the fault was reached. */
  boolean failed() {
    return operations > failing;
  }

  /** Files opened for reading and not closed. */
  int openFiles() {
    return open;
  }

  final synchronized void step(String path) throws IOException {
    if (operations++ == failing) {
      throw failure.apply(path);
    }
  }

  @Override
  public List<String> list(String directory) throws IOException {
    step(directory);
    return super.list(directory);
  }

  @Override
  public boolean exists(String path) throws IOException {
    step(path);
    return super.exists(path);
  }

  @Override
  public boolean isLink(String path) throws IOException {
    step(path);
    return super.isLink(path);
  }

  @Override
  public ReadableFile openRead(String path) throws IOException {
    step(path);
    ReadableFile file = super.openRead(path);
    synchronized (this) {
      open++;
    }
    return new ReadableFile() {
      private boolean closed;

      @Override
      public String path() {
        return file.path();
      }

      @Override
      public long size() throws IOException {
        step(path);
        return file.size();
      }

      @Override
      public int read(ByteBuffer target, long position) throws IOException {
        step(path);
        return file.read(target, position);
      }

      @Override
      public ByteBuffer map(long position, int length) throws IOException {
        step(path);
        return file.map(position, length);
      }

      @Override
      public void close() throws IOException {
        synchronized (FaultyReads.this) {
          open -= closed ? 0 : 1;
          closed = true;
        }
        file.close();
      }
    };
  }

  @Override
  public String description() {
    return "faulty";
  }
}
