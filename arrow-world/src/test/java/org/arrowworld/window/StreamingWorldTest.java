// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.window;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.Store;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.hash.Hashes;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.Durability;
import org.arrowworld.log.Log;
import org.arrowworld.log.LogOptions;
import org.arrowworld.log.LogReader;
import org.arrowworld.maintenance.StoreCompaction;
import org.arrowworld.maintenance.StoreTruncation;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.Lineage;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.table.World;
import org.arrowworld.tick.Born;
import org.arrowworld.tick.Tick;
import org.arrowworld.timeline.Change;
import org.arrowworld.timeline.HistoryQuery;
import org.arrowworld.window.Answer.Origin;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StreamingWorldTest {
  private static final WorldSchema SCHEMA =
      WorldSchema.of(
          TableSchema.row("c")
              .column("x", ColumnType.F32)
              .column("name", ColumnType.STRING)
              .lineage(Lineage.CAUSE)
              .build(),
          TableSchema.component("ill", "c").column("since", ColumnType.I64).build());

  private static final LogOptions OPTIONS =
      LogOptions.DEFAULT.withDurability(Durability.NONE).withSegmentBytes(20_000);

  private final BufferAllocator memory = new RootAllocator();
  private final MemoryStorage files = new MemoryStorage();
  private final AtomicLong uses = new AtomicLong();
  private final Storage counted = counting(files, uses);
  private final Random random = new Random(11);
  private final TreeMap<Long, String> hashes = new TreeMap<>();

  @AfterEach
  void no_byte_is_leaked() {
    assertThat(memory.getAllocatedMemory()).isZero();
    memory.close();
  }

  /** A storage that counts every call, those to its files included. */
  private static Storage counting(Storage inner, AtomicLong uses) {
    return (Storage) counting(inner, Storage.class, uses);
  }

  private static Object counting(Object inner, Class<?> type, AtomicLong uses) {
    return Proxy.newProxyInstance(
        type.getClassLoader(),
        new Class<?>[] {type},
        (proxy, method, args) -> {
          uses.incrementAndGet();
          try {
            Object result = method.invoke(inner, args);
            boolean file = method.getName().equals("openRead");
            return file
                ? counting(result, org.arrowworld.storage.ReadableFile.class, uses)
                : result;
          } catch (java.lang.reflect.InvocationTargetException e) {
            throw e.getCause();
          }
        });
  }

  private void step(Tick t) {
    int rows = t.table("c").before().rows();
    for (int slot = 0; slot < rows; slot++) {
      switch (random.nextInt(6)) {
        case 0 -> t.table("c").setSlot(slot, "x", random.nextFloat());
        case 1 -> t.table("c").setSlot(slot, "name", "n" + random.nextInt(9));
        case 2 -> {
          if (rows > 5) {
            t.table("c").removeSlot(slot, "age");
          }
        }
        default -> {}
      }
    }
    for (int i = 0; i < 4; i++) {
      Born born = t.table("c").insert().set("name", "n" + random.nextInt(9));
      if (i == 0) {
        t.table("ill").insert(born).set("since", t.tick());
      }
    }
    for (int slot = 0; slot < t.table("ill").before().rows(); slot += 2) {
      t.table("ill").setSlot(slot, "since", -t.tick());
    }
  }

  private void run(LiveWorld live, int ticks) throws IOException {
    for (int i = 0; i < ticks; i++) {
      live.tick(live.lastTick() + 1 + random.nextInt(2), this::step);
      hashes.put(live.lastTick(), Hashes.resume(live.world()));
    }
    live.sync();
  }

  private LiveWorld create() throws IOException {
    return LiveWorld.create(
        files,
        StoreInfo.create(SCHEMA, "tick", Map.of()),
        WorldOptions.DEFAULT.withLog(OPTIONS).withAllocator(memory));
  }

  private void check(StreamingWorld streaming) throws IOException {
    long first = streaming.firstTickInMemory();
    for (long tick = hashes.firstKey(); tick <= streaming.lastTick(); tick++) {
      long before = uses.get();
      Answer<World> answer = streaming.at(tick);
      try (World world = answer.value()) {
        assertThat(Hashes.resume(world)).isEqualTo(hashes.floorEntry(tick).getValue());
      }
      boolean inside = tick >= first;
      assertThat(answer.origin()).isEqualTo(inside ? Origin.WINDOW : Origin.ARCHIVE);
      assertThat(uses.get() - before > 0).as("tick %d of %d", tick, first).isEqualTo(!inside);
    }
  }

  private List<Change> archived(HistoryQuery query) throws IOException {
    try (Store store = Store.open(files)) {
      return store.history(query).toList();
    }
  }

  @Test
  void a_window_of_ticks_answers_without_touching_a_file_and_the_archive_answers_the_rest()
      throws IOException {
    try (LiveWorld live = create()) {
      run(live, 60);
      try (StreamingWorld streaming = StreamingWorld.open(counted, Window.ofTicks(12), memory)) {
        check(streaming);
        run(live, 30);
        assertThat(streaming.poll()).isTrue();
        assertThat(streaming.lastTick()).isEqualTo(live.lastTick());
        check(streaming);
        assertThat(streaming.poll()).isFalse();
      }
    }
  }

  @Test
  void a_store_opens_a_window_on_itself_and_closes_it_with_what_it_gave() throws IOException {
    try (LiveWorld live = create()) {
      run(live, 30);
      Store store = Store.open(files, memory);
      StreamingWorld window = store.window(Window.ofTicks(5));
      World left = window.at(window.lastTick()).value();
      assertThat(Hashes.resume(left)).isEqualTo(store.resumeHash(store.lastTick()));
      store.close();
      assertThatThrownBy(() -> window.at(1))
          .isInstanceOf(InvalidUseException.class)
          .hasMessage(
              "Cannot answer from this window: it was closed; open it again with Store.window");
      assertThatThrownBy(window::poll).isInstanceOf(InvalidUseException.class);
      window.close();
    }
  }

  @Test
  void histories_are_those_of_the_log_wherever_they_come_from() throws IOException {
    try (LiveWorld live = create()) {
      run(live, 60);
      try (StreamingWorld streaming = StreamingWorld.open(counted, Window.ofTicks(15), memory)) {
        long floor = streaming.firstTickInMemory();
        for (int id = 0; id < 12; id++) {
          HistoryQuery all = HistoryQuery.of("c", id);
          Answer<List<Change>> both = streaming.history(all);
          assertThat(both.origin()).isEqualTo(Origin.BOTH);
          assertThat(both.value()).isEqualTo(archived(all));
          Answer<List<Change>> old = streaming.history(all.between(0, floor));
          assertThat(old.origin()).isEqualTo(Origin.ARCHIVE);
          assertThat(old.value()).isEqualTo(archived(all.between(0, floor)));
          HistoryQuery middle = all.between(floor / 2, floor + 3);
          assertThat(streaming.history(middle).value()).isEqualTo(archived(middle));
          long before = uses.get();
          HistoryQuery recent = all.withKey("name").between(floor + 1, Long.MAX_VALUE);
          Answer<List<Change>> inside = streaming.history(recent);
          assertThat(uses.get()).isEqualTo(before);
          assertThat(inside.origin()).isEqualTo(Origin.WINDOW);
          List<Change> expected = archived(all.withKey("name"));
          expected.removeIf(c -> c.tick() <= floor);
          assertThat(inside.value()).isEqualTo(expected);
        }
      }
    }
  }

  @Test
  void a_window_of_bytes_stays_within_them_however_long_the_history() throws IOException {
    try (LiveWorld live = create();
        StreamingWorld streaming = StreamingWorld.open(counted, Window.ofBytes(6000), memory)) {
      for (int i = 0; i < 20; i++) {
        run(live, 8);
        streaming.poll();
        assertThat(streaming.windowBytes()).isBetween(1L, 6000L);
      }
      check(streaming);
      assertThatThrownBy(() -> streaming.at(streaming.lastTick() + 1))
          .isInstanceOf(InvalidUseException.class)
          .hasMessageContaining("the last tick taken in is " + streaming.lastTick());
    }
  }

  private void otherHistory(long lastThatStays, int ticks) throws IOException {
    StoreTruncation.after(files, lastThatStays);
    hashes.tailMap(lastThatStays, false).clear();
    try (LiveWorld live =
        LiveWorld.resume(files, WorldOptions.DEFAULT.withLog(OPTIONS).withAllocator(memory))) {
      run(live, ticks);
    }
  }

  @Test
  void a_window_never_mixes_its_history_with_another_one_in_the_files() throws IOException {
    try (LiveWorld live = create()) {
      run(live, 60);
    }
    try (StreamingWorld streaming = StreamingWorld.open(files, Window.ofTicks(12), memory)) {
      long floor = streaming.firstTickInMemory();
      otherHistory(hashes.lowerKey(floor), 40);
      HistoryQuery all = HistoryQuery.of("c", 0);
      assertThatThrownBy(() -> streaming.history(all))
          .isInstanceOf(DamagedFileException.class)
          .hasMessageContaining("no longer holds the history that the window goes on from")
          .hasMessageContaining("open the window again");
      assertThatThrownBy(() -> streaming.at(hashes.firstKey()))
          .isInstanceOf(DamagedFileException.class);
      assertThatThrownBy(streaming::poll).isInstanceOf(DamagedFileException.class);
      assertThatThrownBy(() -> streaming.history(all.between(floor + 1, Long.MAX_VALUE)))
          .isInstanceOf(InvalidUseException.class)
          .hasMessageContaining("could not be kept up to date")
          .hasMessageContaining("meanwhile")
          .hasMessageContaining("open it again");
      assertThatThrownBy(() -> streaming.at(floor)).isInstanceOf(InvalidUseException.class);
      assertThatThrownBy(streaming::poll).isInstanceOf(InvalidUseException.class);
    }
  }

  @Test
  void a_history_that_was_opened_before_is_looked_at_again_when_the_window_moves_on()
      throws IOException {
    try (LiveWorld live = create()) {
      run(live, 30);
    }
    try (StreamingWorld streaming = StreamingWorld.open(files, Window.ofTicks(5), memory)) {
      long taken = streaming.lastTick();
      try (LiveWorld live =
          LiveWorld.resume(files, WorldOptions.DEFAULT.withLog(OPTIONS).withAllocator(memory))) {
        run(live, 30);
      }
      streaming.at(hashes.firstKey()).value().close(); // opens the files, 30 ticks ahead
      otherHistory(taken, 20);
      assertThat(streaming.poll()).isTrue();
      checkAll(streaming);
      assertThat(streaming.history(HistoryQuery.of("c", 3)).value())
          .isEqualTo(archived(HistoryQuery.of("c", 3)));
    }
  }

  @Test
  void files_that_were_merged_since_they_were_opened_are_opened_anew() throws IOException {
    try (LiveWorld live = create()) {
      run(live, 60);
      live.seal();
    }
    try (StreamingWorld streaming = StreamingWorld.open(files, Window.ofTicks(5), memory)) {
      HistoryQuery all = HistoryQuery.of("c", 3);
      List<Change> before = streaming.history(all).value();
      streaming.at(hashes.firstKey()).value().close();
      StoreCompaction.merge(files);
      assertThat(streaming.history(all).value()).isEqualTo(before);
      checkAll(streaming);
    }
  }

  @Test
  void a_log_that_was_kept_while_its_store_changed_says_so() throws IOException {
    try (LiveWorld live = create()) {
      run(live, 20);
    }
    try (Store store = Store.open(files)) {
      Log log = store.log();
      LogReader reader = log.reader(0, 10);
      store.seal();
      for (ThrowingCallable use :
          List.<ThrowingCallable>of(
              reader::next,
              log::bytes,
              log::extents,
              log::verifyChain,
              () -> log.positionAt(3),
              () -> log.firstTickAfter(3),
              () -> log.scan(0, 5, (batch, from, to) -> {}))) {
        assertThatThrownBy(use)
            .isInstanceOf(InvalidUseException.class)
            .hasMessageContaining("Cannot read this log: it was closed, or its store was sealed")
            .hasMessageContaining("take it anew");
      }
      reader.close();
      store.log().verifyChain();
    }
  }

  private void checkAll(StreamingWorld streaming) throws IOException {
    for (Map.Entry<Long, String> tick : hashes.entrySet()) {
      try (World world = streaming.at(tick.getKey()).value()) {
        assertThat(Hashes.resume(world)).isEqualTo(tick.getValue());
      }
    }
  }
}
