// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;
import org.apache.arrow.memory.AllocationListener;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.errors.MemoryFullException;
import org.arrowworld.internal.Text;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.maintenance.StoreCompaction;
import org.arrowworld.maintenance.StoreFork;
import org.arrowworld.maintenance.StoreRecovery;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.testing.Programme;
import org.arrowworld.timeline.Timeline;
import org.arrowworld.timeline.Verifier;
import org.junit.jupiter.api.Test;

/** Every allocation of Arrow memory fails once: a typed error, no leak, and nothing changed. */
class AllocationFailureTest {
  private static final int TICKS = 70; // past the first rows a column has room for

  /** An allocator whose n-th allocation fails. */
  private static BufferAllocator failing(long failing, long[] allocations) {
    AllocationListener listener =
        new AllocationListener() {
          @Override
          public void onPreAllocation(long bytes) {
            if (allocations[0]++ == failing) {
              throw new OutOfMemoryException(Text.of("simulated: no memory for %d bytes", bytes));
            }
          }
        };
    return new RootAllocator(listener, Long.MAX_VALUE);
  }

  private interface Work {
    void run(BufferAllocator memory) throws IOException;
  }

  /** Runs work with each allocation failing in turn; returns how many there are. */
  private static int sweep(Work work) throws IOException {
    for (int failing = 0; ; failing++) {
      long[] allocations = {0};
      try (BufferAllocator memory = failing(failing, allocations)) {
        try {
          work.run(memory);
        } catch (MemoryFullException e) {
          assertThat(e)
              .message()
              .matches("(?s)(Cannot run tick \\d+, of which nothing was logged: )?Cannot hold .*")
              .contains("simulated: no memory for")
              .endsWith("give the world's allocator a larger limit");
        }
        assertThat(memory.getAllocatedMemory()).as("leak after allocation %d", failing).isZero();
      }
      if (allocations[0] <= failing) {
        return failing;
      }
    }
  }

  private static MemoryStorage store() throws IOException {
    MemoryStorage storage = new MemoryStorage();
    try (BufferAllocator memory = new RootAllocator()) {
      grow(storage, memory);
    }
    return storage;
  }

  /** Rows are never removed, so that tables grow. */
  private static void grow(MemoryStorage storage, BufferAllocator memory) throws IOException {
    StoreInfo info = StoreInfo.create(SmallStores.SCHEMA, "tick", Map.of());
    try (LiveWorld live =
        LiveWorld.create(storage, info, WorldOptions.DEFAULT.withAllocator(memory))) {
      for (int tick = 0; tick < TICKS; tick++) {
        float x = tick;
        try {
          live.tick(
              t -> {
                t.table("c").insert().set("x", x).set("k", "a");
                t.table("c").insert().set("x", -x).set("k", "word " + x);
              });
        } catch (MemoryFullException e) {
          assertThat(live.lastTick()).as("the tick never began").isEqualTo(tick - 1);
          live.tick(t -> t.table("c").setSlot(0, "x", 4.5f)); // and the world can go on
        }
      }
      live.snapshot();
      live.seal();
    }
    assertThat(Verifier.verify(storage, Verifier.Depth.STANDARD, 1, memory).findings()).isEmpty();
  }

  @Test
  void a_world_that_grows_goes_on_after_a_failed_allocation() throws IOException {
    assertThat(sweep(memory -> grow(new MemoryStorage(), memory))).isGreaterThan(8);
  }

  @Test
  void reading_verifying_resuming_compacting_and_recovering_leak_nothing() throws IOException {
    MemoryStorage storage = store();
    int at =
        sweep(
            memory -> {
              try (Timeline timeline = Timeline.open(storage)) {
                timeline.at(TICKS - 1, memory).close();
                timeline.at(TICKS - 9, Timeline.Start.BASE, memory).close();
              }
            });
    int verify = sweep(memory -> Verifier.verify(storage, Verifier.Depth.STANDARD, 1, memory));
    int resume =
        sweep(
            memory -> {
              MemoryStorage copy = storage.afterCrash(MemoryStorage.CrashKind.PROCESS);
              LiveWorld.resume(copy, WorldOptions.DEFAULT.withAllocator(memory)).close();
              copy.lock("LOCK", "the lock is free").close();
            });
    int compact =
        sweep(
            memory ->
                StoreCompaction.keep(
                    storage.afterCrash(MemoryStorage.CrashKind.PROCESS), 20, memory));
    MemoryStorage fork = new MemoryStorage(); // so that recovery has a base to copy
    try (BufferAllocator memory = new RootAllocator()) {
      StoreFork.at(storage, TICKS - 9, fork, memory);
    }
    int recover = sweep(memory -> StoreRecovery.run(fork, new MemoryStorage(), memory));
    assertThat(at).isGreaterThan(4);
    assertThat(verify).isGreaterThan(2);
    assertThat(resume).isGreaterThan(2);
    assertThat(compact).isGreaterThan(2);
    assertThat(recover).isGreaterThan(2);
    Programme.report(
        "AllocationFailureTest: at %d, verify %d, resume %d, compact %d, recover %d",
        at, verify, resume, compact, recover);
  }
}
