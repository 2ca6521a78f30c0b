package org.arrowworld.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.LinkedHashSet;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Text;

/**
 * A storage whose files for reading take a few descriptors, however many are open: those not used
 * for longest are closed, and opened again by the next read.
 *
 * <p>By then another file may have the name. One that is shorter is refused; else it is for the
 * reader to see from its checksums that it reads what it looked at when it opened the file. Safe
 * for threads. Closing this closes nothing; each file is its opener's.
 */
public final class FewFiles extends ForwardingStorage {
  /** Of which several readers may be there, in a process that has 64 and needs most for itself. */
  static final int MOST = 8;

  /** Open files that nobody reads just now, those not used for longest first. */
  private final LinkedHashSet<Shared> idle = new LinkedHashSet<>();

  private int open;

  /** Reads the files of a storage, which stays the caller's. */
  public FewFiles(Storage storage) {
    super(storage);
  }

  @Override
  public ReadableFile openRead(String path) throws IOException {
    Shared file = new Shared(path);
    file.size(); // a file that is missing is missed now
    return file;
  }

  @Override
  public void close() {}

  private synchronized ReadableFile acquire(Shared shared) throws IOException {
    if (shared.closed) {
      throw new IOException(Text.of("Cannot read %s: it was closed", shared.path));
    }
    if (shared.file == null) {
      while (open >= MOST && !idle.isEmpty()) {
        shut(idle.iterator().next());
      }
      shared.file = reopened(shared);
      open++;
    }
    idle.remove(shared);
    shared.readers++;
    return shared.file;
  }

  private ReadableFile reopened(Shared shared) throws IOException {
    ReadableFile file;
    try {
      file = super.openRead(shared.path);
    } catch (NoSuchFileException e) {
      throw shared.size < 0 ? e : replaced(shared, "it is gone", e);
    }
    try {
      long size = file.size();
      if (size < shared.size) {
        throw replaced(shared, Text.of("it has %d bytes", size), null);
      }
      shared.size = Math.max(shared.size, size);
      return file;
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private static DamagedFileException replaced(Shared shared, String finding, IOException cause) {
    return new DamagedFileException(
        shared.path,
        -1,
        Text.of(
            "%s, and had %d bytes when it was opened: it was merged, dropped or truncated meanwhile; open the store again",
            finding, shared.size),
        cause);
  }

  /**
   * Ends a read.
   *
   * @param sound whether it went well; after a failure the next read opens the file anew
   */
  private synchronized void release(Shared shared, boolean sound) throws IOException {
    shared.readers--;
    shared.broken |= !sound;
    if (shared.readers == 0) {
      idle.add(shared);
      if (shared.closed || shared.broken || open > MOST) {
        shut(shared);
      }
    }
  }

  private void shut(Shared shared) throws IOException {
    idle.remove(shared);
    ReadableFile file = shared.file;
    shared.file = null;
    shared.broken = false;
    if (file != null) {
      open--;
      file.close();
    }
  }

  private synchronized void close(Shared shared) throws IOException {
    shared.closed = true;
    if (shared.readers == 0) {
      shut(shared);
    }
  }

  /** A file that has a descriptor now and then; the fields belong to the storage's monitor. */
  private final class Shared implements ReadableFile {
    private final String path;
    private ReadableFile file;
    private long size = -1;
    private int readers;
    private boolean broken;
    private boolean closed;

    Shared(String path) {
      this.path = path;
    }

    private interface Use<T> {
      T of(ReadableFile file) throws IOException;
    }

    private <T> T use(Use<T> use) throws IOException {
      ReadableFile opened = acquire(this);
      boolean sound = false;
      try {
        T result = use.of(opened);
        sound = true;
        return result;
      } finally {
        release(this, sound);
      }
    }

    @Override
    public String path() {
      return path;
    }

    @Override
    public long size() throws IOException {
      return use(ReadableFile::size);
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      return use(opened -> opened.read(target, position));
    }

    @Override
    public ByteBuffer map(long position, int length) throws IOException {
      return use(opened -> opened.map(position, length));
    }

    @Override
    public void close() throws IOException {
      FewFiles.this.close(this);
    }
  }
}
