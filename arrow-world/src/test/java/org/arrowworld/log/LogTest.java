// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.LogFullException;
import org.arrowworld.errors.WriterPoisonedException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.store.MutableCodebook;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.KeyKind;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.schema.Lineage;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.Values;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.FaultPlan;
import org.arrowworld.storage.FaultPlan.Fault;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.storage.MemoryStorage.CrashKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogTest {
  private static final WorldSchema SCHEMA =
      WorldSchema.of(
          TableSchema.row("creature").column("x", ColumnType.F32).lineage(Lineage.CAUSE).build());
  private static final StoreId STORE = new StoreId("00112233445566778899aabbccddeeff");

  private final MemoryStorage storage = new MemoryStorage();
  private final KeyTable keys = new KeyTable(SCHEMA.keys());
  private final MutableCodebook codebook = new MutableCodebook();

  private LogWriter writer(LogOptions options) {
    LogWriter.Start start = new LogWriter.Start(STORE, 1, true, LogPosition.START);
    return LogWriter.open(storage, start, keys, codebook, options);
  }

  private void writeTick(LogWriter writer, long tick, int rows) throws IOException {
    int x = keys.key("creature.x").code();
    int cause = keys.key("creature.cause").code();
    writer.beginTick(tick);
    for (int i = 0; i < rows; i++) {
      writer.append(i, x, Values.ofF32(tick * 1000f + i));
    }
    writer.append(7, cause, Values.ofInteger(codebook.intern("cause " + tick % 3)));
    writer.commit();
  }

  private static List<String> read(Log log) throws IOException {
    List<String> rows = new ArrayList<>();
    log.scan(
        0,
        Long.MAX_VALUE,
        (batch, from, to) -> {
          for (int i = from; i < to; i++) {
            String key = log.keys().key(batch.key(i)).name();
            String value =
                key.equals("tick.commit")
                    ? Text.of("%016x", batch.val(i))
                    : Double.toString(Double.longBitsToDouble(batch.val(i)));
            rows.add(
                Text.of("%d %d %s %s %s", batch.tick(i), batch.rid(i), key, value, batch.word(i)));
          }
        });
    return rows;
  }

  @ParameterizedTest
  @ValueSource(strings = {"commit", "none", "interval:5"})
  void rows_come_back_as_they_were_appended_live_and_sealed(String durability) throws IOException {
    LogOptions options =
        LogOptions.DEFAULT.withDurability(Durability.parse(durability)).withContainers(2, 16);
    try (LogWriter writer = writer(options)) {
      writeTick(writer, 0, 3);
      writeTick(writer, 5, 40);
      writeTick(writer, 6, 0);
      writer.sync();
      List<String> live;
      try (Log log = Log.open(storage, STORE, SCHEMA.keys())) {
        log.verifyChain();
        assertThat(log.tail().kind()).isEqualTo(Tail.Kind.CLEAN);
        assertThat(log.end()).isEqualTo(writer.flushed());
        assertThat(log.end().seq()).isEqualTo(3 + 40 + 3 + 3);
        live = read(log);
      }
      assertThat(live.get(0)).isEqualTo("0 0 creature.x 0.0 null");
      assertThat(live.get(3)).isEqualTo("0 7 creature.cause 0.0 cause 0");
      assertThat(live.get(4)).startsWith("0 4 tick.commit ");
      assertThat(live.get(44)).isEqualTo("5 39 creature.x 5039.0 null");
      writer.seal();
      assertThat(storage.list("log/live")).isEmpty();
      assertThat(storage.list("log")).containsExactly("00000000000000000000.arrow", "live");
      try (Log log = Log.open(storage, STORE, SCHEMA.keys())) {
        log.verifyChain();
        assertThat(read(log)).isEqualTo(live);
      }
    }
  }

  @Test
  void a_tick_without_its_commit_row_is_not_there() throws IOException {
    LogWriter writer = writer(LogOptions.DEFAULT.withContainers(2, 4));
    writeTick(writer, 0, 3);
    writer.beginTick(1);
    for (int i = 0; i < 9; i++) {
      writer.append(i, keys.key("creature.x").code(), 0);
    }
    writer.close();
    try (Log log = Log.open(storage, STORE, SCHEMA.keys())) {
      assertThat(log.end().seq()).isEqualTo(5);
      assertThat(log.end().tick()).isZero();
      assertThat(log.tail().kind()).isEqualTo(Tail.Kind.TORN);
      assertThat(log.tail().finding()).isEqualTo("9 rows without a commit row");
      assertThat(read(log)).hasSize(5);
    }
    LogRecovery.prepare(storage);
    try (Log log = Log.open(storage, STORE, SCHEMA.keys())) {
      log.verifyChain();
      assertThat(log.tail().kind()).isEqualTo(Tail.Kind.CLEAN);
      assertThat(read(log)).hasSize(5);
    }
  }

  @Test
  void segments_roll_and_continue_each_other() throws IOException {
    try (LogWriter writer = writer(LogOptions.DEFAULT.withSegmentBytes(4000))) {
      for (int tick = 0; tick < 30; tick++) {
        writeTick(writer, tick, 20);
      }
    }
    try (Log log = Log.open(storage, STORE, SCHEMA.keys())) {
      assertThat(log.segments().size()).isGreaterThan(3);
      log.verifyChain();
      assertThat(read(log)).hasSize(30 * 22);
    }
  }

  @Test
  void invalid_use_is_refused_by_name() throws IOException {
    try (LogWriter writer = writer(LogOptions.DEFAULT)) {
      assertThatThrownBy(() -> writer.append(0, 1, 0))
          .isInstanceOf(InvalidUseException.class)
          .hasMessage("Cannot append outside a tick");
      writeTick(writer, 4, 1);
      assertThatThrownBy(() -> writer.beginTick(4))
          .isInstanceOf(InvalidUseException.class)
          .hasMessage("Cannot begin tick 4: expected one after 4, below 2^63 - 1");
      assertThatThrownBy(() -> writer.beginTick(Long.MAX_VALUE)) // spec L-2
          .isInstanceOf(InvalidUseException.class);
      writeTick(writer, Long.MAX_VALUE - 1, 1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"FAIL", "SHORT", "CRASH"})
  void a_fault_at_any_operation_poisons_and_keeps_what_was_acknowledged(String name)
      throws IOException {
    Fault fault = Fault.valueOf(name);
    for (long operation = 0; ; operation++) {
      MemoryStorage faulty = new MemoryStorage();
      faulty.plan(FaultPlan.once(operation, fault));
      long acknowledged = 0;
      boolean failed = false;
      KeyTable keyTable = new KeyTable(SCHEMA.keys());
      LogWriter.Start start = new LogWriter.Start(STORE, 1, true, LogPosition.START);
      LogWriter writer = LogWriter.open(faulty, start, keyTable, codebook, LogOptions.DEFAULT);
      try (writer) {
        for (int tick = 0; tick < 4; tick++) {
          writeTick(writer, tick, 3);
          acknowledged = writer.committed().seq();
        }
        writer.seal();
      } catch (WriterPoisonedException e) {
        failed = true;
        assertThat(e.acknowledgedSeq()).isEqualTo(acknowledged);
        assertThatThrownBy(() -> writer.beginTick(9))
            .isInstanceOfAny(WriterPoisonedException.class, InvalidUseException.class);
      } catch (IOException e) {
        failed = true; // while sealing
      }
      if (!failed) {
        assertThat(operation).isGreaterThan(15);
        return;
      }
      for (CrashKind kind : CrashKind.values()) {
        MemoryStorage after = faulty.afterCrash(kind);
        LogRecovery.prepare(after);
        LogRecovery.prepare(after);
        try (Log log = Log.open(after, STORE, SCHEMA.keys())) {
          log.verifyChain();
          assertThat(log.end().seq())
              .as("%s at %d", kind, operation)
              .isGreaterThanOrEqualTo(acknowledged);
        }
      }
    }
  }

  @Test
  void followers_see_every_committed_row_once_across_rolls_and_seals() throws IOException {
    List<String> followed = new ArrayList<>();
    LogFollower follower = LogFollower.open(storage, SCHEMA.keys(), LogPosition.START);
    Log.Visitor visitor =
        (batch, from, to) -> {
          for (int i = from; i < to; i++) {
            followed.add(batch.firstSeq() + i + " " + batch.tick(i) + " " + batch.val(i));
          }
        };
    LogOptions options =
        LogOptions.DEFAULT
            .withDurability(Durability.NONE)
            .withContainers(2, 7)
            .withSegmentBytes(3000);
    assertThat(follower.poll(visitor)).isFalse();
    try (LogWriter writer = writer(options)) {
      for (int tick = 0; tick < 60; tick++) {
        writeTick(writer, tick, tick % 23);
        if (tick % 3 == 0) {
          writer.sync();
          assertThat(follower.poll(visitor)).isTrue();
          assertThat(follower.position().tick()).isEqualTo(tick);
        }
      }
      writer.seal();
    }
    assertThat(follower.poll(visitor)).isTrue();
    assertThat(follower.poll(visitor)).isFalse();
    follower.close();
    List<String> all = new ArrayList<>();
    try (Log log = Log.open(storage, STORE, SCHEMA.keys())) {
      log.scan(
          0,
          Long.MAX_VALUE,
          (batch, from, to) -> {
            for (int i = from; i < to; i++) {
              all.add(batch.firstSeq() + i + " " + batch.tick(i) + " " + batch.val(i));
            }
          });
      assertThat(log.end().seq()).isEqualTo(followed.size());
    }
    assertThat(followed).isEqualTo(all);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void a_follower_goes_on_where_a_writer_does_after_a_torn_tail(int committed) throws IOException {
    List<String> followed = new ArrayList<>();
    Log.Visitor visitor =
        (batch, from, to) -> {
          for (int i = from; i < to; i++) {
            followed.add(batch.firstSeq() + i + " " + batch.tick(i) + " " + batch.val(i));
          }
        };
    LogOptions options = LogOptions.DEFAULT.withContainers(2, 4);
    LogFollower follower = LogFollower.open(storage, SCHEMA.keys(), LogPosition.START);
    LogWriter torn = writer(options);
    for (int tick = 0; tick < committed; tick++) {
      writeTick(torn, tick, 5);
    }
    torn.beginTick(committed);
    for (int i = 0; i < 9; i++) {
      torn.append(i, keys.key("creature.x").code(), 0);
    }
    torn.close();
    assertThat(follower.poll(visitor)).isEqualTo(committed > 0);
    assertThat(followed).hasSize(7 * committed);
    LogRecovery.prepare(storage);
    assertThat(follower.poll(visitor)).isFalse();
    LogPosition end;
    try (Log log = Log.open(storage, STORE, SCHEMA.keys())) {
      end = log.end();
    }
    assertThat(follower.position()).isEqualTo(end);
    LogWriter.Start start = new LogWriter.Start(STORE, 1, true, end);
    try (LogWriter writer = LogWriter.open(storage, start, keys, codebook, options)) {
      for (int tick = committed; tick < 4; tick++) {
        writeTick(writer, tick, 5);
      }
      assertThat(follower.poll(visitor)).isTrue();
    }
    assertThat(followed).hasSize(7 * 4);
    assertThat(follower.position().tick()).isEqualTo(3);
    follower.close();
  }

  @Test
  void a_follower_meets_the_keys_that_a_segment_declares_on_the_way() throws IOException {
    List<String> followed = new ArrayList<>();
    LogFollower follower = LogFollower.open(storage, SCHEMA.keys(), LogPosition.START);
    try (LogWriter writer = writer(LogOptions.DEFAULT)) {
      for (int tick = 0; tick < 6; tick++) {
        int code = keys.size();
        writer.beginTick(tick);
        writer.append(0, keys.key("creature.x").code(), Values.ofF32(tick));
        writer.declare(
            new Key(code, "more." + tick, ColumnType.F32, KeyKind.EVENT, 0, Optional.empty()));
        writer.append(1, code, Values.ofF32(tick));
        writer.commit();
        follower.poll(
            (batch, from, to) -> {
              for (int i = from; i < to; i++) {
                followed.add(follower.keys().key(batch.key(i)).name());
              }
            });
      }
    }
    assertThat(followed).contains("more.0", "more.5").hasSize(6 * 3);
    assertThat(follower.keys().size()).isEqualTo(SCHEMA.keys().size() + 6);
    follower.close();
  }

  @Test
  void under_fail_a_tick_without_room_is_refused_by_name() throws IOException {
    LogOptions options =
        LogOptions.DEFAULT.withContainers(3, 10).withOverflow(LogOptions.Overflow.FAIL);
    try (LogWriter writer = writer(options)) {
      writer.reserve(0, 30);
      assertThatThrownBy(() -> writer.reserve(0, 31))
          .isInstanceOf(LogFullException.class)
          .hasMessage(
              "Cannot log tick 0 of 31 rows: all containers together hold 30; use more or larger"
                  + " containers, or let it block");
      writeTick(writer, 0, 20);
      assertThat(writer.committed().seq()).isEqualTo(22);
    }
  }
}
