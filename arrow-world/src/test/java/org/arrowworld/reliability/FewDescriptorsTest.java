// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.storage.ForwardingFile;
import org.arrowworld.storage.ForwardingStorage;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.storage.ReadableFile;
import org.arrowworld.storage.Storage;
import org.arrowworld.storage.StorageLock;
import org.arrowworld.storage.WritableFile;
import org.junit.jupiter.api.Test;

/** However many segments a log has, few files of it are open at a time, whatever is done. */
class FewDescriptorsTest {
  private static final int SEGMENTS = 100;

  /** Two logs, their last segments, and what is written beside. */
  private static final int MOST = 24;

  /** Counts the files that are open. */
  private static final class Descriptors extends ForwardingStorage {
    private final AtomicInteger open = new AtomicInteger();
    private int most;

    Descriptors(Storage storage) {
      super(storage);
    }

    private synchronized void opened() {
      most = Math.max(most, open.incrementAndGet());
    }

    @Override
    public ReadableFile openRead(String path) throws IOException {
      ReadableFile file = super.openRead(path);
      opened();
      return new ForwardingFile(file) {
        private boolean closed;

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
          assertThat(closed).isFalse();
          return super.read(target, position);
        }

        @Override
        public void close() throws IOException {
          if (!closed) {
            closed = true;
            open.decrementAndGet();
            super.close();
          }
        }
      };
    }

    private WritableFile counted(WritableFile file) {
      opened();
      return new WritableFile() {
        private boolean closed;

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
          file.write(source, position);
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
          if (!closed) {
            closed = true;
            open.decrementAndGet();
            file.close();
          }
        }
      };
    }

    @Override
    public WritableFile create(String path) throws IOException {
      return counted(super.create(path));
    }

    @Override
    public WritableFile openWrite(String path) throws IOException {
      return counted(super.openWrite(path));
    }

    @Override
    public StorageLock lock(String path, String holder) throws IOException {
      opened();
      StorageLock lock = super.lock(path, holder);
      return new StorageLock() {
        @Override
        public boolean wasLeft() {
          return lock.wasLeft();
        }

        @Override
        public void force() throws IOException {
          lock.force();
        }

        @Override
        public void close() throws IOException {
          open.decrementAndGet();
          lock.close();
        }
      };
    }
  }

  @Test
  void a_log_of_many_segments_holds_few_files_open_whatever_is_done() throws IOException {
    Map<String, Verbs.Verb> verbs = new LinkedHashMap<>(Verbs.reading());
    verbs.putAll(Verbs.upkeep());
    try (BufferAllocator memory = new RootAllocator()) {
      MemoryStorage original = new MemoryStorage();
      Verbs.create(original, SEGMENTS, memory);
      assertThat(original.list("log")).hasSizeGreaterThan(SEGMENTS - 10);
      for (Map.Entry<String, Verbs.Verb> verb : verbs.entrySet()) {
        Descriptors storage = new Descriptors(original.afterCrash(MemoryStorage.CrashKind.PROCESS));
        verb.getValue().run(storage, memory);
        assertThat(storage.most).as(verb.getKey()).isBetween(1, MOST);
        assertThat(storage.open).as(verb.getKey() + " closes what it opens").hasValue(0);
      }
    }
  }
}
