// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.NoSuchFileException;
import java.util.LinkedHashSet;
import org.arrowworld.internal.Text;

/**
 * A storage whose files for reading take a few descriptors, however many are open in the process:
 * those not used for longest are closed, and opened again by the next read.
 *
 * <p>By then another file may have the name. One of another length is refused, unless it is a live
 * segment that grew; else it is for the reader to see from its checksums that it reads what it
 * looked at when it opened the file. Safe for threads. Closing this closes nothing; each file is
 * its opener's.
 */
public final class FewFiles extends ForwardingStorage {
  /** What files are called that grow: live segments. */
  private static final String GROWING = ".arrows";

  /** Of all logs of a process, which may have 64 and needs most for its classes. */
  private static final int MOST = 8;

  /** Open files that nobody reads just now, those not used for longest first; the monitor too. */
  private static final LinkedHashSet<Shared> IDLE = new LinkedHashSet<>();

  private static int open;

  /** Reads the files of a storage, which stays the caller's. */
  public FewFiles(Storage storage) {
    super(storage);
  }

  @Override
  public ReadableFile openRead(String path) throws IOException {
    Shared file = new Shared(path);
    file.use(opened -> file); // a file that is missing is missed now
    return file;
  }

  @Override
  public void close() {}

  private ReadableFile acquire(Shared shared) throws IOException {
    synchronized (IDLE) {
      if (shared.closed) {
        throw new ClosedFileException(shared.path);
      }
      if (shared.file == null) {
        while (open >= MOST && !IDLE.isEmpty()) {
          shut(IDLE.iterator().next());
        }
        shared.file = reopened(shared);
        open++;
      }
      IDLE.remove(shared);
      shared.readers++;
      return shared.file;
    }
  }

  private ReadableFile reopened(Shared shared) throws IOException {
    ReadableFile file;
    try {
      file = super.openRead(shared.path);
    } catch (NoSuchFileException e) {
      throw shared.size < 0 ? e : gone(shared, "it is gone", e);
    }
    try {
      long size = file.size();
      boolean grown = size > shared.size && shared.path.endsWith(GROWING);
      if (shared.size >= 0 && size != shared.size && !grown) {
        throw gone(shared, Text.of("it has %d bytes", size), null);
      }
      shared.size = Math.max(shared.size, size);
      return file;
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private static NoSuchFileException gone(Shared shared, String finding, IOException cause) {
    NoSuchFileException gone =
        new NoSuchFileException(
            shared.path,
            null,
            Text.of(
                "%s, and had %d bytes when it was opened: it was merged, dropped or truncated meanwhile; open the store again",
                finding, shared.size));
    gone.initCause(cause);
    return gone;
  }

  /**
   * Ends a read.
   *
   * @param sound whether it went well; after a failure the next read opens the file anew
   */
  private static void release(Shared shared, boolean sound) throws IOException {
    synchronized (IDLE) {
      shared.readers--;
      shared.broken |= !sound;
      if (shared.readers == 0) {
        IDLE.add(shared);
        if (shared.closed || shared.broken || open > MOST) {
          shut(shared);
        }
      }
    }
  }

  private static void shut(Shared shared) throws IOException {
    IDLE.remove(shared);
    ReadableFile file = shared.file;
    shared.file = null;
    shared.broken = false;
    if (file != null) {
      open--;
      file.close();
    }
  }

  private static void close(Shared shared) throws IOException {
    synchronized (IDLE) {
      shared.closed = true;
      if (shared.readers == 0) {
        shut(shared);
      }
    }
  }

  /** Typed as a file of its own descriptor would say it. */
  private static final class ClosedFileException extends ClosedChannelException {
    private static final long serialVersionUID = 1L;

    private final String path;

    ClosedFileException(String path) {
      this.path = path;
    }

    @Override
    public String getMessage() {
      return Text.of("Cannot read %s: it was closed", path);
    }
  }

  /** A file that has a descriptor now and then; the fields belong to the monitor. */
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
      FewFiles.close(this);
    }
  }
}
