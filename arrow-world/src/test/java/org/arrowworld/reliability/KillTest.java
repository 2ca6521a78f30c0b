// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.LongBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.internal.world.MutableTable;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.log.Tail;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.snapshot.Snapshot;
import org.arrowworld.snapshot.Verify;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.testing.ChildJvm;
import org.arrowworld.testing.Programme;
import org.arrowworld.timeline.Timeline;
import org.arrowworld.timeline.Verifier;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * RELIABILITY contract 1: a real process is killed (SIGKILL) again and again on one store, which it
 * resumes each time; after {@value #KILLS_PER_STORE} kills a new store is begun. {@code
 * -Daw.kills=N} sets the kills per durability mode, {@code -Daw.seed=S} repeats a run's timing as
 * far as timing can be repeated.
 */
class KillTest {
  private static final int KILLS = Integer.getInteger("aw.kills", 20);
  private static final int KILLS_PER_STORE = 25;
  private static final long SEED = Long.getLong("aw.seed", System.nanoTime());

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"commit", "later", "interval:20", "none"})
  void nothing_acknowledged_is_lost_and_nothing_is_invented(String durability) throws Exception {
    Programme.report("KillTest %s: %d kills, -Daw.seed=%d", durability, KILLS, SEED);
    Random random = new Random(SEED);
    long acknowledged = 0;
    int torn = 0;
    for (int done = 0; done < KILLS; done += KILLS_PER_STORE) {
      Path store = directory.resolve("store" + done);
      int kills = Math.min(KILLS_PER_STORE, KILLS - done);
      long last = -1;
      for (int kill = 0; kill < kills; kill++) {
        last = Math.max(last, runAndKill(store, durability, 7, "waiting", random));
        torn += tornTails(store, last, random);
      }
      try (BufferAllocator memory = new RootAllocator()) {
        Verifier.Report report =
            Verifier.verify(new DiskStorage(store), Verifier.Depth.STANDARD, SEED, memory);
        assertThat(report.findings()).isEmpty();
        assertThat(report.validToTick()).isGreaterThanOrEqualTo(last).isPositive();
      }
      acknowledged += last + 1;
    }
    Programme.report(
        "KillTest %s: %d ticks acknowledged, %d torn tails", durability, acknowledged, torn);
  }

  /**
   * Checks a store after a kill: all acknowledged ticks, right values; returns 1 for a torn tail.
   */
  private static int tornTails(Path store, long acknowledged, Random random) throws IOException {
    Storage storage = new DiskStorage(store);
    if (!StoreInfo.exists(storage)) {
      assertThat(acknowledged).isEqualTo(-1);
      return 0;
    }
    try (Timeline timeline = Timeline.open(storage);
        BufferAllocator memory = new RootAllocator()) {
      assertThat(timeline.log().tail().kind()).isNotEqualTo(Tail.Kind.DAMAGED);
      timeline.log().verifyChain();
      long last = timeline.log().end().tick();
      assertThat(last).as("last tick after a kill").isGreaterThanOrEqualTo(acknowledged);
      if (last >= 0) {
        check(timeline, last, memory);
        check(timeline, Math.floorMod(random.nextLong(), last + 1), memory);
      }
      assertThat(timeline.warnings()).isEmpty();
      return timeline.log().tail().kind() == Tail.Kind.TORN ? 1 : 0;
    }
  }

  /** RELIABILITY contract 2: old or new, never mixed; nearly every kill falls into a snapshot. */
  @ParameterizedTest
  @ValueSource(strings = {"background", "waiting"})
  void a_snapshot_that_was_being_written_is_there_whole_or_not_at_all(String how) throws Exception {
    Programme.report("KillTest snapshots %s: %d kills, -Daw.seed=%d", how, KILLS, SEED);
    Random random = new Random(SEED);
    int unfinished = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      Path store = directory.resolve("store" + kill / KILLS_PER_STORE);
      long acknowledged = runAndKill(store, "commit", 1, how, random);
      Storage storage = new DiskStorage(store);
      if (!StoreInfo.exists(storage)) {
        continue;
      }
      unfinished +=
          (int) storage.list("snapshots").stream().filter(n -> n.endsWith(".tmp")).count();
      try (Timeline timeline = Timeline.open(storage)) {
        assertThat(timeline.lastTick()).isGreaterThanOrEqualTo(acknowledged);
        int count = timeline.snapshots().size();
        for (Snapshot.Location location :
            timeline.snapshots().subList(Math.max(0, count - 3), count)) {
          try (Snapshot snapshot =
              Snapshot.open(storage, location, timeline.info().id(), Verify.ALL)) {
            assertThat(snapshot.position()).isEqualTo(timeline.log().positionAt(location.tick()));
            LongBuffer values =
                snapshot.table("cell").bytes(Column.of("value", ColumnType.I64)).asLongBuffer();
            for (int row = 0; row < KillChild.ROWS; row++) {
              assertThat(values.get(row)).isEqualTo(KillChild.value(location.tick(), row));
            }
          }
        }
      }
    }
    assertThat(Snapshot.list(new DiskStorage(directory.resolve("store0")))).isNotEmpty();
    Programme.report("KillTest snapshots %s: %d were unfinished", how, unfinished);
  }

  private static void check(Timeline timeline, long tick, BufferAllocator memory)
      throws IOException {
    try (MutableWorld world = timeline.at(tick, memory)) {
      MutableTable cells = world.table("cell");
      assertThat(cells.rows()).isEqualTo(KillChild.ROWS);
      for (int row = 0; row < KillChild.ROWS; row++) {
        assertThat(cells.column("value").i64(row)).isEqualTo(KillChild.value(tick, row));
        assertThat(world.codebook().word(cells.column("word").i32(row)))
            .isEqualTo(KillChild.word(tick, row));
      }
    }
  }

  /** Runs the child for a random time and returns the last tick it acknowledged, -1 if none. */
  private static long runAndKill(
      Path store, String durability, int snapshotEvery, String how, Random random)
      throws Exception {
    Process child =
        ChildJvm.start(
            KillChild.class,
            List.of("-Xmx256m"),
            List.of(store.toString(), durability, Integer.toString(snapshotEvery), how));
    long acknowledged = -1;
    try (BufferedReader out =
        new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
      String line = out.readLine();
      assertThat(line).as("the child begins").startsWith("start ");
      int lines = 1 + random.nextInt(60);
      long spinNanos = random.nextInt(3_000_000);
      for (int i = 0; i < lines && (line = out.readLine()) != null; i++) {
        acknowledged = Long.parseLong(line);
      }
      long until = System.nanoTime() + spinNanos;
      while (System.nanoTime() < until) {
        Thread.onSpinWait();
      }
      child.toHandle().destroyForcibly(); // unlike Process.destroyForcibly, keeps the pipe open
      while ((line = out.readLine()) != null) {
        if (line.matches("[0-9]+")) {
          acknowledged = Long.parseLong(line);
        }
      }
    }
    child.waitFor();
    return acknowledged;
  }
}
