// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.arrowworld.errors.StoreLockedException;
import org.arrowworld.testing.ChildJvm;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A lock is dropped by no second open of this process, whatever way leads to the file. What holds
 * is told by a process of its own, for POSIX locks do not show within one.
 */
class DiskLockTest {
  @TempDir Path folder;

  /** Tells in a process of its own whether a lock is free. */
  static final class Probe {
    private Probe() {}

    public static void main(String[] args) throws IOException {
      try (Closeable lock = new DiskStorage(Path.of(args[0])).lock("LOCK", "the probe")) {
        System.out.println("free " + lock.getClass().getSimpleName());
      } catch (StoreLockedException e) {
        System.out.println("held: " + e.getMessage());
      }
    }
  }

  private static String probe(Path store) throws Exception {
    Process child = ChildJvm.start(Probe.class, List.of("-Xmx64m"), List.of(store.toString()));
    String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(child.waitFor()).isZero();
    return said;
  }

  private Path store() throws IOException {
    return Files.createDirectories(folder.resolve("store"));
  }

  private interface SecondOpen {
    void run() throws Exception;
  }

  /** The lock survives a second open, which is refused and told who holds it. */
  private void survives(SecondOpen second) throws Exception {
    try (Closeable lock = new DiskStorage(store()).lock("LOCK", "the first")) {
      assertThat(lock).isNotNull();
      assertThatThrownBy(second::run).hasMessageContaining("it is held by the first");
      assertThat(probe(store())).startsWith("held:").contains("the first");
    }
    assertThat(probe(store())).startsWith("free");
  }

  private void link(Path link, Path target) {
    try {
      Files.createSymbolicLink(link, target);
    } catch (IOException | UnsupportedOperationException e) {
      Assumptions.abort("skipped: no links can be made here: " + e);
    }
  }

  @Test
  void a_second_open_is_refused_and_the_lock_stays() throws Exception {
    survives(() -> new DiskStorage(store()).lock("LOCK", "the second"));
  }

  @Test
  void a_second_open_through_a_linked_folder_is_refused_and_the_lock_stays() throws Exception {
    link(folder.resolve("other"), store());
    survives(() -> new DiskStorage(folder.resolve("other")).lock("LOCK", "the second"));
  }

  @Test
  void a_second_open_through_a_hard_link_is_refused_and_the_lock_stays() throws Exception {
    Path copy = Files.createDirectories(folder.resolve("copy"));
    Files.createFile(store().resolve("LOCK"));
    try {
      Files.createLink(copy.resolve("LOCK"), store().resolve("LOCK"));
    } catch (IOException | UnsupportedOperationException e) {
      Assumptions.abort("skipped: no hard links can be made here: " + e);
    }
    survives(() -> new DiskStorage(copy).lock("LOCK", "the second"));
  }

  @Test
  void a_second_open_through_a_bind_mount_is_refused_and_the_lock_stays() throws Exception {
    Path mounted = Files.createDirectories(folder.resolve("mounted"));
    Process mount =
        new ProcessBuilder("mount", "--bind", store().toString(), mounted.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(mount.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    Assumptions.assumeTrue(
        mount.waitFor() == 0, "skipped: no bind mount can be made here: " + said);
    try {
      survives(() -> new DiskStorage(mounted).lock("LOCK", "the second"));
    } finally {
      assertThat(new ProcessBuilder("umount", mounted.toString()).start().waitFor()).isZero();
    }
  }

  @Test
  void a_second_open_by_another_class_loader_is_refused_and_the_lock_stays() throws Exception {
    String path = System.getProperty("surefire.test.class.path");
    String[] entries =
        (path == null ? System.getProperty("java.class.path") : path).split(File.pathSeparator, -1);
    List<URL> urls = new ArrayList<>();
    for (String entry : entries) {
      urls.add(Path.of(entry).toUri().toURL());
    }
    try (URLClassLoader other =
        new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
      Class<?> type = other.loadClass(DiskStorage.class.getName());
      assertThat(type).isNotSameAs(DiskStorage.class);
      Object storage = type.getConstructor(Path.class).newInstance(store());
      survives(
          () -> {
            try {
              type.getMethod("lock", String.class, String.class)
                  .invoke(storage, "LOCK", "the second");
            } catch (InvocationTargetException e) {
              throw (Exception) e.getCause();
            }
          });
    }
  }

  @Test
  void a_lock_that_other_code_of_the_process_holds_is_not_dropped() throws Exception {
    Path file = Files.createFile(store().resolve("LOCK"));
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      assertThat(lock.isValid()).isTrue();
      assertThatThrownBy(() -> new DiskStorage(store()).lock("LOCK", "the second"))
          .isInstanceOf(StoreLockedException.class)
          .hasMessageContaining("another part of this process");
      assertThat(probe(store())).startsWith("held:");
    }
  }

  @Test
  void an_interrupted_thread_takes_a_lock_and_lets_it_go() throws Exception {
    Thread.currentThread().interrupt();
    try (Closeable lock = new DiskStorage(store()).lock("LOCK", "the first")) {
      assertThat(lock).isNotNull();
      assertThat(Thread.interrupted()).as("the interrupt is kept").isTrue();
      assertThat(probe(store())).startsWith("held:");
      Thread.currentThread().interrupt();
    }
    assertThat(Thread.interrupted()).as("the interrupt is kept").isTrue();
    assertThat(probe(store())).startsWith("free");
    new DiskStorage(store()).lock("LOCK", "the next").close();
  }

  @Test
  void a_lock_whose_release_fails_is_free_by_then() throws Exception {
    String identity = "org.arrowworld.lock.of.a.test";
    System.setProperty(identity, "the first");
    FailingChannel channel = new FailingChannel();
    DiskLock lock = new DiskLock(identity, channel);
    assertThatThrownBy(lock::close).hasMessage("Input/output error");
    assertThat(System.getProperty(identity)).isNull();
    assertThat(channel.isOpen()).isFalse();
    lock.close();
  }

  @Test
  void a_lock_file_that_its_holder_deletes_is_taken_by_one_at_a_time() throws Exception {
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger taken = new AtomicInteger();
    ExecutorService threads = Executors.newFixedThreadPool(3);
    List<Future<?>> all = new ArrayList<>();
    for (int t = 0; t < 3; t++) {
      all.add(
          threads.submit(
              () -> {
                for (int i = 0; i < 300; i++) {
                  try (Closeable lock = new DiskStorage(folder).lock("LOCK", "a thread")) {
                    assertThat(lock).isNotNull();
                    assertThat(inside.incrementAndGet()).isEqualTo(1);
                    taken.incrementAndGet();
                    inside.decrementAndGet();
                    Files.delete(folder.resolve("LOCK"));
                  } catch (StoreLockedException e) {
                    Thread.onSpinWait();
                  }
                }
                return null;
              }));
    }
    for (Future<?> one : all) {
      one.get();
    }
    threads.shutdown();
    assertThat(taken).hasPositiveValue();
    assertThat(System.getProperties().stringPropertyNames())
        .noneMatch(name -> name.startsWith("org.arrowworld.lock."));
  }

  /** A channel of a broken disk. */
  private static final class FailingChannel extends FileChannel {
    @Override
    public FileChannel truncate(long size) throws IOException {
      throw new IOException("Input/output error");
    }

    @Override
    public int read(ByteBuffer target) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) {
      throw new UnsupportedOperationException();
    }

    @Override
    public int write(ByteBuffer source) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long position() {
      return 0;
    }

    @Override
    public FileChannel position(long position) {
      return this;
    }

    @Override
    public long size() {
      return 0;
    }

    @Override
    public void force(boolean metadata) {}

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long transferFrom(ReadableByteChannel source, long position, long count) {
      throw new UnsupportedOperationException();
    }

    @Override
    public int read(ByteBuffer target, long position) {
      throw new UnsupportedOperationException();
    }

    @Override
    public int write(ByteBuffer source, long position) {
      throw new UnsupportedOperationException();
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long size) {
      throw new UnsupportedOperationException();
    }

    @Override
    public FileLock lock(long position, long size, boolean shared) {
      throw new UnsupportedOperationException();
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) {
      throw new UnsupportedOperationException();
    }

    @Override
    protected void implCloseChannel() {}
  }
}
