package org.arrowworld.storage;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.arrowworld.errors.StoreLockedException;
import org.arrowworld.storage.FaultPlan.Fault;
import org.arrowworld.storage.FaultPlan.Operation;

/**
 * A storage in memory that can fail, shorten or crash at any operation, for tests of everything
 * that writes.
 *
 * <p>Each file keeps its bytes and the bytes of its last force; each directory its names and the
 * names of its last force. {@link #afterCrash} makes what a process crash or a power loss leaves.
 */
public final class MemoryStorage implements Storage {

  /** What a crash takes away. */
  public enum CrashKind {
    /** The process dies; the operating system keeps every completed write and name. */
    PROCESS,
    /** The power fails: only forced bytes and forced names remain. */
    POWER
  }

  private final Directory root;
  private FaultPlan plan = FaultPlan.none();
  private long operations;
  private boolean crashed;

  public MemoryStorage() {
    this(new Directory());
  }

  private MemoryStorage(Directory root) {
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
    return new MemoryStorage((Directory) root.survivor(kind));
  }

  /** A file's present bytes, a copy. */
  public synchronized byte[] bytes(String path) throws IOException {
    return file(path).data();
  }

  /** Replaces or creates a file, forced, without counting an operation. */
  public synchronized void put(String path, byte[] bytes) throws IOException {
    MemoryFile file = new MemoryFile();
    file.write(ByteBuffer.wrap(bytes), 0);
    file.forced = file.data();
    Directory parent = root;
    List<String> names = names(path);
    for (String name : names.subList(0, names.size() - 1)) {
      parent = parent.childDirectory(name);
    }
    parent.put(names.get(names.size() - 1), file);
  }

  @Override
  public synchronized List<String> list(String directory) throws IOException {
    alive();
    Node node = find(directory);
    return node instanceof Directory d ? List.copyOf(d.names.keySet()) : List.of();
  }

  @Override
  public synchronized boolean exists(String path) throws IOException {
    alive();
    return find(path) != null;
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
    parent(path).names.put(lastName(path), file);
    return new Handle(path, file);
  }

  @Override
  public synchronized WritableFile openWrite(String path) throws IOException {
    alive();
    return new Handle(path, file(path));
  }

  @Override
  public synchronized void createDirectories(String directory) throws IOException {
    if (find(directory) instanceof Directory) {
      alive();
      return;
    }
    step(Operation.CREATE_DIRECTORY, directory);
    Directory at = root;
    for (String name : names(directory)) {
      at = (Directory) at.names.computeIfAbsent(name, n -> new Directory());
    }
  }

  @Override
  public synchronized void forceDirectory(String directory) throws IOException {
    step(Operation.FORCE_DIRECTORY, directory);
    if (!(find(directory) instanceof Directory d)) {
      throw new NoSuchFileException(directory);
    }
    d.forced = new TreeMap<>(d.names);
  }

  @Override
  public synchronized void rename(String from, String to) throws IOException {
    step(Operation.RENAME, from);
    Node node = find(from);
    if (node == null) {
      throw new NoSuchFileException(from);
    }
    if (find(to) instanceof Directory) {
      throw new FileAlreadyExistsException(to);
    }
    Directory target = parent(to);
    parent(from).names.remove(lastName(from));
    target.names.put(lastName(to), node);
  }

  @Override
  public synchronized void delete(String path) throws IOException {
    step(Operation.DELETE, path);
    Node node = find(path);
    if (node == null) {
      throw new NoSuchFileException(path);
    }
    if (node instanceof Directory d && !d.names.isEmpty()) {
      throw new IOException("Cannot delete " + path + ": the directory is not empty");
    }
    parent(path).names.remove(lastName(path));
  }

  @Override
  public synchronized Closeable lock(String path, String holder) throws IOException {
    step(Operation.LOCK, path);
    Directory parent = parent(path);
    MemoryFile file =
        (MemoryFile) parent.names.computeIfAbsent(lastName(path), n -> new MemoryFile());
    if (file.holder != null) {
      throw new StoreLockedException(description(), file.holder);
    }
    file.holder = holder;
    return () -> {
      synchronized (this) {
        file.holder = null;
      }
    };
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
        "simulated %s at operation %d (%s %s)".formatted(fault, operations - 1, operation, path));
  }

  private Node find(String path) {
    Node node = root;
    for (String name : names(path)) {
      if (!(node instanceof Directory directory)) {
        return null;
      }
      node = directory.names.get(name);
    }
    return node;
  }

  private MemoryFile file(String path) throws IOException {
    if (find(path) instanceof MemoryFile file) {
      return file;
    }
    throw new NoSuchFileException(path);
  }

  private Directory parent(String path) throws IOException {
    int slash = path.lastIndexOf('/');
    String directory = slash < 0 ? "" : path.substring(0, slash);
    if (find(directory) instanceof Directory parent) {
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

  private interface Node {
    Node survivor(CrashKind kind);
  }

  private static final class Directory implements Node {
    final Map<String, Node> names = new TreeMap<>();
    Map<String, Node> forced = new TreeMap<>();

    Directory childDirectory(String name) {
      Directory child = (Directory) names.computeIfAbsent(name, n -> new Directory());
      forced.put(name, child);
      return child;
    }

    void put(String name, Node node) {
      names.put(name, node);
      forced.put(name, node);
    }

    @Override
    public Node survivor(CrashKind kind) {
      Directory copy = new Directory();
      Map<String, Node> source = kind == CrashKind.POWER ? forced : names;
      source.forEach((name, node) -> copy.put(name, node.survivor(kind)));
      return copy;
    }
  }

  private static final class MemoryFile implements Node {
    private byte[] bytes = new byte[64];
    private int size;
    private byte[] forced = new byte[0];
    private String holder;

    byte[] data() {
      return Arrays.copyOf(bytes, size);
    }

    void write(ByteBuffer source, int position) {
      int end = Math.addExact(position, source.remaining());
      if (end > bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.max(end, Math.min(bytes.length * 2, 1 << 30)));
      }
      source.get(bytes, position, source.remaining());
      size = Math.max(size, end);
    }

    @Override
    public Node survivor(CrashKind kind) {
      MemoryFile copy = new MemoryFile();
      copy.bytes = kind == CrashKind.POWER ? forced.clone() : data();
      copy.size = copy.bytes.length;
      copy.forced = copy.bytes.clone();
      return copy;
    }
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
        return file.size;
      }
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      synchronized (MemoryStorage.this) {
        alive();
        if (position >= file.size) {
          return target.hasRemaining() ? -1 : 0;
        }
        int count = (int) Math.min(target.remaining(), file.size - position);
        target.put(file.bytes, (int) position, count);
        return count;
      }
    }

    @Override
    public ByteBuffer map(long position, int length) throws IOException {
      synchronized (MemoryStorage.this) {
        alive();
        if (position + length > file.size) {
          throw new IOException("Cannot map %s beyond its end".formatted(path));
        }
        ByteBuffer copy = ByteBuffer.allocateDirect(length);
        copy.put(file.bytes, (int) position, length).flip();
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
    public void force() throws IOException {
      synchronized (MemoryStorage.this) {
        step(Operation.FORCE, path);
        file.forced = file.data();
      }
    }

    @Override
    public void close() {}
  }
}
