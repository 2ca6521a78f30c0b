// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.LogOptions;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.store.StoreInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A writer's thread is interrupted at random moments, in ticks, snapshots and the sealing; whether
 * it goes on or leaves at the first error, no acknowledged tick is lost and the store is sound and
 * goes on. {@code -Daw.interrupts=N} sets how many writers, {@code -Daw.seed=S} when.
 */
class InterruptedWriterTest {
  private static final int WRITERS = Integer.getInteger("aw.interrupts", 20);
  private static final long SEED = Long.getLong("aw.seed", System.nanoTime());
  private static final LogOptions OPTIONS = LogOptions.DEFAULT.withSegmentBytes(6000);

  @TempDir Path folder;

  /** What one writer does and meets. */
  private static final class Writer {
    private final DiskStorage storage;
    private final boolean leaves;
    private final AtomicLong acknowledged = new AtomicLong(-1);
    private int errors;

    Writer(DiskStorage storage, boolean leaves) {
      this.storage = storage;
      this.leaves = leaves;
    }

    /** Goes on after an error unless it is one that leaves; true if it is to go on. */
    private boolean met(IOException e) {
      assertThat(e.getMessage()).isNotBlank();
      errors++;
      return !leaves;
    }

    Void run() throws IOException {
      StoreInfo info = StoreInfo.create(CrashScenario.SCHEMA, "tick", Map.of());
      try (BufferAllocator memory = new RootAllocator();
          LiveWorld live =
              LiveWorld.create(
                  storage, info, WorldOptions.DEFAULT.withLog(OPTIONS).withAllocator(memory))) {
        boolean goesOn = true;
        for (int tick = 0; tick < 30 && goesOn; tick++) {
          try {
            live.tick(CrashScenario::step);
            acknowledged.set(live.lastTick());
            if (tick % 7 == 3) {
              live.snapshot();
            }
          } catch (IOException e) {
            goesOn = met(e);
          }
        }
        if (goesOn) {
          live.seal();
        }
      } catch (IOException e) {
        met(e); // begun or ended by an interrupt
      }
      return null;
    }
  }

  /** Spec L-30. */
  @Test
  void an_interrupted_writer_loses_nothing_it_acknowledged_and_its_store_goes_on()
      throws Exception {
    System.out.printf(
        Locale.ROOT, "InterruptedWriterTest: %d writers, -Daw.seed=%d\n", WRITERS, SEED);
    int errors = 0;
    long interrupts = 0;
    long ticks = 0;
    for (int i = 0; i < WRITERS; i++) {
      SplittableRandom random = new SplittableRandom(SEED + i);
      DiskStorage storage = new DiskStorage(folder.resolve("store" + i));
      Writer writer = new Writer(storage, i % 2 == 0);
      FutureTask<Void> task = new FutureTask<>(writer::run);
      Thread thread = new Thread(task, "writer");
      thread.start();
      while (i % 4 > 0 && thread.isAlive() && writer.acknowledged.get() < 0) {
        Thread.onSpinWait(); // creating a store is interrupted by every fourth one only
      }
      while (thread.isAlive()) {
        LockSupport.parkNanos(random.nextLong(1_000_000));
        thread.interrupt();
        interrupts++;
      }
      task.get();
      errors += writer.errors;
      ticks += writer.acknowledged.get() + 1;
      try (BufferAllocator memory = new RootAllocator()) {
        if (StoreInfo.exists(storage)) {
          StoreChecks.sound(storage, writer.acknowledged.get(), CrashScenario.MAX_TICKS, memory);
          StoreChecks.goesOn(storage, OPTIONS, memory);
        } else {
          assertThat(writer.acknowledged).hasValue(-1);
        }
      }
    }
    System.out.printf(
        Locale.ROOT,
        "InterruptedWriterTest: %d interrupts, %d ticks acknowledged, %d typed errors\n",
        interrupts,
        ticks,
        errors);
    assertThat(ticks).isGreaterThan(WRITERS * 10L);
  }
}
