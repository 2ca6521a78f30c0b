// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.errors.WriterPoisonedException;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.Durability;
import org.arrowworld.log.LogOptions;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.testing.Programme;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * RELIABILITY contract 3 on a real file system that is full: a small tmpfs, where the test may
 * mount one. {@code -Daw.fillpoints=N} sets at how many amounts of free space, {@code -Daw.seed=S}
 * which.
 */
class FullDiskTest {
  private static final int POINTS = Integer.getInteger("aw.fillpoints", 12);
  private static final long SEED = Long.getLong("aw.seed", System.nanoTime());
  private static final int DISK_BYTES = 1 << 20;

  @TempDir Path mountPoint;

  private static int run(String... command) throws IOException, InterruptedException {
    try {
      return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor();
    } catch (IOException e) {
      return -1; // there is no such command
    }
  }

  @Test
  void a_full_disk_poisons_the_writer_and_loses_nothing_acknowledged() throws Exception {
    Programme.report("FullDiskTest: %d fill points, -Daw.seed=%d", POINTS, SEED);
    int full = 0;
    SplittableRandom random = new SplittableRandom(SEED);
    for (int point = 0; point < POINTS; point++) {
      String options = "size=" + DISK_BYTES;
      int mounted = run("mount", "-t", "tmpfs", "-o", options, "tmpfs", mountPoint.toString());
      assumeThat(mounted)
          .withFailMessage("skipped: mounting a tmpfs needs root, which this process is not")
          .isZero();
      try {
        full += fill(DISK_BYTES - random.nextInt(4096, 300_000), random.nextBoolean()) ? 1 : 0;
      } finally {
        // Lazily: snapshots stay mapped until their views are collected.
        assertThat(run("umount", "-l", mountPoint.toString())).isZero();
      }
    }
    Programme.report("FullDiskTest: %d of %d writers met a full disk", full, POINTS);
    assertThat(full).isPositive();
  }

  /** Takes space away, writes until the disk is full, gives it back and looks at what is left. */
  private boolean fill(int takenBytes, boolean forced) throws IOException {
    Path ballast = mountPoint.resolve("ballast");
    Files.write(ballast, new byte[takenBytes]);
    DiskStorage storage = new DiskStorage(mountPoint.resolve("store"));
    LogOptions options =
        LogOptions.DEFAULT
            .withDurability(forced ? Durability.COMMIT : Durability.NONE)
            .withSegmentBytes(20_000);
    long acknowledged = -1;
    boolean full = false;
    try (BufferAllocator memory = new RootAllocator()) {
      StoreInfo info = StoreInfo.create(CrashScenario.SCHEMA, "tick", Map.of());
      try (LiveWorld live =
          LiveWorld.create(
              storage, info, WorldOptions.DEFAULT.withLog(options).withAllocator(memory))) {
        for (int tick = 0; tick < CrashScenario.MAX_TICKS; tick++) {
          live.tick(CrashScenario::step);
          live.sync();
          acknowledged = tick;
          if (tick % 9 == 4) {
            live.snapshot();
          }
        }
      } catch (WriterPoisonedException e) {
        full = true;
        assertThat(e).hasMessageContaining("No space left").hasMessageContaining("stored up to");
        assertThat(e.acknowledgedTick()).isGreaterThanOrEqualTo(acknowledged);
      } catch (IOException e) {
        full = true;
        assertThat(e).hasMessageContaining("No space left");
      }
      try (RandomAccessFile file = new RandomAccessFile(ballast.toFile(), "rw")) {
        file.setLength(0);
      }
      if (StoreInfo.exists(storage)) {
        StoreChecks.sound(storage, acknowledged, CrashScenario.MAX_TICKS, memory);
        StoreChecks.goesOn(storage, options, memory);
      } else {
        assertThat(acknowledged).isEqualTo(-1);
      }
    }
    return full;
  }
}
