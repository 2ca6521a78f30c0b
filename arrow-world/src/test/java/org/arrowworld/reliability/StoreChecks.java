// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.apache.arrow.memory.BufferAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.LogOptions;
import org.arrowworld.log.Tail;
import org.arrowworld.storage.Storage;
import org.arrowworld.timeline.Timeline;
import org.arrowworld.timeline.Verifier;

/** What must hold of a store of {@link CrashScenario}'s world after any crash. */
final class StoreChecks {
  private StoreChecks() {}

  /**
   * Contract 1 and 2: the store is sound, ends between two ticks, and its last state is right.
   *
   * @param from the last tick acknowledged, -1 if none
   * @param to the last tick begun
   */
  static void sound(Storage left, long from, long to, BufferAllocator memory) throws IOException {
    try (Timeline timeline = Timeline.open(left)) {
      assertThat(timeline.log().tail().kind())
          .as("%s", timeline.log().tail())
          .isNotEqualTo(Tail.Kind.DAMAGED);
      timeline.log().verifyChain();
      long last = lastTick(timeline);
      assertThat(last).as("last tick").isBetween(from, to);
      if (last >= 0) {
        state(timeline, last, memory);
      }
      assertThat(timeline.warnings()).isEmpty();
    }
    assertThat(Verifier.verify(left, Verifier.Depth.STANDARD, 1, memory).findings()).isEmpty();
  }

  /** The last tick there is, -1 if none. */
  static long lastTick(Timeline timeline) throws IOException {
    boolean empty = timeline.log().end().tick() < 0 && timeline.snapshots().isEmpty();
    return empty ? -1 : timeline.lastTick();
  }

  /** The state after a tick is what it always is. */
  static void state(Timeline timeline, long tick, BufferAllocator memory) throws IOException {
    try (MutableWorld world = timeline.at(tick, memory)) {
      assertThat(SmallStores.describe(world))
          .as("state after tick %d", tick)
          .isEqualTo(CrashScenario.expected(tick));
    }
  }

  /** The store can be resumed, and goes on as if nothing had happened. */
  static void goesOn(Storage left, LogOptions options, BufferAllocator memory) throws IOException {
    try (LiveWorld live =
        LiveWorld.resume(left, WorldOptions.DEFAULT.withLog(options).withAllocator(memory))) {
      for (int i = 0; i < 2; i++) {
        live.tick(CrashScenario::step);
      }
      live.seal();
    }
    try (Timeline timeline = Timeline.open(left)) {
      timeline.log().verifyChain();
      state(timeline, timeline.lastTick(), memory);
    }
  }
}
