// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.arrowworld.errors.WriterPoisonedException;
import org.arrowworld.internal.store.MutableCodebook;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.FaultPlan;
import org.arrowworld.storage.FaultPlan.Fault;
import org.arrowworld.storage.FaultPlan.Operation;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.storage.MemoryStorage.CrashKind;
import org.arrowworld.storage.WritableFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Zeros behind the last message of a live segment (spec L-22, L-31). */
class RoomAheadTest {
  private static final WorldSchema SCHEMA =
      WorldSchema.of(TableSchema.row("c").column("x", ColumnType.F64).build());
  private static final LogWriter.Start START =
      new LogWriter.Start(
          new StoreId("00112233445566778899aabbccddeeff"), 1, false, LogPosition.START);
  private static final String LIVE = SegmentFormat.livePath(0);
  private static final int ROWS = 1000;

  private final MemoryStorage storage = new MemoryStorage();
  private final KeyTable keys = new KeyTable(SCHEMA.keys());

  private LogWriter writer(LogOptions options) {
    return LogWriter.open(storage, START, keys, new MutableCodebook(), options);
  }

  private void tick(LogWriter writer, long tick, int rows) throws IOException {
    writer.beginTick(tick);
    for (int i = 0; i < rows; i++) {
      writer.append(i, keys.key("c.x").code(), i);
    }
    writer.commit();
  }

  private static int messageBytes(byte[] file) {
    int end = file.length;
    while (end > 0 && file[end - 1] == 0) {
      end--;
    }
    return (end + 7) / 8 * 8;
  }

  private static Log open(MemoryStorage of) throws IOException {
    return Log.open(of, START.store(), SCHEMA.keys());
  }

  @Test
  void a_commit_into_the_room_changes_no_file_size() throws IOException {
    try (LogWriter writer = writer(LogOptions.DEFAULT)) {
      for (long tick = 0; tick < 8; tick++) {
        tick(writer, tick, ROWS);
      }
      writer.sync(); // waits for the room, too
      AtomicLong before = new AtomicLong();
      AtomicInteger forces = new AtomicInteger();
      before.set(storage.bytes(LIVE).length);
      storage.plan(
          (index, operation, path) -> {
            if (operation == Operation.FORCE && forces.getAndIncrement() == 0) {
              assertThat(length()).isEqualTo(before.get());
            }
            return Fault.NONE;
          });
      tick(writer, 8, ROWS);
      assertThat(forces.get()).isPositive();
    }
  }

  private long length() {
    try {
      return storage.bytes(LIVE).length;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void readers_take_room_for_the_end_and_a_writer_goes_on_behind_what_it_held() throws IOException {
    LogWriter writer = writer(LogOptions.DEFAULT);
    for (long tick = 0; tick < 9; tick++) {
      tick(writer, tick, ROWS);
    }
    writer.sync();
    byte[] live = storage.bytes(LIVE);
    assertThat(messageBytes(live)).isLessThan(live.length);
    MemoryStorage killed = storage.afterCrash(CrashKind.PROCESS);
    try (Log log = open(killed)) {
      log.verifyChain();
      assertThat(log.end()).isEqualTo(writer.acknowledged());
      assertThat(log.tail().kind()).isEqualTo(Tail.Kind.CLEAN);
    }
    LogRecovery.prepare(killed);
    assertThat(killed.list(SegmentFormat.LIVE)).isEmpty();
    try (Log log = open(killed)) {
      assertThat(log.end()).isEqualTo(writer.acknowledged());
    }
    writer.close();
    byte[] closed = storage.bytes(LIVE);
    assertThat(closed).isEqualTo(Arrays.copyOf(live, messageBytes(live)));
  }

  @Test
  void no_room_is_more_than_what_the_file_holds_or_8_MiB() throws IOException {
    try (LogWriter writer = writer(LogOptions.DEFAULT)) {
      tick(writer, 0, 10);
      writer.sync();
      byte[] small = storage.bytes(LIVE);
      assertThat(messageBytes(small)).isEqualTo(small.length);
      for (long tick = 1; tick < 60; tick++) {
        tick(writer, tick, ROWS * 10);
      }
      writer.sync();
      byte[] large = storage.bytes(LIVE);
      assertThat(large.length - messageBytes(large)).isBetween(4 << 20, 8 << 20);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "interval:3600000"})
  void nobody_who_waits_for_no_force_has_room(String durability) throws IOException {
    try (LogWriter writer =
        writer(LogOptions.DEFAULT.withDurability(Durability.parse(durability)))) {
      for (long tick = 0; tick < 9; tick++) {
        tick(writer, tick, ROWS);
        writer.force();
      }
      byte[] live = storage.bytes(LIVE);
      assertThat(messageBytes(live)).isEqualTo(live.length);
    }
  }

  @Test
  void a_byte_in_the_room_that_is_not_zero_makes_the_tail_torn_and_nothing_is_lost()
      throws IOException {
    LogWriter writer = writer(LogOptions.DEFAULT);
    for (long tick = 0; tick < 9; tick++) {
      tick(writer, tick, ROWS);
    }
    writer.sync();
    byte[] live = storage.bytes(LIVE);
    MemoryStorage killed = storage.afterCrash(CrashKind.PROCESS);
    for (int at : new int[] {messageBytes(live), messageBytes(live) + 9, live.length - 1}) {
      byte[] changed = live.clone();
      changed[at] = 1;
      killed.put(LIVE, changed);
      try (Log log = open(killed)) {
        assertThat(log.end()).isEqualTo(writer.acknowledged());
        assertThat(log.tail().kind()).isEqualTo(Tail.Kind.TORN);
        assertThat(log.tail().offset()).isEqualTo(messageBytes(live));
      }
    }
    for (int length : new int[] {1, 7, 8, 12}) {
      killed.put(LIVE, Arrays.copyOf(live, messageBytes(live) + length));
      try (Log log = open(killed)) {
        assertThat(log.tail().kind()).isEqualTo(Tail.Kind.CLEAN);
      }
    }
    writer.close();
  }

  private static FaultPlan zerosOnly(Operation failing) {
    AtomicInteger writes = new AtomicInteger();
    return (index, operation, path) -> {
      // A commit of one batch is two writes and a force; what comes behind it is room.
      int number = operation == Operation.WRITE ? writes.incrementAndGet() : writes.get();
      return number > 2 && operation == failing ? Fault.FAIL : Fault.NONE;
    };
  }

  @Test
  void a_disk_too_full_for_room_fails_no_tick_and_later_ones_are_appended() throws IOException {
    try (LogWriter writer = writer(LogOptions.DEFAULT)) {
      tick(writer, 0, 10);
      storage.plan(zerosOnly(Operation.WRITE));
      tick(writer, 1, ROWS);
      writer.sync();
      assertThat(storage.operations()).as("writes, force, and zeros").isEqualTo(4);
      storage.plan(FaultPlan.none());
      for (long tick = 2; tick < 9; tick++) {
        tick(writer, tick, ROWS);
      }
      writer.sync();
      assertThat(storage.operations()).isEqualTo(7 * 3);
      assertThat(writer.acknowledged().tick()).isEqualTo(8);
    }
  }

  @Test
  void zeros_that_cannot_be_forced_poison_the_writer_as_every_failed_force() throws IOException {
    LogWriter writer = writer(LogOptions.DEFAULT);
    tick(writer, 0, 10);
    storage.plan(zerosOnly(Operation.FORCE));
    tick(writer, 1, ROWS);
    assertThatThrownBy(writer::sync)
        .isInstanceOf(WriterPoisonedException.class)
        .hasMessageContaining("stored up to tick 1, seq 1012");
    assertThatThrownBy(writer::close).isInstanceOf(WriterPoisonedException.class);
    try (Log log = open(storage.afterCrash(CrashKind.POWER))) {
      assertThat(log.end()).isEqualTo(writer.acknowledged());
    }
  }

  @Test
  void a_follower_reads_on_in_the_room_and_past_its_end() throws IOException {
    try (LogWriter writer = writer(LogOptions.DEFAULT);
        LogFollower follower = LogFollower.open(storage, SCHEMA.keys(), LogPosition.START)) {
      for (long tick = 0; tick < 40; tick++) {
        tick(writer, tick, tick % 7 == 0 ? 4 * ROWS : ROWS / 2);
        assertThat(follower.poll((batch, from, to) -> {})).isTrue();
        assertThat(follower.position()).isEqualTo(writer.flushed());
      }
    }
  }

  @Test
  void a_file_cut_while_it_is_looked_through_has_its_end_where_it_is_cut() throws IOException {
    LogWriter writer = writer(LogOptions.DEFAULT);
    for (long tick = 0; tick < 9; tick++) {
      tick(writer, tick, ROWS);
    }
    writer.sync();
    try (SegmentReader reader = SegmentReader.open(storage, LIVE, 0)) {
      int messages = messageBytes(storage.bytes(LIVE));
      try (WritableFile file = storage.openWrite(LIVE)) {
        file.write(ByteBuffer.allocate(1 << 20), messages);
      }
      writer.close();
      SegmentIndex index = SegmentIndexer.live(reader);
      assertThat(index.tail().kind()).isEqualTo(Tail.Kind.CLEAN);
      assertThat(index.end().tick()).isEqualTo(8);
    }
  }
}
