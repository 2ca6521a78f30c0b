// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.simlog;

import static org.arrowworld.simlog.SimLogTesting.NONE;
import static org.arrowworld.simlog.SimLogTesting.SMALL;
import static org.arrowworld.simlog.SimLogTesting.groups;
import static org.arrowworld.simlog.SimLogTesting.records;
import static org.arrowworld.simlog.SimLogTesting.verify;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.StoreLockedException;
import org.arrowworld.errors.UnsupportedVersionException;
import org.arrowworld.log.Durability;
import org.arrowworld.log.LogOptions;
import org.arrowworld.maintenance.StoreCompaction;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.storage.MemoryStorage.CrashKind;
import org.arrowworld.store.StoreInfo;
import org.junit.jupiter.api.Test;

/** Commit groups, what is acknowledged, and going on with an existing log. */
class SimLogGroupsTest {
  private final MemoryStorage storage = new MemoryStorage();
  private Runnable timer;
  private boolean timerClosed;

  private SimLog openTimed() throws IOException {
    LogOptions options = LogOptions.DEFAULT.withDurability(Durability.interval(50));
    return SimLog.open(
        storage,
        options,
        (millis, task) -> {
          assertThat(millis).isEqualTo(50);
          timer = task;
          return () -> timerClosed = true;
        });
  }

  /** Spec G-3. */
  @Test
  void a_group_ends_at_commit_and_before_its_container_is_full() throws IOException {
    try (SimLog log = SimLog.open(storage, SMALL)) {
      for (int i = 0; i < 20; i++) {
        log.log(i, "x", i); // 2 rows each: 7 records and the commit row fill 15 of 16 rows
      }
      assertThat(log.commit()).isEqualTo(20);
      log.log(20);
      log.commit();
      log.commit();
      log.log(21);
    }
    assertThat(groups(storage)).containsExactly(7, 7, 6, 1, 1);
    verify(storage);
  }

  @Test
  void a_record_larger_than_a_container_stays_whole() throws IOException {
    try (SimLog log = SimLog.open(storage, SMALL)) {
      for (int i = 0; i < 3; i++) {
        SimRecord record = log.record(i);
        for (int f = 0; f < 50; f++) {
          record.set(log.field("f" + f), i * 100 + f);
        }
        record.end();
        log.log(i + 0.5);
      }
    }
    assertThat(records(storage)).hasSize(6);
    assertThat(records(storage).get(4L)).hasSize(51).containsEntry("f49", 249L);
    verify(storage);
  }

  @Test
  void commit_acknowledges_under_commit() throws IOException {
    try (SimLog log = SimLog.open(storage, LogOptions.DEFAULT.withContainers(2, 16))) {
      for (int i = 0; i < 30; i++) {
        log.log(i, "x", "w" + i % 3);
      }
      log.commit();
      assertThat(log.acknowledged().seq()).isEqualTo(log.committed().seq());
      assertThat(records(storage.afterCrash(CrashKind.POWER))).hasSize(30);
      log.log(99);
    }
    assertThat(records(storage.afterCrash(CrashKind.POWER))).hasSize(31);
  }

  @Test
  void records_of_an_open_group_are_not_seen() throws IOException {
    try (SimLog log = SimLog.open(storage, NONE)) {
      log.log(0);
      log.sync();
      log.log(1);
      assertThat(records(storage)).hasSize(1);
      log.sync();
      assertThat(records(storage)).hasSize(2);
    }
  }

  @Test
  void an_interval_closes_the_group_without_a_call() throws IOException {
    try (SimLog log = openTimed()) {
      log.log(0, "x", 1);
      timer.run();
      assertThat(log.committed().tick()).isZero();
      timer.run();
      assertThat(log.committed().tick()).isZero();
      log.log(1, "x", 2);
      log.log(2, "x", 3);
      timer.run();
      assertThat(log.committed().tick()).isEqualTo(1);
      log.sync();
      assertThat(log.acknowledged().tick()).isEqualTo(1);
      assertThat(groups(storage.afterCrash(CrashKind.POWER))).containsExactly(1, 2);
    }
    assertThat(timerClosed).isTrue();
    timer.run(); // one call that was under way
    verify(storage);
  }

  @Test
  void the_interval_leaves_a_record_that_is_being_built_alone() throws IOException {
    try (SimLog log = openTimed()) {
      log.log(0);
      SimRecord record = log.record(1);
      timer.run();
      record.set(log.field("x"), 5).end();
    }
    assertThat(records(storage).get(1L)).isEqualTo(Map.of("time", 1L, "x", 5L));
    assertThat(groups(storage)).containsExactly(1, 1);
  }

  @Test
  void a_log_goes_on_where_it_ended() throws IOException {
    for (int run = 0; run < 4; run++) {
      try (SimLog log = SimLog.open(storage, NONE)) {
        assertThat(log.records()).isEqualTo(run * 10L);
        for (int i = 0; i < 10; i++) {
          log.log(run * 10 + i, "run", "run " + run, "word", "word " + i % 3, "new" + run, i);
        }
        if (run == 2) {
          log.seal();
        }
      }
    }
    Map<Long, Map<String, Object>> records = records(storage);
    assertThat(records).hasSize(40);
    assertThat(records.get(37L))
        .isEqualTo(Map.of("time", 37L, "run", "run 3", "word", "word 1", "new3", 7L));
    verify(storage);
  }

  /** A base would be an empty world, without the words that later records refer to. */
  @Test
  void the_history_of_a_record_log_cannot_be_dropped() throws IOException {
    try (SimLog log = SimLog.open(storage, NONE)) {
      log.log(0, "word", "a");
      log.commit();
      log.log(1, "word", "a");
    }
    try (BufferAllocator memory = new RootAllocator()) {
      for (int keep : new int[] {0, 1}) {
        assertThatThrownBy(() -> StoreCompaction.keep(storage, keep, memory))
            .isInstanceOf(InvalidUseException.class)
            .hasMessageContaining("it has no tables, so no base could stand for what is dropped");
      }
    }
    StoreCompaction.merge(storage);
    assertThat(records(storage)).hasSize(2);
    verify(storage);
  }

  @Test
  void a_record_without_values_takes_its_number() throws IOException {
    try (SimLog log = SimLog.open(storage, NONE)) {
      log.record().end();
      log.record().end();
      log.log(0);
      log.record().end();
      log.log(1);
      log.record().end();
    }
    assertThat(records(storage).keySet()).containsExactly(2L, 4L);
    try (SimLogReader reader = SimLogReader.open(storage)) {
      assertThat(reader.records()).isEqualTo(5);
    }
  }

  @Test
  void an_empty_log_can_be_read_and_gone_on_with() throws IOException {
    SimLog.open(storage, NONE).close();
    try (SimLogReader reader = SimLogReader.open(storage)) {
      assertThat(reader.records()).isZero();
      assertThat(reader.fields()).isEmpty();
    }
    try (SimLog log = SimLog.open(storage, NONE)) {
      log.log(0);
    }
    assertThat(records(storage)).hasSize(1);
  }

  @Test
  void a_second_writer_is_refused_by_name() throws IOException {
    try (SimLog log = SimLog.open(storage, NONE)) {
      log.log(0);
      assertThatThrownBy(() -> SimLog.open(storage, NONE))
          .isInstanceOf(StoreLockedException.class)
          .hasMessageContaining("it is held by process " + ProcessHandle.current().pid());
    }
    SimLog.open(storage, NONE).close();
  }

  @Test
  void a_store_of_another_kind_is_refused_and_left_alone() throws IOException {
    WorldSchema schema = WorldSchema.of(TableSchema.row("c").column("x", ColumnType.F32).build());
    StoreInfo.create(schema, "tick", Map.of()).write(storage);
    assertThatThrownBy(() -> SimLog.open(storage, NONE))
        .isInstanceOf(InvalidUseException.class)
        .hasMessage("Cannot open memory as a record log: its store.json says it is none");
    assertThatThrownBy(() -> SimLogReader.open(storage)).isInstanceOf(InvalidUseException.class);
    assertThat(storage.list("")).containsExactly("store.json");
  }

  @Test
  void an_unknown_version_of_the_record_rules_is_refused_by_number() throws IOException {
    StoreInfo.create(WorldSchema.of(), "group", Map.of("records", "2"))
        .withStrings()
        .write(storage);
    assertThatThrownBy(() -> SimLogReader.open(storage))
        .isInstanceOf(UnsupportedVersionException.class)
        .hasMessageContaining("record log version 2 is not known to this release (it knows 1)");
  }

  @Test
  void misuse_of_the_builder_is_refused() throws IOException {
    SimLog log = SimLog.open(storage, NONE);
    SimField x = log.field("x");
    SimRecord record = log.record(0);
    assertThatThrownBy(() -> log.record(1))
        .isInstanceOf(InvalidUseException.class)
        .hasMessage("Cannot begin record 0 again: it was not ended; end() or discard() it");
    record.set(x, 1);
    assertThatThrownBy(() -> record.set(x, "two"))
        .isInstanceOf(InvalidUseException.class)
        .hasMessage("Cannot set field 'x' twice in record 0");
    record.end();
    assertThatThrownBy(() -> record.set(x, 1))
        .hasMessage("Cannot set field 'x': no record was begun");
    assertThatThrownBy(record::end).hasMessage("Cannot end a record: none was begun");
    try (SimLog other = SimLog.open(new MemoryStorage(), NONE)) {
      SimField foreign = other.field("x");
      SimRecord next = log.record(1);
      assertThatThrownBy(() -> next.set(foreign, 1))
          .hasMessage("Cannot set field 'x': it belongs to another log");
      next.discard();
    }
    log.close();
    log.close();
    assertThatThrownBy(() -> log.log(1))
        .isInstanceOf(InvalidUseException.class)
        .hasMessage("Cannot log: the record log is closed");
    assertThatThrownBy(log::commit).isInstanceOf(InvalidUseException.class);
    assertThat(records(storage)).containsExactly(Map.entry(0L, Map.of("time", 0L, "x", 1L)));
  }

  @Test
  void a_discarded_record_leaves_neither_rows_nor_words() throws IOException {
    try (SimLog log = SimLog.open(storage, NONE)) {
      SimField s = log.field("s");
      log.record(0).set(s, "kept").end();
      log.record(1).set(s, "dropped").discard();
      log.record(1).set(s, "other").end();
      log.record(2).set(s, "dropped").end();
    }
    assertThat(SimLogTesting.values(storage, "s")).containsExactly("kept", "other", "dropped");
    try (SimLog log = SimLog.open(storage, NONE)) {
      log.log(3, "s", "dropped"); // the codebook is rebuilt without a gap
    }
    verify(storage);
  }
}
