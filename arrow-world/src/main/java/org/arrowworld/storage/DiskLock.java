// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.arrowworld.errors.StoreLockedException;

/**
 * A lock file held by this process.
 *
 * <p>POSIX locks belong to the process, and closing any channel on a file drops them. So a file
 * that this process holds is never opened a second time, whatever path leads to it and whatever
 * class loader asks: what is held is noted in the system properties, which all of the process
 * shares, by device and inode.
 */
final class DiskLock implements StorageLock {
  private static final String HELD = "org.arrowworld.lock.";

  /** How often the holder of a lock is asked for, a millisecond apart. */
  private static final int HOLDER_ATTEMPTS = 200;

  /** How often a file that is deleted by its holder meanwhile is looked for again. */
  private static final int ATTEMPTS = 100;

  /** One object for all class loaders, as literals are. */
  private static final Object PROCESS = "org.arrowworld.storage.DiskLock";

  /** Never closed: another part of the process holds their files, unknown to us. */
  private static final Queue<FileChannel> LEFT_OPEN = new ConcurrentLinkedQueue<>();

  private final String identity;
  private final FileChannel channel;
  private boolean left;
  private boolean closed;

  DiskLock(String identity, FileChannel channel) {
    this.identity = identity;
    this.channel = channel;
  }

  /**
   * Takes the lock on a file, which is made if need be.
   *
   * @param holder text for people
   * @param store for messages
   * @throws StoreLockedException if somebody else holds it
   */
  static DiskLock take(Path file, String holder, String store) throws IOException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      DiskLock lock = open(file, holder, store);
      try {
        if (lock != null && lock.isTaken(file, holder, store)) {
          return lock;
        }
      } catch (IOException | RuntimeException e) {
        lock.closeAfter(e);
        throw e;
      }
      if (lock != null) {
        lock.close();
      }
    }
    throw new StoreLockedException(store, "a writer that is just ending");
  }

  /** Opens the file that now has this path, known to the process; null if it is gone meanwhile. */
  private static DiskLock open(Path file, String holder, String store) throws IOException {
    synchronized (PROCESS) {
      String identity;
      try {
        create(file);
        identity = identity(file);
      } catch (NoSuchFileException e) {
        if (Files.isDirectory(file.getParent())) {
          return null;
        }
        throw e;
      }
      String inProcess = (String) System.getProperties().putIfAbsent(identity, holder);
      if (inProcess != null) {
        throw StoreLockedException.heldHere(store, inProcess);
      }
      try {
        return new DiskLock(
            identity,
            FileChannel.open(
                file,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS));
      } catch (NoSuchFileException e) {
        System.getProperties().remove(identity);
        return null;
      } catch (IOException | RuntimeException e) {
        System.getProperties().remove(identity);
        throw e;
      }
    }
  }

  private static void create(Path file) throws IOException {
    try {
      if (Files.notExists(file, LinkOption.NOFOLLOW_LINKS)) {
        Files.createFile(file);
      }
    } catch (FileAlreadyExistsException e) {
      // another process was faster; the lock will tell
    }
  }

  /** What stays the same on all paths to a file. */
  private static String identity(Path file) throws IOException {
    Object key =
        Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).fileKey();
    return HELD + (key == null ? file.toRealPath() : key);
  }

  /** Locks the file; false if another one has its path by now. */
  private boolean isTaken(Path file, String holder, String store) throws IOException {
    try {
      if (Interrupts.defer("lock", file, channel::tryLock) == null) {
        throw new StoreLockedException(store, readHolder());
      }
    } catch (OverlappingFileLockException e) {
      LEFT_OPEN.add(channel);
      throw new StoreLockedException(store, "another part of this process");
    }
    try {
      if (!identity.equals(identity(file))) {
        return false;
      }
    } catch (NoSuchFileException e) {
      return false; // the one before deleted it
    }
    left = Interrupts.defer("lock", file, channel::size) > 0;
    try {
      write(file, ByteBuffer.wrap(holder.getBytes(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      if (!left) { // no room for the text, say; it is still ours alone
        Files.deleteIfExists(file);
      }
      throw e;
    }
    return true;
  }

  private void write(Path file, ByteBuffer text) throws IOException {
    int bytes = text.remaining();
    Interrupts.defer("lock", file, () -> channel.write(text, 0));
    Interrupts.defer("lock", file, () -> channel.truncate(bytes));
  }

  /** Who says to hold it. A new holder writes its text a moment after it got the lock. */
  private String readHolder() throws IOException {
    ByteBuffer text = ByteBuffer.allocate(200);
    for (int i = 0; i < HOLDER_ATTEMPTS; i++) {
      text.clear();
      Interrupts.defer("read who holds", "a lock", () -> channel.read(text, 0));
      String holder = new String(text.array(), 0, text.position(), StandardCharsets.UTF_8).strip();
      if (!holder.isEmpty()) {
        return holder;
      }
      LockSupport.parkNanos(1_000_000);
    }
    return "another process";
  }

  @Override
  public boolean wasLeft() {
    return left;
  }

  @Override
  public void force() throws IOException {
    Interrupts.defer(
        "force",
        "a lock",
        () -> {
          channel.force(true);
          return null;
        });
  }

  private void closeAfter(Exception failure) {
    try {
      release();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  /** Lets go whatever happens: by the end the lock is free. Idempotent. */
  @Override
  public synchronized void close() throws IOException {
    if (closed) {
      return;
    }
    boolean interrupted = Thread.interrupted();
    try {
      channel.truncate(0); // so that nobody is told of a holder that is gone
    } catch (ClosedByInterruptException e) {
      interrupted = true; // the lock is gone with the channel; the text tells people too much
    } finally {
      release();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private synchronized void release() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try {
      if (!LEFT_OPEN.contains(channel)) {
        channel.close();
      }
    } finally {
      System.getProperties().remove(identity);
    }
  }
}
