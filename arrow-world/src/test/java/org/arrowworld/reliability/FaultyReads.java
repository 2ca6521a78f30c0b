package org.arrowworld.reliability;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.arrowworld.storage.ForwardingStorage;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.storage.ReadableFile;

/** A storage whose n-th reading operation fails as a bad device does, and counts open files. */
final class FaultyReads extends ForwardingStorage {
  private final long failing;
  private long reads;
  private int open;

  FaultyReads(MemoryStorage storage, long failing) {
    super(storage);
    this.failing = failing;
  }

  /** Whether the fault was reached. */
  boolean failed() {
    return reads > failing;
  }

  /** Files opened for reading and not closed. */
  int openFiles() {
    return open;
  }

  private synchronized void step(String what) throws IOException {
    if (reads++ == failing) {
      throw new IOException("simulated EIO reading " + what);
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
