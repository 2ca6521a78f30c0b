// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.arrowworld.LiveWorld;
import org.arrowworld.errors.WriterPoisonedException;
import org.arrowworld.log.Durability;
import org.arrowworld.log.LogOptions;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.snapshot.Snapshot;
import org.arrowworld.storage.FaultPlan.Fault;
import org.arrowworld.storage.FaultPlan.Operation;
import org.arrowworld.storage.ForwardingStorage;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.storage.MemoryStorage.CrashKind;
import org.arrowworld.storage.Storage;
import org.arrowworld.storage.WritableFile;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.timeline.Timeline;
import org.junit.jupiter.api.Test;

/** Ticks that do not wait for the disk, and how far it is. */
class TickLaterTest {
  private static final WorldSchema SCHEMA =
      WorldSchema.of(TableSchema.row("c").column("x", ColumnType.I64).build());

  private final MemoryStorage storage = new MemoryStorage();

  private LiveWorld world(Storage in, Durability durability) throws IOException {
    WorldOptions options =
        WorldOptions.DEFAULT.withLog(LogOptions.DEFAULT.withDurability(durability));
    return LiveWorld.create(in, StoreInfo.create(SCHEMA, "tick", Map.of()), options);
  }

  private static long lastTick(Storage of) throws IOException {
    try (Timeline timeline = Timeline.open(of)) {
      timeline.log().verifyChain();
      return timeline.lastTick();
    }
  }

  /** A storage whose live segment is forced only when the test says so. */
  private static final class Slow extends ForwardingStorage {
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch mayForce = new CountDownLatch(1);
    private final AtomicInteger forces = new AtomicInteger();

    Slow(Storage storage) {
      super(storage);
    }

    @Override
    public WritableFile openWrite(String path) throws IOException {
      WritableFile file = super.openWrite(path);
      return new WritableFile() {
        @Override
        public String path() {
          return file.path();
        }

        @Override
        public long size() throws IOException {
          return file.size();
        }

        @Override
        public void write(java.nio.ByteBuffer source, long position) throws IOException {
          file.write(source, position);
        }

        @Override
        public void truncate(long size) throws IOException {
          file.truncate(size);
        }

        @Override
        public void force() throws IOException {
          begun.countDown();
          try {
            mayForce.await();
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
          forces.incrementAndGet();
          file.force();
        }

        @Override
        public void close() throws IOException {
          file.close();
        }
      };
    }
  }

  @Test
  void ticks_go_on_while_the_disk_is_busy_and_share_one_force() throws Exception {
    Slow slow = new Slow(storage);
    try (LiveWorld world = world(slow, Durability.COMMIT)) {
      world.tickLater(t -> t.table("c").insert().set("x", 0L));
      slow.begun.await();
      for (long tick = 1; tick < 100; tick++) {
        long x = tick;
        world.tickLater(t -> t.table("c").set(0, "x", x));
      }
      assertThat(world.lastTick()).isEqualTo(99);
      assertThat(world.acknowledged().tick()).isEqualTo(-1);
      assertThat(world.committed().tick()).isEqualTo(99);
      slow.mayForce.countDown();
      world.sync();
      assertThat(world.acknowledged().tick()).isEqualTo(99);
      assertThat(slow.forces.get()).as("forces of ticks, and of room").isLessThan(10);
    }
    assertThat(lastTick(storage.afterCrash(CrashKind.POWER))).isEqualTo(99);
  }

  @Test
  void whatever_waits_for_the_disk_has_the_ticks_before_it_on_it() throws IOException {
    try (LiveWorld world = world(storage, Durability.COMMIT)) {
      world.tickLater(5, t -> t.table("c").insert());
      world.tickLater(t -> t.table("c").insert());
      world.tick(t -> t.table("c").insert());
      assertThat(world.acknowledged().tick()).isEqualTo(7);
      assertThat(lastTick(storage.afterCrash(CrashKind.POWER))).isEqualTo(7);
      world.tickLater(t -> t.table("c").insert());
      world.snapshot();
      assertThat(world.acknowledged().tick()).isEqualTo(8);
      MemoryStorage left = storage.afterCrash(CrashKind.POWER);
      assertThat(lastTick(left)).isEqualTo(8);
      assertThat(Snapshot.list(left)).extracting(Snapshot.Location::tick).containsExactly(8L);
      world.tickLater(t -> t.table("c").insert());
    }
    assertThat(lastTick(storage.afterCrash(CrashKind.POWER))).isEqualTo(9);
  }

  @Test
  void a_failed_force_ends_the_world_and_nothing_acknowledged_is_lost() throws IOException {
    LiveWorld world = world(storage, Durability.COMMIT);
    world.tick(t -> t.table("c").insert());
    storage.plan(
        (index, operation, path) -> operation == Operation.FORCE ? Fault.FAIL : Fault.NONE);
    assertThatThrownBy(
            () -> {
              world.tickLater(t -> t.table("c").insert());
              world.sync();
            })
        .isInstanceOf(WriterPoisonedException.class)
        .hasMessageContaining("stored up to tick 0, seq 2");
    assertThat(world.lastTick()).as("it was applied").isEqualTo(1);
    assertThatThrownBy(() -> world.tickLater(t -> t.table("c").insert()))
        .isInstanceOf(WriterPoisonedException.class);
    assertThat(world.lastTick()).isEqualTo(1);
    assertThat(world.acknowledged().tick()).isZero();
    assertThatThrownBy(world::close).isInstanceOf(WriterPoisonedException.class);
    assertThat(lastTick(storage.afterCrash(CrashKind.POWER))).isZero();
  }

  @Test
  void without_forced_commits_it_is_a_tick_as_any_other() throws IOException {
    try (LiveWorld world = world(storage, Durability.NONE)) {
      world.tickLater(t -> t.table("c").insert());
      world.tickLater(t -> t.table("c").insert());
      world.sync();
      assertThat(world.acknowledged().tick()).isEqualTo(1);
      assertThat(lastTick(storage.afterCrash(CrashKind.PROCESS))).isEqualTo(1);
    }
  }
}
