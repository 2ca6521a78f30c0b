import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.LockSupport;
import org.arrowworld.storage.Storage;
import org.arrowworld.storage.WritableFile;

/** A disk that takes so many bytes a second and no more: each write waits its turn. */
final class ThrottledStorage {
  private ThrottledStorage() {}

  static Storage of(Storage storage, double bytesPerSecond) {
    return (Storage)
        Proxy.newProxyInstance(
            Storage.class.getClassLoader(),
            new Class<?>[] {Storage.class},
            (proxy, method, args) -> {
              try {
                Object result = method.invoke(storage, args);
                return result instanceof WritableFile file && method.getReturnType() == WritableFile.class
                    ? new SlowFile(file, bytesPerSecond)
                    : result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
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
    public void force() throws IOException {
      file.force();
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
