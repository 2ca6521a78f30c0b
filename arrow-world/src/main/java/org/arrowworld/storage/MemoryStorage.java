// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.List;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.StoreLockedException;
import org.arrowworld.internal.Text;
import org.arrowworld.storage.FaultPlan.Fault;
import org.arrowworld.storage.FaultPlan.Operation;

/**
 * A storage in memory that can fail, shorten or crash at any operation, for tests of everything
 * that writes.
 *
 * <p>Each file keeps its bytes, those of its last force and the writes since; each directory its
 * names likewise. {@link #afterCrash} makes what a process crash or the simplest power loss leaves,
 * {@link #afterPowerLoss} what an unkind one may.
 */
public final class MemoryStorage implements Storage {

  /** What a crash takes away. */
  public enum CrashKind {
    /** The process dies; the operating system keeps every completed write and name. */
    PROCESS,
    /** The power fails: only forced bytes and forced names remain. */
    POWER
  }

  private final MemoryDirectory root;
  private FaultPlan plan = FaultPlan.none();
  private long operations;
  private long nameChanges;
  private boolean crashed;

  public MemoryStorage() {
    this(new MemoryDirectory());
  }

  private MemoryStorage(MemoryDirectory root) {
    this.root = root;
  }

  /** Sets the plan; operations are counted from 0 again. */
  public synchronized void plan(FaultPlan newPlan) {
    plan = newPlan;
    operations = 0;
  }

  /** Operations counted since the plan was set. */
  public synchronized long operations() {
    return operations;
  }

  /** A fresh, working storage with what survives a crash at this moment; locks are gone. */
  public synchronized MemoryStorage afterCrash(CrashKind kind) {
    return new MemoryStorage(
        (MemoryDirectory)
            (kind == CrashKind.POWER ? Survival.forcedOnly() : Survival.everything()).of(root));
  }

  /**
   * A fresh, working storage with what a power loss at this moment may leave: of the unforced
   * writes and names any part, torn by sectors and out of order. The same seed gives the same.
   */
  public synchronized MemoryStorage afterPowerLoss(long seed) {
    return new MemoryStorage((MemoryDirectory) Survival.seeded(seed, nameChanges).of(root));
  }

  /** A file's present bytes, a copy. */
  public synchronized byte[] bytes(String path) throws IOException {
    return file(path).data();
  }

  /** Replaces or creates a file, forced, without counting an operation. */
  public synchronized void put(String path, byte[] bytes) throws IOException {
    MemoryFile file = new MemoryFile();
    file.write(ByteBuffer.wrap(bytes), 0);
    file.force();
    MemoryDirectory parent = root;
    List<String> names = names(path);
    for (String name : names.subList(0, names.size() - 1)) {
      MemoryNode child = parent.get(name);
      if (child == null) {
        child = new MemoryDirectory();
      }
      parent.putForced(name, child);
      parent = (MemoryDirectory) child;
    }
    parent.putForced(names.get(names.size() - 1), file);
  }

  @Override
  public synchronized List<String> list(String directory) throws IOException {
    alive();
    MemoryNode node = find(directory);
    return node instanceof MemoryDirectory d ? d.names() : List.of();
  }

  @Override
  public synchronized boolean exists(String path) throws IOException {
    alive();
    return find(path) != null;
  }

  @Override
  public synchronized boolean isDirectory(String path) throws IOException {
    alive();
    return find(path) instanceof MemoryDirectory;
  }

  @Override
  public synchronized boolean isLink(String path) throws IOException {
    alive();
    return false;
  }

  @Override
  public synchronized ReadableFile openRead(String path) throws IOException {
    alive();
    return new Handle(path, file(path));
  }

  @Override
  public synchronized WritableFile create(String path) throws IOException {
    step(Operation.CREATE, path);
    if (find(path) != null) {
      throw new FileAlreadyExistsException(path);
    }
    MemoryFile file = new MemoryFile();
    parent(path).set(nameChanges++, lastName(path), file);
    return new Handle(path, file);
  }

  @Override
  public synchronized WritableFile openWrite(String path) throws IOException {
    alive();
    return new Handle(path, file(path));
  }

  @Override
  public synchronized void createDirectories(String directory) throws IOException {
    if (find(directory) instanceof MemoryDirectory) {
      alive();
      return;
    }
    step(Operation.CREATE_DIRECTORY, directory);
    MemoryDirectory at = root;
    for (String name : names(directory)) {
      if (at.get(name) == null) {
        at.set(nameChanges++, name, new MemoryDirectory());
      }
      at = (MemoryDirectory) at.get(name);
    }
  }

  @Override
  public synchronized void forceDirectory(String directory) throws IOException {
    step(Operation.FORCE_DIRECTORY, directory);
    if (!(find(directory) instanceof MemoryDirectory d)) {
      throw new NoSuchFileException(directory);
    }
    d.force();
  }

  @Override
  public synchronized void rename(String from, String to) throws IOException {
    step(Operation.RENAME, from);
    MemoryNode node = find(from);
    if (node == null) {
      throw new NoSuchFileException(from);
    }
    if (find(to) instanceof MemoryDirectory) {
      throw new FileAlreadyExistsException(to);
    }
    if (from.equals(to)) {
      return; // POSIX: nothing happens
    }
    MemoryDirectory target = parent(to);
    parent(from).remove(nameChanges, lastName(from));
    target.set(nameChanges++, lastName(to), node);
  }

  @Override
  public synchronized void delete(String path) throws IOException {
    step(Operation.DELETE, path);
    MemoryNode node = find(path);
    if (node == null) {
      throw new NoSuchFileException(path);
    }
    if (node instanceof MemoryDirectory d && !d.names().isEmpty()) {
      throw new IOException("Cannot delete " + path + ": the directory is not empty");
    }
    parent(path).remove(nameChanges++, lastName(path));
  }

  @Override
  public synchronized StorageLock lock(String path, String holder) throws IOException {
    step(Operation.LOCK, path);
    MemoryDirectory parent = parent(path);
    if (parent.get(lastName(path)) == null) {
      parent.set(nameChanges++, lastName(path), new MemoryFile());
    }
    MemoryFile file = (MemoryFile) parent.get(lastName(path));
    if (file.holder != null) {
      throw new StoreLockedException(description(), file.holder);
    }
    boolean left = file.size() > 0;
    file.truncate(0);
    file.write(ByteBuffer.wrap(holder.getBytes(StandardCharsets.UTF_8)), 0);
    file.holder = holder;
    return new Held(file, left);
  }

  /** A lock; its text is written and emptied without counting an operation. */
  private final class Held implements StorageLock {
    private final MemoryFile file;
    private final boolean left;

    Held(MemoryFile file, boolean left) {
      this.file = file;
      this.left = left;
    }

    @Override
    public boolean wasLeft() {
      return left;
    }

    @Override
    public void force() {
      synchronized (MemoryStorage.this) {
        file.force();
      }
    }

    @Override
    public void close() {
      synchronized (MemoryStorage.this) {
        if (file.holder != null && !crashed) {
          file.truncate(0);
        }
        file.holder = null;
      }
    }
  }

  @Override
  public String description() {
    return "memory";
  }

  private void alive() throws IOException {
    if (crashed) {
      throw new IOException("simulated crash: the process is gone");
    }
  }

  private void step(Operation operation, String path) throws IOException {
    Fault fault = nextFault(operation, path);
    if (fault != Fault.NONE) {
      throw injected(fault, operation, path);
    }
  }

  private Fault nextFault(Operation operation, String path) throws IOException {
    alive();
    Fault fault = plan.at(operations++, operation, path);
    crashed = fault == Fault.CRASH;
    return fault;
  }

  private IOException injected(Fault fault, Operation operation, String path) {
    return new IOException(
        Text.of("simulated %s at operation %d (%s %s)", fault, operations - 1, operation, path));
  }

  private MemoryNode find(String path) {
    MemoryNode node = root;
    for (String name : names(path)) {
      if (!(node instanceof MemoryDirectory directory)) {
        return null;
      }
      node = directory.get(name);
    }
    return node;
  }

  private MemoryFile file(String path) throws IOException {
    MemoryNode node = find(path);
    if (node instanceof MemoryFile file) {
      return file;
    }
    if (node != null) {
      throw new DamagedFileException(path, -1, "it is a directory, expected a regular file");
    }
    throw new NoSuchFileException(path);
  }

  private MemoryDirectory parent(String path) throws IOException {
    int slash = path.lastIndexOf('/');
    String directory = slash < 0 ? "" : path.substring(0, slash);
    if (find(directory) instanceof MemoryDirectory parent) {
      return parent;
    }
    throw new NoSuchFileException(directory);
  }

  private static String lastName(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  private static List<String> names(String path) {
    return path.isEmpty() ? List.of() : Arrays.asList(path.split("/", -1));
  }

  private final class Handle implements ReadableFile, WritableFile {
    private final String path;
    private final MemoryFile file;

    Handle(String path, MemoryFile file) {
      this.path = path;
      this.file = file;
    }

    @Override
    public String path() {
      return path;
    }

    @Override
    public long size() throws IOException {
      synchronized (MemoryStorage.this) {
        alive();
        return file.size();
      }
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      synchronized (MemoryStorage.this) {
        alive();
        if (position >= file.size()) {
          return target.hasRemaining() ? -1 : 0;
        }
        int count = (int) Math.min(target.remaining(), file.size() - position);
        target.put(file.array(), (int) position, count);
        return count;
      }
    }

    @Override
    public ByteBuffer map(long position, int length) throws IOException {
      synchronized (MemoryStorage.this) {
        alive();
        if (position + length > file.size()) {
          throw new IOException(Text.of("Cannot map %s beyond its end", path));
        }
        ByteBuffer copy = ByteBuffer.allocateDirect(length);
        copy.put(file.array(), (int) position, length).flip();
        return copy.asReadOnlyBuffer();
      }
    }

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
      synchronized (MemoryStorage.this) {
        Fault fault = nextFault(Operation.WRITE, path);
        if (fault == Fault.SHORT || fault == Fault.CRASH) {
          ByteBuffer half = source.slice();
          half.limit(half.remaining() / 2);
          file.write(half, Math.toIntExact(position));
        }
        if (fault != Fault.NONE) {
          throw injected(fault, Operation.WRITE, path);
        }
        file.write(source, Math.toIntExact(position));
      }
    }

    @Override
    public void truncate(long size) throws IOException {
      synchronized (MemoryStorage.this) {
        step(Operation.TRUNCATE, path);
        file.truncate(Math.toIntExact(size));
      }
    }

    @Override
    public void force() throws IOException {
      synchronized (MemoryStorage.this) {
        step(Operation.FORCE, path);
        file.force();
      }
    }

    @Override
    public void close() {}
  }
}
