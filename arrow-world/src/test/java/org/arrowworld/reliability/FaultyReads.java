package org.arrowworld.reliability;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.storage.ReadableFile;
import org.arrowworld.storage.Storage;
import org.arrowworld.storage.WritableFile;

/** A storage whose n-th reading operation fails as a bad device does, and counts open files. */
final class FaultyReads implements Storage {
  private final MemoryStorage storage;
  private final long failing;
  private long reads;
  private int open;

  FaultyReads(MemoryStorage storage, long failing) {
    this.storage = storage;
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
    return storage.list(directory);
  }

  @Override
  public boolean exists(String path) throws IOException {
    step(path);
    return storage.exists(path);
  }

  @Override
  public ReadableFile openRead(String path) throws IOException {
    step(path);
    ReadableFile file = storage.openRead(path);
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
  public WritableFile create(String path) throws IOException {
    return storage.create(path);
  }

  @Override
  public WritableFile openWrite(String path) throws IOException {
    return storage.openWrite(path);
  }

  @Override
  public void createDirectories(String directory) throws IOException {
    storage.createDirectories(directory);
  }

  @Override
  public void forceDirectory(String directory) throws IOException {
    storage.forceDirectory(directory);
  }

  @Override
  public void rename(String from, String to) throws IOException {
    storage.rename(from, to);
  }

  @Override
  public void delete(String path) throws IOException {
    storage.delete(path);
  }

  @Override
  public Closeable lock(String path, String holder) throws IOException {
    return storage.lock(path, holder);
  }

  @Override
  public String description() {
    return "faulty";
  }
}
