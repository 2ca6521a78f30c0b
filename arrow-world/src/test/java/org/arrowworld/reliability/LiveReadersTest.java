// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.LogFollower;
import org.arrowworld.log.LogOptions;
import org.arrowworld.log.LogPosition;
import org.arrowworld.maintenance.StoreCompaction;
import org.arrowworld.maintenance.StoreTruncation;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.testing.Programme;
import org.arrowworld.timeline.HistoryQuery;
import org.arrowworld.timeline.Queries;
import org.arrowworld.timeline.Timeline;
import org.arrowworld.timeline.Verifier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * RELIABILITY contract 6: readers without a lock beside a writer that ticks, snapshots and rolls
 * segments, and beside truncation and compaction; their threads are interrupted now and then. The
 * world after tick t depends on t alone, so whatever a reader sees can be judged. {@code
 * -Daw.liveticks=N} sets for how many ticks.
 */
class LiveReadersTest {
  private static final int TICKS = Integer.getInteger("aw.liveticks", 150);
  private static final long SEED = Long.getLong("aw.seed", System.nanoTime());
  private static final LogOptions OPTIONS =
      LogOptions.DEFAULT.withContainers(2, 1000).withSegmentBytes(100_000);

  @TempDir Path directory;
  private final AtomicBoolean ended = new AtomicBoolean();
  private final AtomicReference<Throwable> wrong = new AtomicReference<>();
  private final AtomicReference<Throwable> refusal = new AtomicReference<>();
  private final AtomicLong read = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private final AtomicLong interrupted = new AtomicLong();
  private final List<Thread> readers = new ArrayList<>();

  private interface Reading {
    void run(DiskStorage storage, SplittableRandom random) throws IOException;
  }

  /** Reads again and again until the test has ended; typed failures are counted. */
  private void begin(String name, Reading reading) {
    SplittableRandom random = new SplittableRandom(SEED + name.hashCode());
    Thread thread =
        new Thread(
            () -> {
              while (!ended.get()) {
                try {
                  reading.run(new DiskStorage(directory), random);
                  read.incrementAndGet();
                } catch (IOException | InvalidUseException e) {
                  // An interrupt closes the file, also for the threads that read ahead.
                  if (Thread.interrupted() || e instanceof ClosedChannelException) {
                    interrupted.incrementAndGet();
                  } else {
                    refused.incrementAndGet();
                    refusal.compareAndSet(null, e);
                  }
                } catch (Throwable e) {
                  wrong.compareAndSet(null, e);
                }
              }
            },
            name);
    readers.add(thread);
    thread.start();
  }

  private static void state(DiskStorage storage, SplittableRandom random) throws IOException {
    try (Timeline timeline = Timeline.open(storage);
        BufferAllocator memory = new RootAllocator()) {
      long first = Math.max(0, timeline.firstTick());
      long tick = first + random.nextLong(timeline.lastTick() - first + 1);
      try (MutableWorld world = timeline.at(tick, memory)) {
        for (int row = 0; row < KillChild.ROWS; row++) {
          assertThat(world.table("cell").column("value").i64(row))
              .isEqualTo(KillChild.value(tick, row));
          int code = world.table("cell").column("word").i32(row);
          assertThat(world.codebook().word(code)).isEqualTo(KillChild.word(tick, row));
        }
      }
    }
  }

  private static void history(DiskStorage storage, SplittableRandom random) throws IOException {
    try (Timeline timeline = Timeline.open(storage)) {
      int row = random.nextInt(KillChild.ROWS);
      new Queries(timeline, new RootAllocator())
          .history(HistoryQuery.of("cell", row).withKey("cell.value"))
          .forEach(change -> assertThat(change.tick()).isBetween(0L, timeline.lastTick()));
      timeline.log().verifyChain();
    }
  }

  /** Follows from the start to the end: every tick once, and in order. */
  private void follow(DiskStorage storage, SplittableRandom random) throws IOException {
    KeyTable keys = new KeyTable(KillChild.SCHEMA.keys());
    long[] next = {0};
    try (LogFollower follower = LogFollower.open(storage, keys.from(0), LogPosition.START)) {
      for (int poll = random.nextInt(30); poll >= 0 && !ended.get(); poll--) {
        follower.poll(
            (batch, from, to) -> {
              for (int row = from; row < to; row++) {
                assertThat(batch.tick(row)).isEqualTo(next[0]);
                next[0] += batch.key(row) == KeyTable.COMMIT ? 1 : 0;
              }
            });
      }
      assertThat(follower.position().tick()).isEqualTo(next[0] - 1);
    }
  }

  private void end() throws InterruptedException {
    ended.set(true);
    for (Thread reader : readers) {
      reader.join();
    }
  }

  private void interruptOne(SplittableRandom random) {
    readers.get(random.nextInt(readers.size())).interrupt();
  }

  private void report(String what) throws IOException {
    Programme.report(
        "LiveReadersTest %s: %d readings, %d interrupted, %d refused, -Daw.seed=%d",
        what, read.get(), interrupted.get(), refused.get(), SEED);
    assertThat(wrong.get()).isNull();
    assertThat(read.get()).isPositive();
    try (BufferAllocator memory = new RootAllocator()) {
      DiskStorage storage = new DiskStorage(directory);
      assertThat(Verifier.verify(storage, Verifier.Depth.STANDARD, 1, memory).findings()).isEmpty();
    }
  }

  private LiveWorld create(BufferAllocator memory) throws IOException {
    StoreInfo info = StoreInfo.create(KillChild.SCHEMA, "tick", Map.of());
    LiveWorld live =
        LiveWorld.create(
            new DiskStorage(directory),
            info,
            WorldOptions.DEFAULT.withLog(OPTIONS).withAllocator(memory));
    live.tick(KillChild::step);
    return live;
  }

  @Test
  void readers_beside_a_writer_see_whole_ticks_only_and_are_never_refused() throws Exception {
    SplittableRandom random = new SplittableRandom(SEED);
    try (BufferAllocator memory = new RootAllocator();
        LiveWorld live = create(memory)) {
      begin("state 1", LiveReadersTest::state);
      begin("state 2", LiveReadersTest::state);
      begin("history", LiveReadersTest::history);
      begin("follow", this::follow);
      for (int tick = 1; tick < TICKS && wrong.get() == null; tick++) {
        live.tick(KillChild::step);
        if (tick % 10 == 0) {
          live.snapshotLater();
        }
        if (random.nextInt(4) == 0) {
          interruptOne(random);
        }
        if (random.nextInt(20) == 0) {
          Thread.currentThread().interrupt(); // the writer's, which must not mind
        }
      }
      Thread.interrupted();
      live.seal();
    } finally {
      end();
    }
    report("beside a writer");
    assertThat(refusal.get()).isNull();
  }

  @Test
  void readers_beside_resumes_truncation_and_compaction_never_see_a_wrong_value() throws Exception {
    SplittableRandom random = new SplittableRandom(SEED);
    DiskStorage storage = new DiskStorage(directory);
    try (BufferAllocator memory = new RootAllocator()) {
      create(memory).close();
      begin("state 1", LiveReadersTest::state);
      begin("state 2", LiveReadersTest::state);
      begin("history", LiveReadersTest::history);
      for (int round = 0; round < TICKS / 10 && wrong.get() == null; round++) {
        long last;
        try (LiveWorld live =
            LiveWorld.resume(
                storage, WorldOptions.DEFAULT.withLog(OPTIONS).withAllocator(memory))) {
          for (int i = 0; i < 10; i++) {
            live.tick(KillChild::step);
          }
          live.snapshot();
          if (random.nextBoolean()) {
            live.seal();
          }
          last = live.lastTick();
        }
        switch (random.nextInt(3)) {
          case 0 -> StoreTruncation.after(storage, last - 1 - random.nextInt(3));
          case 1 -> StoreCompaction.keep(storage, 5 + random.nextInt(10), memory);
          default -> StoreCompaction.merge(storage);
        }
        interruptOne(random);
      }
    } finally {
      end();
    }
    report("beside maintenance");
  }
}
