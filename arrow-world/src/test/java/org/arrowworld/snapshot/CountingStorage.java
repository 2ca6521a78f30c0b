package org.arrowworld.snapshot;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.arrowworld.storage.ReadableFile;
import org.arrowworld.storage.Storage;
import org.arrowworld.storage.WritableFile;

/** A storage that counts the bytes read and mapped through it. */
final class CountingStorage implements Storage {
  private final Storage storage;
  long bytesRead;
  long bytesMapped;

  CountingStorage(Storage storage) {
    this.storage = storage;
  }

  @Override
  public ReadableFile openRead(String path) throws IOException {
    ReadableFile file = storage.openRead(path);
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
        return count;
      }

      @Override
      public ByteBuffer map(long position, int length) throws IOException {
        bytesMapped += length;
        return file.map(position, length);
      }

      @Override
      public void close() throws IOException {
        file.close();
      }
    };
  }

  @Override
  public List<String> list(String directory) throws IOException {
    return storage.list(directory);
  }

  @Override
  public boolean exists(String path) throws IOException {
    return storage.exists(path);
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
    return storage.description();
  }
}
