// SPDX-License-Identifier: Apache-2.0
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.LockSupport;
import org.arrowworld.storage.ForwardingStorage;
import org.arrowworld.storage.Storage;
import org.arrowworld.storage.WritableFile;

/** A disk that takes so many bytes a second and no more: each write waits its turn. */
final class ThrottledStorage extends ForwardingStorage {
  private final double bytesPerSecond;

  ThrottledStorage(Storage storage, double bytesPerSecond) {
    super(storage);
    this.bytesPerSecond = bytesPerSecond;
  }

  @Override
  public WritableFile create(String path) throws IOException {
    return new SlowFile(super.create(path), bytesPerSecond);
  }

  @Override
  public WritableFile openWrite(String path) throws IOException {
    return new SlowFile(super.openWrite(path), bytesPerSecond);
  }

  private static final class SlowFile implements WritableFile {
    private final WritableFile file;
    private final double nanosPerByte;
    private long free = System.nanoTime();

    SlowFile(WritableFile file, double bytesPerSecond) {
      this.file = file;
      this.nanosPerByte = 1e9 / bytesPerSecond;
    }

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
      free = Math.max(free, System.nanoTime()) + (long) (source.remaining() * nanosPerByte);
      file.write(source, position);
      for (long left = free - System.nanoTime(); left > 0; left = free - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
    }

    @Override
    public String path() {
      return file.path();
    }

    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    public void truncate(long size) throws IOException {
      file.truncate(size);
    }

    @Override
    public void force() throws IOException {
      file.force();
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
