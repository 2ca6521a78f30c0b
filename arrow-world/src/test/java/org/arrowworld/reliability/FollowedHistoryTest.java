// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.Log;
import org.arrowworld.log.LogFollower;
import org.arrowworld.log.LogOptions;
import org.arrowworld.log.LogPosition;
import org.arrowworld.log.LogTruncation;
import org.arrowworld.maintenance.StoreCompaction;
import org.arrowworld.maintenance.StoreFork;
import org.arrowworld.maintenance.StoreTruncation;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.timeline.Cursor;
import org.arrowworld.timeline.Projection;
import org.arrowworld.timeline.Timeline;
import org.arrowworld.window.StreamingWorld;
import org.arrowworld.window.Window;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A follower hands over what the store holds, or says that this is no longer what it followed. */
class FollowedHistoryTest {
  private static final int TICKS = 40;
  private static final LogOptions SMALL = LogOptions.DEFAULT.withSegmentBytes(4000);

  private final BufferAllocator memory = new RootAllocator();
  private final MemoryStorage storage = new MemoryStorage();
  private final List<String> followed = new ArrayList<>();

  @AfterEach
  void no_byte_is_leaked() {
    assertThat(memory.getAllocatedMemory()).isZero();
    memory.close();
  }

  private void create(LogOptions options, int ticks) throws IOException {
    StoreInfo info = StoreInfo.create(SmallStores.SCHEMA, "tick", Map.of());
    try (LiveWorld live =
        LiveWorld.create(
            storage, info, WorldOptions.DEFAULT.withLog(options).withAllocator(memory))) {
      for (int tick = 0; tick < ticks; tick++) {
        step(live, tick);
      }
    }
  }

  private void resume(int ticks, float value) throws IOException {
    try (LiveWorld live =
        LiveWorld.resume(storage, WorldOptions.DEFAULT.withLog(SMALL).withAllocator(memory))) {
      for (int tick = 0; tick < ticks; tick++) {
        step(live, value + tick);
      }
    }
  }

  private static void step(LiveWorld live, float x) throws IOException {
    live.tick(t -> t.table("c").insert().set("x", x).set("k", "word " + x));
  }

  private LogPosition positionOf(long tick) throws IOException {
    try (Timeline timeline = Timeline.open(storage)) {
      return timeline.positionOf(tick);
    }
  }

  private LogFollower follower(LogPosition from) throws IOException {
    try (Timeline timeline = Timeline.open(storage)) {
      return timeline.follower(from);
    }
  }

  private static Log.Visitor into(List<String> rows) {
    return (batch, from, to) -> {
      for (int row = from; row < to; row++) {
        rows.add(
            Text.of(
                "%d %d %d %x %s",
                batch.firstSeq() + row,
                batch.tick(row),
                batch.key(row),
                batch.val(row),
                batch.word(row)));
      }
    };
  }

  private boolean poll(LogFollower follower) throws IOException {
    return follower.poll(into(followed));
  }

  private List<String> rows(long firstTick) throws IOException {
    List<String> rows = new ArrayList<>();
    try (Log log = StoreInfo.read(storage).openLog(storage)) {
      log.scan(firstTick, Long.MAX_VALUE, into(rows));
    }
    return rows;
  }

  private void refuses(LogFollower follower, LogPosition at, String why) {
    int before = followed.size();
    for (int poll = 0; poll < 2; poll++) {
      assertThatThrownBy(() -> poll(follower))
          .isInstanceOf(DamagedFileException.class)
          .hasMessageContaining(
              Text.of(
                  "the log no longer holds what was followed up to tick %d, seq %d: ",
                  at.tick(), at.seq()))
          .hasMessageContaining(why)
          .hasMessageEndingWith("it was truncated, compacted or replaced meanwhile, open it again");
    }
    assertThat(followed).hasSize(before);
    assertThat(follower.position()).isEqualTo(at);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 60})
  void a_truncation_behind_what_was_followed_is_told(int ticksAfter) throws IOException {
    create(SMALL, TICKS);
    LogPosition end = positionOf(TICKS);
    try (LogFollower follower = follower(LogPosition.START)) {
      assertThat(poll(follower)).isTrue();
      assertThat(follower.position()).isEqualTo(end);
      StoreTruncation.after(storage, 13);
      resume(ticksAfter, 1000);
      refuses(follower, end, ticksAfter == 60 ? "" : "it ends");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 60})
  void a_follower_that_has_not_polled_yet_is_not_given_another_history(int ticksAfter)
      throws IOException {
    create(LogOptions.DEFAULT, TICKS);
    LogPosition end = positionOf(TICKS);
    try (LogFollower follower = follower(end)) {
      StoreTruncation.after(storage, 13);
      resume(ticksAfter, 1000);
      refuses(follower, end, "");
      assertThat(followed).isEmpty();
    }
  }

  /** The live segment that begins where the log is cut is written anew, under the same name. */
  @Test
  void a_segment_of_the_same_name_with_other_rows_is_told() throws IOException {
    create(LogOptions.DEFAULT, 10);
    resume(2, 100);
    LogPosition end = positionOf(11);
    try (LogFollower follower = follower(LogPosition.START)) {
      poll(follower);
      List<String> names = storage.list("log/live");
      assertThat(names).hasSize(1);
      StoreTruncation.after(storage, 9);
      resume(2, 200);
      assertThat(storage.list("log/live")).isEqualTo(names);
      refuses(follower, end, "it has chain");
    }
  }

  @Test
  void the_same_rows_written_again_after_a_truncation_are_gone_on_from() throws IOException {
    create(LogOptions.DEFAULT, 10);
    resume(2, 100);
    try (LogFollower follower = follower(LogPosition.START)) {
      poll(follower);
      StoreTruncation.after(storage, 9);
      resume(2, 100);
      assertThat(poll(follower)).isFalse();
      resume(5, 300);
      assertThat(poll(follower)).isTrue();
      assertThat(followed).isEqualTo(rows(0));
    }
  }

  /** Spec L-21: rows behind a fence do not exist. */
  @Test
  void nothing_behind_a_fence_is_handed_over() throws IOException {
    create(SMALL, TICKS);
    LogPosition cut = positionOf(13);
    LogPosition end = positionOf(TICKS);
    try (LogFollower early = follower(LogPosition.START);
        LogFollower late = follower(end)) {
      LogTruncation.begin(storage, cut);
      assertThat(poll(early)).isTrue();
      assertThat(poll(early)).isFalse();
      assertThat(early.position()).isEqualTo(cut);
      assertThat(followed).isEqualTo(rows(0));
      refuses(late, end, "the log is being truncated to seq " + cut.seq());
      resume(10, 1000);
      assertThat(poll(early)).isTrue();
      assertThat(followed).isEqualTo(rows(0));
    }
  }

  @Test
  void merged_segments_are_read_on_wherever_the_follower_stands() throws IOException {
    create(SMALL, TICKS);
    List<LogFollower> followers = new ArrayList<>();
    followers.add(follower(LogPosition.START));
    for (int tick = 0; tick < TICKS; tick++) {
      followers.add(follower(positionOf(tick)));
    }
    assertThat(StoreCompaction.merge(storage, Optional.empty()).merged()).isNotEmpty();
    assertThat(storage.list("log")).hasSize(2);
    resume(6, 1000);
    for (int i = 0; i < followers.size(); i++) {
      List<String> rows = new ArrayList<>();
      assertThat(followers.get(i).poll(into(rows))).isTrue();
      assertThat(rows).as("from tick %d on", i).isEqualTo(rows(i));
      assertThat(followers.get(i).poll(into(rows))).isFalse();
      followers.get(i).close();
    }
  }

  @Test
  void a_successor_that_was_merged_away_is_found_in_the_merged_segment() throws IOException {
    create(SMALL, 20);
    try (LogFollower follower = follower(LogPosition.START)) {
      assertThat(poll(follower)).isTrue();
      resume(20, 100);
      StoreCompaction.merge(storage);
      assertThat(storage.list("log")).hasSize(2);
      assertThat(poll(follower)).isTrue();
      assertThat(followed).isEqualTo(rows(0));
    }
  }

  @Test
  void dropped_segments_are_missed_only_by_those_who_have_not_read_them() throws IOException {
    create(SMALL, TICKS);
    LogPosition early = positionOf(3);
    LogPosition kept = positionOf(TICKS - 5);
    try (LogFollower behind = follower(early);
        LogFollower within = follower(kept)) {
      StoreCompaction.keep(storage, 12, memory);
      resume(3, 1000);
      refuses(behind, early, "it is the first segment, the ones before it were dropped");
      assertThat(poll(within)).isTrue();
      assertThat(followed).isEqualTo(rows(TICKS - 4));
    }
  }

  @Test
  void a_log_all_of_which_was_dropped_goes_on_where_it_ended() throws IOException {
    create(SMALL, TICKS);
    try (LogFollower atEnd = follower(positionOf(TICKS));
        LogFollower behind = follower(positionOf(TICKS - 2))) {
      StoreCompaction.keep(storage, 0, memory);
      assertThat(storage.list("log")).containsExactly("live");
      assertThat(poll(atEnd)).isFalse();
      resume(3, 1000);
      assertThat(poll(atEnd)).isTrue();
      assertThat(followed).isEqualTo(rows(TICKS)).isNotEmpty();
      refuses(behind, behind.position(), "the ones before it were dropped");
    }
  }

  @Test
  void a_window_follows_a_fork_from_its_first_tick_on() throws IOException {
    create(SMALL, TICKS);
    MemoryStorage fork = new MemoryStorage();
    StoreFork.at(storage, 13, fork, memory);
    try (StreamingWorld streaming = StreamingWorld.open(fork, Window.ofTicks(5), memory);
        LiveWorld live =
            LiveWorld.resume(fork, WorldOptions.DEFAULT.withLog(SMALL).withAllocator(memory))) {
      step(live, 1);
      assertThat(streaming.poll()).isTrue();
      assertThat(streaming.lastTick()).isEqualTo(14);
    }
  }

  @Test
  void a_store_cut_back_to_its_base_or_replaced_by_another_is_told_by_all_who_follow()
      throws IOException {
    create(SMALL, TICKS);
    MemoryStorage fork = new MemoryStorage();
    StoreFork.at(storage, 13, fork, memory);
    WorldOptions options = WorldOptions.DEFAULT.withLog(SMALL).withAllocator(memory);
    try (LiveWorld live = LiveWorld.resume(fork, options)) {
      step(live, 1);
      step(live, 2);
    }
    try (Timeline timeline = Timeline.open(fork);
        LogFollower follower = timeline.follower();
        Cursor cursor = timeline.cursor(Projection.ALL, memory);
        StreamingWorld streaming = StreamingWorld.open(fork, Window.ofTicks(5), memory)) {
      assertThat(cursor.follow()).isTrue();
      StoreTruncation.after(fork, 13);
      String told = "it has no segment, and ends at tick 13";
      assertThatThrownBy(() -> poll(follower)).hasMessageContaining(told);
      assertThatThrownBy(cursor::follow).hasMessageContaining(told);
      assertThatThrownBy(streaming::poll).hasMessageContaining(told);
    }
    MemoryStorage other = new MemoryStorage();
    StoreFork.at(storage, 13, other, memory);
    try (LiveWorld live = LiveWorld.resume(other, options)) {
      step(live, 1);
    }
    try (Timeline timeline = Timeline.open(fork);
        LogFollower follower = // whose files are the other store's since it was opened
            LogFollower.open(
                other, timeline.info().id(), timeline.log(), timeline.end(), timeline::end)) {
      assertThatThrownBy(() -> poll(follower)).hasMessageContaining("it belongs to store ");
    }
  }

  @Test
  void a_window_on_a_truncated_store_says_so() throws IOException {
    create(SMALL, TICKS);
    LogPosition end = positionOf(TICKS);
    try (StreamingWorld streaming = StreamingWorld.open(storage, Window.ofTicks(5), memory)) {
      StoreTruncation.after(storage, 13);
      resume(60, 1000);
      assertThatThrownBy(streaming::poll)
          .isInstanceOf(DamagedFileException.class)
          .hasMessageContaining(Text.of("followed up to tick %d, seq %d", end.tick(), end.seq()));
      assertThat(streaming.lastTick()).isEqualTo(TICKS - 1);
    }
  }

  @Test
  void rows_that_were_handed_over_before_a_failure_are_not_handed_over_again() throws IOException {
    create(SMALL, 10);
    LogFollower follower = follower(LogPosition.START);
    assertThatThrownBy(
            () ->
                follower.poll(
                    (batch, from, to) -> {
                      throw new IOException("the visitor's disk is full");
                    }))
        .hasMessage("the visitor's disk is full");
    assertThatThrownBy(() -> follower.poll((batch, from, to) -> {}))
        .isInstanceOf(InvalidUseException.class)
        .hasMessageContaining("failed in the midst of a tick; open another follower");
  }
}
