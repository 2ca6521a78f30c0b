package org.arrowworld.storage;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.StoreLockedException;
import org.arrowworld.internal.Text;

/** The production storage: a directory of the file system. */
public final class DiskStorage implements Storage {
  /** One large write can stall a device's queue; writes go out in pieces of this many bytes. */
  private static final int WRITE_CHUNK_BYTES = 1 << 20;

  /** How often the holder of a lock is asked for, a millisecond apart. */
  private static final int HOLDER_ATTEMPTS = 200;

  /** Lock files this process holds, with their holders' texts. */
  private static final Map<Path, String> HELD = new ConcurrentHashMap<>();

  private final Path root;

  /** Uses a directory, which need not exist yet. */
  public DiskStorage(Path root) {
    this.root = root.toAbsolutePath().normalize();
  }

  @Override
  public List<String> list(String directory) throws IOException {
    try (Stream<Path> entries = Files.list(resolve(directory))) {
      return entries.map(p -> p.getFileName().toString()).sorted().toList();
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of();
    }
  }

  @Override
  public boolean exists(String path) {
    return Files.exists(resolve(path));
  }

  @Override
  public boolean isLink(String path) {
    return Files.isSymbolicLink(resolve(path));
  }

  @Override
  public ReadableFile openRead(String path) throws IOException {
    requireRegular(path);
    return new DiskFile(
        path, FileChannel.open(resolve(path), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
  }

  /**
   * Refuses what is no regular file before it is opened: opening a FIFO waits for a writer, and a
   * link may lead anywhere (spec S-12).
   */
  private void requireRegular(String path) throws IOException {
    Path file = resolve(path);
    for (Path at = file; !at.equals(root); at = at.getParent()) {
      if (Files.isSymbolicLink(at)) {
        throw new DamagedFileException(
            path,
            -1,
            (at.equals(file) ? "it is a link" : "it lies behind the link " + root.relativize(at))
                + ", and links are not followed; put there what it leads to, or name that");
      }
    }
    BasicFileAttributes attributes =
        Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!attributes.isRegularFile()) {
      throw new DamagedFileException(
          path,
          -1,
          Text.of(
              "it is a %s, expected a regular file",
              attributes.isDirectory() ? "directory" : "FIFO or device"));
    }
  }

  @Override
  public WritableFile create(String path) throws IOException {
    return new DiskFile(
        path,
        FileChannel.open(resolve(path), StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW));
  }

  @Override
  public WritableFile openWrite(String path) throws IOException {
    requireRegular(path);
    return new DiskFile(
        path, FileChannel.open(resolve(path), StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS));
  }

  /** The names of the root and of those above it, where they are new, are forced as well. */
  @Override
  public void createDirectories(String directory) throws IOException {
    List<Path> holders = new ArrayList<>(); // of new names, where forceDirectory does not reach
    for (Path at = root; !Files.exists(at); at = at.getParent()) {
      holders.add(at.getParent());
    }
    Files.createDirectories(resolve(directory));
    for (Path holder : holders) {
      force(holder);
    }
  }

  @Override
  public void forceDirectory(String directory) throws IOException {
    force(resolve(directory));
  }

  private static void force(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Override
  public void rename(String from, String to) throws IOException {
    Files.move(resolve(from), resolve(to), StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void delete(String path) throws IOException {
    Files.delete(resolve(path));
  }

  @Override
  public Closeable lock(String path, String holder) throws IOException {
    if (isLink(path)) {
      throw new InvalidUseException(
          Text.of(
              "Cannot lock %s: %s in it is a link, and what it leads to would be overwritten; delete it",
              root, path));
    }
    Path file = root.toRealPath().resolve(path);
    // Closing any channel on a file drops the process's POSIX lock on it, so a file this process
    // holds is never opened a second time.
    String inProcess = HELD.putIfAbsent(file, holder);
    if (inProcess != null) {
      throw new StoreLockedException(description(), inProcess);
    }
    FileChannel channel = null;
    try {
      channel =
          FileChannel.open(
              file,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.CREATE,
              LinkOption.NOFOLLOW_LINKS);
      if (tryLock(channel) == null) {
        throw new StoreLockedException(description(), readHolder(channel));
      }
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(holder.getBytes(StandardCharsets.UTF_8)), 0);
      return new HeldLock(file, channel);
    } catch (IOException | RuntimeException e) {
      if (channel != null) {
        channel.close();
      }
      HELD.remove(file);
      throw e;
    }
  }

  private static FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null; // held by this process through a channel that is not ours
    }
  }

  private record HeldLock(Path file, FileChannel channel) implements Closeable {
    @Override
    public void close() throws IOException {
      if (channel.isOpen()) {
        channel.truncate(0); // so that nobody is told of a holder that is gone
        channel.close();
        HELD.remove(file);
      }
    }
  }

  /** Who says to hold a lock file. A new holder writes its text a moment after it got the lock. */
  private static String readHolder(FileChannel channel) throws IOException {
    ByteBuffer text = ByteBuffer.allocate(200);
    for (int i = 0; i < HOLDER_ATTEMPTS; i++) {
      channel.read(text.clear(), 0);
      String holder = new String(text.array(), 0, text.position(), StandardCharsets.UTF_8).strip();
      if (!holder.isEmpty()) {
        return holder;
      }
      LockSupport.parkNanos(1_000_000);
    }
    return "another process";
  }

  @Override
  public String description() {
    return root.toString();
  }

  private Path resolve(String path) {
    Path resolved = root.resolve(path).normalize();
    if (!resolved.startsWith(root)) {
      throw new InvalidUseException(Text.of("Cannot use path %s: it leaves %s", path, root));
    }
    return resolved;
  }

  /** A file in either role; positions are explicit, so the channel's own is never used. */
  private record DiskFile(String path, FileChannel channel) implements ReadableFile, WritableFile {
    @Override
    public long size() throws IOException {
      return channel.size();
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      return channel.read(target, position);
    }

    @Override
    public ByteBuffer map(long position, int length) throws IOException {
      return channel.map(FileChannel.MapMode.READ_ONLY, position, length);
    }

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
      int end = source.limit();
      long at = position;
      while (source.position() < end) {
        source.limit(Math.min(end, source.position() + WRITE_CHUNK_BYTES));
        at += channel.write(source, at);
      }
    }

    @Override
    public void force() throws IOException {
      channel.force(false);
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
