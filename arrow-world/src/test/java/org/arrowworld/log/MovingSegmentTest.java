// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.Store;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.ForwardingFile;
import org.arrowworld.storage.ForwardingStorage;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.storage.ReadableFile;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.timeline.Verifier;
import org.junit.jupiter.api.Test;

/** A segment grows or is sealed between the moments a reader looks at it and reads it. */
class MovingSegmentTest {
  private static final WorldSchema SCHEMA =
      WorldSchema.of(TableSchema.row("c").column("x", ColumnType.F64).build());

  /** Live segments whose size is told as it was a moment ago, every other time. */
  private static final class StaleSizes extends ForwardingStorage {
    StaleSizes(Storage storage) {
      super(storage);
    }

    @Override
    public ReadableFile openRead(String path) throws IOException {
      ReadableFile file = super.openRead(path);
      return path.startsWith("log/live/") ? new Stale(file) : file;
    }
  }

  private static final class Stale extends ForwardingFile {
    private int asked;

    Stale(ReadableFile file) {
      super(file);
    }

    @Override
    public long size() throws IOException {
      return asked++ % 2 == 0 ? super.size() - 8 : super.size();
    }
  }

  /** Seals when a live segment is opened for the first time, so that its name is gone by then. */
  private static final class SealedMeanwhile extends ForwardingStorage {
    private final LiveWorld live;
    private boolean sealed;

    SealedMeanwhile(Storage storage, LiveWorld live) {
      super(storage);
      this.live = live;
    }

    @Override
    public ReadableFile openRead(String path) throws IOException {
      if (path.startsWith("log/live/") && !sealed) {
        sealed = true;
        live.seal();
        assertThat(exists(path)).isFalse();
      }
      return super.openRead(path);
    }
  }

  /** Lets a writer go on right after the reader has seen that no message follows. */
  private static final class WrittenMeanwhile extends ForwardingStorage {
    private final LiveWorld live;
    private boolean written;

    WrittenMeanwhile(Storage storage, LiveWorld live) {
      super(storage);
      this.live = live;
    }

    @Override
    public ReadableFile openRead(String path) throws IOException {
      ReadableFile file = super.openRead(path);
      return path.startsWith("log/live/") ? new Watched(file, this) : file;
    }

    private void seen(ByteBuffer read, int from) throws IOException {
      if (!written && read.position() - from == 8 && read.getLong(from) == 0) {
        written = true;
        for (int tick = 0; tick < 3; tick++) {
          live.tick(t -> t.table("c").insert().set("x", 1.0));
        }
      }
    }
  }

  private static final class Watched extends ForwardingFile {
    private final WrittenMeanwhile watcher;

    Watched(ReadableFile file, WrittenMeanwhile watcher) {
      super(file);
      this.watcher = watcher;
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      int from = target.position();
      int count = super.read(target, position);
      watcher.seen(target, from);
      return count;
    }
  }

  @Test
  void what_a_writer_adds_while_a_reader_looks_behind_the_end_is_read_and_no_damage()
      throws IOException {
    MemoryStorage storage = new MemoryStorage();
    StoreInfo info = StoreInfo.create(SCHEMA, "tick", Map.of());
    try (BufferAllocator memory = new RootAllocator();
        LiveWorld live =
            LiveWorld.create(storage, info, WorldOptions.DEFAULT.withAllocator(memory))) {
      for (int tick = 0; tick < 20; tick++) {
        live.tick(t -> t.table("c").insert().set("x", 0.0));
      }
      WrittenMeanwhile watched = new WrittenMeanwhile(storage, live);
      assertThat(Store.verify(watched, Verifier.Options.STANDARD).findings()).isEmpty();
      assertThat(watched.written).isTrue();
    }
  }

  @Test
  void a_segment_that_is_sealed_before_a_follower_opens_it_is_read_under_its_new_name()
      throws IOException {
    MemoryStorage storage = new MemoryStorage();
    StoreInfo info = StoreInfo.create(SCHEMA, "tick", Map.of());
    try (BufferAllocator memory = new RootAllocator();
        LiveWorld live =
            LiveWorld.create(storage, info, WorldOptions.DEFAULT.withAllocator(memory))) {
      live.tick(t -> t.table("c").insert().set("x", 1.0));
      SealedMeanwhile sealing = new SealedMeanwhile(storage, live);
      try (LogFollower follower = LogFollower.open(sealing, SCHEMA.keys(), LogPosition.START)) {
        assertThat(follower.poll((batch, from, to) -> {})).isTrue();
        assertThat(follower.position().tick()).isZero();
        assertThat(sealing.sealed).isTrue();
      }
    }
  }

  @Test
  void a_batch_that_was_being_written_when_the_size_was_taken_is_read() throws IOException {
    MemoryStorage storage = new MemoryStorage();
    StoreInfo info = StoreInfo.create(SCHEMA, "tick", Map.of());
    try (BufferAllocator memory = new RootAllocator();
        LiveWorld live =
            LiveWorld.create(storage, info, WorldOptions.DEFAULT.withAllocator(memory))) {
      live.tick(t -> t.table("c").insert().set("x", 1.0));
      live.tick(t -> t.table("c").setSlot(0, "x", 2.0));
      live.sync();
      try (LogFollower follower =
          LogFollower.open(new StaleSizes(storage), SCHEMA.keys(), LogPosition.START)) {
        assertThat(follower.poll((batch, from, to) -> {})).isTrue();
        assertThat(follower.position().tick()).isEqualTo(1);
      }
    }
  }
}
