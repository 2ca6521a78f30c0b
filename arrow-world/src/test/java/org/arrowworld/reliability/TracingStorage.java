// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.reliability;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.arrowworld.internal.Text;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.storage.ReadableFile;
import org.arrowworld.storage.Storage;
import org.arrowworld.storage.StorageLock;
import org.arrowworld.storage.WritableFile;

/**
 * Records every operation that changes or forces something, so that a run's storage can be made
 * again as it was after each of them.
 *
 * <p>So that a seed gives the same trace again, the thread that seals segments in the background
 * waits until {@link #runSealers} lets it run, which returns when it has nothing left to do.
 */
final class TracingStorage implements Storage {

  /** One operation. */
  interface Step {
    /** Repeats it. */
    void run(MemoryStorage storage, Map<Integer, WritableFile> open) throws IOException;
  }

  /** A write, which a dying process may leave half done. */
  static final class WriteStep implements Step {
    private final int file;
    private final byte[] bytes;
    private final long position;

    WriteStep(int file, byte[] bytes, long position) {
      this.file = file;
      this.bytes = bytes;
      this.position = position;
    }

    @Override
    public void run(MemoryStorage storage, Map<Integer, WritableFile> open) throws IOException {
      open.get(file).write(ByteBuffer.wrap(bytes), position);
    }

    WriteStep half() {
      return new WriteStep(file, java.util.Arrays.copyOf(bytes, bytes.length / 2), position);
    }
  }

  private static final String FLUSHER = "arrow-world-flush";
  private static final String SEALER = "arrow-world-seal";

  private final MemoryStorage storage;
  private final List<Step> steps = new ArrayList<>();
  private final List<String> descriptions = new ArrayList<>();
  private int files;
  private int sealsDue;
  private int sealsDone;
  private boolean sealersRun;

  TracingStorage(MemoryStorage storage) {
    this.storage = storage;
  }

  synchronized int size() {
    return steps.size();
  }

  synchronized List<Step> steps() {
    return List.copyOf(steps);
  }

  /** The operations in words, for messages and for comparing traces. */
  synchronized List<String> descriptions() {
    return List.copyOf(descriptions);
  }

  /** Lets the sealing thread finish all that is due. */
  synchronized void runSealers() throws InterruptedException {
    sealersRun = true;
    notifyAll();
    while (sealsDone < sealsDue) {
      wait();
    }
    sealersRun = false;
  }

  /** Lets the sealing thread run from now on. */
  synchronized void freeSealers() {
    sealersRun = true;
    notifyAll();
  }

  synchronized void holdSealers() {
    sealersRun = false;
  }

  private synchronized void gate() {
    while (!sealersRun && Thread.currentThread().getName().equals(SEALER)) {
      try {
        wait();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private void add(String description, Step step) {
    steps.add(step);
    descriptions.add(description);
  }

  @Override
  public List<String> list(String directory) throws IOException {
    gate();
    return storage.list(directory);
  }

  @Override
  public boolean exists(String path) throws IOException {
    gate();
    return storage.exists(path);
  }

  @Override
  public boolean isDirectory(String path) throws IOException {
    gate();
    return storage.isDirectory(path);
  }

  @Override
  public boolean isLink(String path) throws IOException {
    gate();
    return storage.isLink(path);
  }

  @Override
  public ReadableFile openRead(String path) throws IOException {
    gate();
    return storage.openRead(path);
  }

  @Override
  public synchronized WritableFile create(String path) throws IOException {
    gate();
    Handle handle = new Handle(storage.create(path), files++);
    add("create " + path, (s, open) -> open.put(handle.number, s.create(path)));
    return handle;
  }

  @Override
  public synchronized WritableFile openWrite(String path) throws IOException {
    gate();
    Handle handle = new Handle(storage.openWrite(path), files++);
    add("open " + path, (s, open) -> open.put(handle.number, s.openWrite(path)));
    return handle;
  }

  @Override
  public synchronized void createDirectories(String directory) throws IOException {
    gate();
    storage.createDirectories(directory);
    add("mkdir " + directory, (s, open) -> s.createDirectories(directory));
  }

  @Override
  public synchronized void forceDirectory(String directory) throws IOException {
    gate();
    storage.forceDirectory(directory);
    add("forcedir " + directory, (s, open) -> s.forceDirectory(directory));
    if (directory.equals("log/live") && Thread.currentThread().getName().equals(SEALER)) {
      sealsDone++;
      notifyAll();
    }
  }

  @Override
  public synchronized void rename(String from, String to) throws IOException {
    gate();
    storage.rename(from, to);
    add("rename " + from + " " + to, (s, open) -> s.rename(from, to));
  }

  @Override
  public synchronized void delete(String path) throws IOException {
    gate();
    storage.delete(path);
    add("delete " + path, (s, open) -> s.delete(path));
  }

  @Override
  public StorageLock lock(String path, String holder) throws IOException {
    StorageLock lock = storage.lock(path, holder);
    synchronized (this) {
      add(
          "lock " + path,
          (s, open) -> {
            if (!s.exists(path)) {
              byte[] text = holder.getBytes(StandardCharsets.UTF_8);
              s.create(path).write(ByteBuffer.wrap(text), 0);
            }
          });
    }
    return new TracedLock(path, lock);
  }

  /** A lock; a crash ends its holder without letting it go. */
  private final class TracedLock implements StorageLock {
    private final String path;
    private final StorageLock lock;

    TracedLock(String path, StorageLock lock) {
      this.path = path;
      this.lock = lock;
    }

    @Override
    public boolean wasLeft() {
      return lock.wasLeft();
    }

    @Override
    public void force() throws IOException {
      lock.force();
      synchronized (TracingStorage.this) {
        add("force " + path, (s, open) -> s.openWrite(path).force());
      }
    }

    @Override
    public void close() throws IOException {
      lock.close();
    }
  }

  @Override
  public String description() {
    return "trace";
  }

  private final class Handle implements WritableFile {
    private final WritableFile file;
    private final int number;

    Handle(WritableFile file, int number) {
      this.file = file;
      this.number = number;
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
    public void write(ByteBuffer source, long position) throws IOException {
      gate();
      byte[] bytes = new byte[source.remaining()];
      source.duplicate().get(bytes);
      synchronized (TracingStorage.this) {
        file.write(source, position);
        add(
            Text.of("write %d: %d at %d", number, bytes.length, position),
            new WriteStep(number, bytes, position));
      }
    }

    @Override
    public void truncate(long size) throws IOException {
      gate();
      synchronized (TracingStorage.this) {
        file.truncate(size);
        add("truncate " + number + " to " + size, (s, open) -> open.get(number).truncate(size));
      }
    }

    @Override
    public void force() throws IOException {
      gate();
      synchronized (TracingStorage.this) {
        file.force();
        add("force " + number, (s, open) -> open.get(number).force());
      }
    }

    @Override
    public void close() throws IOException {
      file.close();
      synchronized (TracingStorage.this) {
        // The flush thread closes a live segment in one case only: it is full and to be sealed.
        if (Thread.currentThread().getName().equals(FLUSHER) && path().endsWith(".arrows")) {
          sealsDue++;
        }
      }
    }
  }
}
