// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.timeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.hash.Hashes;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.LogOptions;
import org.arrowworld.maintenance.StoreTruncation;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.testing.AnyWorld;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Cursors of stores that grow, and what they keep. {@code -Daw.seed=S} repeats the case of a seed.
 */
class CursorTest {
  private static final int CASES = Integer.getInteger("aw.cases", 40);
  private static final long FIRST_SEED = Long.getLong("aw.seed", 77_000);

  private final BufferAllocator memory = new RootAllocator();

  @AfterEach
  void no_byte_is_leaked() {
    assertThat(memory.getAllocatedMemory()).isZero();
    memory.close();
  }

  private WorldOptions options(Random random) {
    LogOptions log =
        LogOptions.DEFAULT
            .withContainers(2, 20 + random.nextInt(400))
            .withSegmentBytes(2000 + random.nextInt(60_000));
    return WorldOptions.DEFAULT.withLog(log).withAllocator(memory);
  }

  @Test
  void a_world_that_goes_on_is_followed_and_left_and_followed_again() throws IOException {
    int cases = System.getProperty("aw.seed") == null ? CASES : 1;
    for (long seed = FIRST_SEED; seed < FIRST_SEED + cases; seed++) {
      try {
        follow(new Random(seed));
      } catch (Throwable e) {
        throw new AssertionError("repeat with -Daw.seed=" + seed, e);
      }
    }
  }

  private void follow(Random random) throws IOException {
    AnyWorld any = new AnyWorld(random);
    MemoryStorage storage = new MemoryStorage();
    StoreInfo info = StoreInfo.create(any.schema(), "tick", Map.of());
    List<String> hashes = new ArrayList<>();
    try (LiveWorld live = LiveWorld.create(storage, info, options(random))) {
      for (int i = 1 + random.nextInt(5); i > 0; i--) {
        live.tick(any::tick);
        hashes.add(Hashes.resume(live.world()));
      }
      try (Timeline timeline = Timeline.open(storage);
          Cursor cursor = timeline.cursor(Projection.ALL, memory)) {
        cursor.keyframes().spacing(1 + random.nextInt(50));
        long opened = timeline.lastTick();
        boolean moved = cursor.follow();
        assertThat(moved).isTrue();
        for (int i = 0; i < 12; i++) {
          for (int ticks = random.nextInt(3); ticks > 0; ticks--) {
            live.tick(any::tick);
            hashes.add(Hashes.resume(live.world()));
          }
          if (random.nextInt(4) == 0) {
            cursor.seek(random.nextInt((int) opened + 1));
            assertThat(Hashes.resume(cursor.world()))
                .isEqualTo(hashes.get((int) cursor.world().tick()));
          }
          cursor.follow();
          assertThat(cursor.world().tick()).isEqualTo(live.lastTick());
          assertThat(Hashes.resume(cursor.world())).isEqualTo(hashes.get((int) live.lastTick()));
          assertThat(cursor.next()).isFalse();
        }
        assertThatThrownBy(() -> cursor.seek(opened + 1000))
            .isInstanceOf(InvalidUseException.class);
      }
    }
  }

  @Test
  void what_was_followed_and_is_truncated_is_refused() throws IOException {
    Random random = new Random(FIRST_SEED);
    AnyWorld any = new AnyWorld(random);
    MemoryStorage storage = new MemoryStorage();
    StoreInfo info = StoreInfo.create(any.schema(), "tick", Map.of());
    try (LiveWorld live = LiveWorld.create(storage, info, options(random))) {
      for (int i = 0; i < 6; i++) {
        live.tick(any::tick);
      }
      live.seal();
    }
    try (Timeline timeline = Timeline.open(storage);
        Cursor cursor = timeline.cursor(Projection.ALL, memory)) {
      cursor.follow();
      StoreTruncation.after(storage, 2);
      assertThatThrownBy(cursor::follow)
          .isInstanceOf(DamagedFileException.class)
          .hasMessageContaining("the log no longer holds what was followed up to tick 5");
      assertThat(cursor.tick()).isEmpty();
    }
  }

  @Test
  void memory_for_kept_worlds_is_bounded_and_may_be_none() throws IOException {
    MemoryStorage storage = new MemoryStorage();
    Random random = new Random(FIRST_SEED);
    AnyWorld any = new AnyWorld(random);
    StoreInfo info = StoreInfo.create(any.schema(), "tick", Map.of());
    try (LiveWorld live = LiveWorld.create(storage, info, options(random))) {
      for (int i = 0; i < 60; i++) {
        live.tick(any::tick);
      }
    }
    try (Timeline timeline = Timeline.open(storage);
        Cursor cursor = timeline.cursor(Projection.ALL, memory)) {
      cursor.keyframes().spacing(1);
      while (cursor.next()) {
        assertThat(cursor.keyframes().size()).isLessThanOrEqualTo(60);
      }
      int all = cursor.keyframes().size();
      assertThat(all).isGreaterThan(20);
      cursor.keepWorlds(4096);
      assertThat(cursor.keyframes().size()).isLessThan(all);
      cursor.keepWorlds(0);
      assertThat(cursor.keyframes().size()).isZero();
      cursor.seek(0);
      cursor.seek(50);
      assertThat(cursor.keyframes().size()).isZero();
      assertThatThrownBy(() -> cursor.keepWorlds(-1))
          .isInstanceOf(InvalidUseException.class)
          .hasMessage("Cannot keep worlds in -1 bytes of memory: expected 0 or more");
    }
  }
}
