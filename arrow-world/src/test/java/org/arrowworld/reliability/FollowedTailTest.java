// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Text;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.Log;
import org.arrowworld.log.LogFollower;
import org.arrowworld.log.LogOptions;
import org.arrowworld.log.LogPosition;
import org.arrowworld.log.Tail;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.window.StreamingWorld;
import org.arrowworld.window.Window;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A follower takes the end of a live log as every other reader does (spec L-22, L-23). */
class FollowedTailTest {
  private static final LogOptions OPTIONS = LogOptions.DEFAULT.withSegmentBytes(1 << 20);

  private final BufferAllocator memory = new RootAllocator();
  private final Set<Tail.Kind> kinds = EnumSet.noneOf(Tail.Kind.class);

  @AfterEach
  void no_byte_is_leaked() {
    assertThat(memory.getAllocatedMemory()).isZero();
    memory.close();
  }

  private WorldOptions options(LogOptions log) {
    return WorldOptions.DEFAULT.withLog(log).withAllocator(memory);
  }

  private MemoryStorage store(LogOptions log, int ticks) throws IOException {
    MemoryStorage storage = new MemoryStorage();
    StoreInfo info = StoreInfo.create(SmallStores.SCHEMA, "tick", Map.of());
    try (LiveWorld live = LiveWorld.create(storage, info, options(log))) {
      steps(live, ticks);
    }
    return storage;
  }

  private void resume(MemoryStorage storage, int ticks) throws IOException {
    try (LiveWorld live = LiveWorld.resume(storage, options(OPTIONS))) {
      steps(live, ticks);
    }
  }

  private static void steps(LiveWorld live, int ticks) throws IOException {
    for (int i = 0; i < ticks; i++) {
      String word = "word " + live.lastTick();
      live.tick(t -> t.table("c").insert().set("x", 1.5f).set("k", word));
    }
  }

  private static String liveSegment(MemoryStorage storage) throws IOException {
    return "log/live/" + storage.list("log/live").get(0);
  }

  private static MemoryStorage copy(MemoryStorage storage) {
    return storage.afterCrash(MemoryStorage.CrashKind.PROCESS);
  }

  private static Log.Visitor into(List<String> rows) {
    return (batch, from, to) -> {
      for (int row = from; row < to; row++) {
        rows.add(Text.of("%d %x %s", batch.firstSeq() + row, batch.val(row), batch.word(row)));
      }
    };
  }

  /** Follows a store whose writer died, then the one that goes on from there. */
  private void followed(MemoryStorage storage, String what) throws IOException {
    LogPosition end = LogPosition.START;
    Tail.Kind tail = Tail.Kind.DAMAGED;
    try (Log log = StoreInfo.read(storage).openLog(storage)) {
      end = log.end();
      tail = log.tail().kind();
    } catch (DamagedFileException e) {
      assertThat(e).as(what).hasMessageContaining("log/live"); // its header
    }
    List<String> rows = new ArrayList<>();
    LogFollower follower = LogFollower.open(storage, SmallStores.SCHEMA.keys(), LogPosition.START);
    kinds.add(tail);
    if (tail == Tail.Kind.DAMAGED) {
      assertThatThrownBy(() -> follower.poll(into(rows)))
          .as(what)
          .isInstanceOf(DamagedFileException.class);
      return;
    }
    follower.poll(into(rows));
    assertThat(follower.position()).as(what).isEqualTo(end);
    assertThat(follower.poll(into(rows))).as(what).isFalse();
    try (StreamingWorld window = StreamingWorld.open(storage, Window.ofTicks(2), memory)) {
      assertThat(window.poll()).as(what).isFalse();
      resume(storage, 2);
      assertThat(window.poll()).as(what).isTrue();
      assertThat(follower.poll(into(rows))).as(what).isTrue();
      List<String> all = new ArrayList<>();
      try (Log log = StoreInfo.read(storage).openLog(storage)) {
        log.scan(0, Long.MAX_VALUE, into(all));
        assertThat(follower.position()).as(what).isEqualTo(log.end());
        assertThat(window.lastTick()).as(what).isEqualTo(log.end().tick());
      }
      assertThat(rows).as(what).isEqualTo(all);
    }
  }

  @Test
  void a_log_cut_at_any_byte_is_followed_up_to_its_last_whole_batch() throws IOException {
    MemoryStorage whole = store(OPTIONS, 3);
    String path = liveSegment(whole);
    byte[] bytes = whole.bytes(path);
    for (int cut = 8; cut < bytes.length; cut += 3) {
      MemoryStorage storage = copy(whole);
      storage.put(path, Arrays.copyOf(bytes, cut));
      followed(storage, "cut at " + cut);
    }
    assertThat(kinds).contains(Tail.Kind.TORN);
  }

  @Test
  void a_changed_byte_is_damage_to_a_follower_where_it_is_to_every_reader() throws IOException {
    MemoryStorage whole = store(OPTIONS, 3);
    String path = liveSegment(whole);
    byte[] bytes = whole.bytes(path);
    for (int at = 0; at < bytes.length; at += 7) {
      MemoryStorage storage = copy(whole);
      byte[] changed = bytes.clone();
      changed[at] ^= 0x40;
      storage.put(path, changed);
      followed(storage, "changed at " + at);
    }
    assertThat(kinds).contains(Tail.Kind.TORN, Tail.Kind.DAMAGED);
  }

  @Test
  void rows_that_are_missing_before_the_next_segment_are_told() throws IOException {
    MemoryStorage storage = store(LogOptions.DEFAULT.withSegmentBytes(4000), 40);
    List<String> sealed = storage.list("log").stream().filter(n -> n.endsWith(".arrow")).toList();
    assertThat(sealed).hasSizeGreaterThan(3);
    storage.delete("log/" + sealed.get(1));
    LogFollower follower = LogFollower.open(storage, SmallStores.SCHEMA.keys(), LogPosition.START);
    for (int poll = 0; poll < 2; poll++) {
      assertThatThrownBy(() -> follower.poll((batch, from, to) -> {}))
          .isInstanceOf(DamagedFileException.class)
          .hasMessageContaining(sealed.get(0))
          .hasMessageContaining(
              Text.of(
                  "it ends at seq %d, but the next segment begins at seq %d: the rows between are missing; run aw recover",
                  Long.parseLong(sealed.get(1).substring(0, 20)),
                  Long.parseLong(sealed.get(2).substring(0, 20))));
    }
  }
}
