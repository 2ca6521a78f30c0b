// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.arrowworld.errors.WriterPoisonedException;
import org.arrowworld.internal.store.MutableCodebook;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.Values;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.FaultPlan.Fault;
import org.arrowworld.storage.FaultPlan.Operation;
import org.arrowworld.storage.MemoryStorage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ticks that are committed whole, from where their rows are. */
class WholeTickTest {
  private static final WorldSchema SCHEMA =
      WorldSchema.of(
          TableSchema.row("c")
              .column("x", ColumnType.F64)
              .column("name", ColumnType.STRING)
              .build());
  private static final StoreId STORE = new StoreId("00112233445566778899aabbccddeeff");
  private static final int CONTAINER_ROWS = 8;

  private final MemoryStorage storage = new MemoryStorage();
  private final KeyTable keys = new KeyTable(SCHEMA.keys());
  private final MutableCodebook codebook = new MutableCodebook();
  private final Triples rows = new Triples(2);

  private LogWriter writer(MemoryStorage of) {
    LogOptions options = LogOptions.DEFAULT.withContainers(2, CONTAINER_ROWS);
    LogWriter.Start start = new LogWriter.Start(STORE, 1, true, LogPosition.START);
    return LogWriter.open(of, start, keys, codebook, options);
  }

  private Triples rows(long tick, int count) {
    rows.clear();
    for (int i = 0; i < count; i++) {
      if (i % 3 == 0) {
        int word = codebook.intern("word " + i % 7);
        rows.add(tick, i, keys.key("c.name").code(), Values.ofInteger(word));
      } else {
        rows.add(tick, i, keys.key("c.x").code(), Values.ofInteger(tick * 1000 + i));
      }
    }
    return rows;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 6, 7, 8, 9, 15, 16, 17, 100})
  void they_leave_the_same_bytes_as_rows_appended_one_after_the_other(int count)
      throws IOException {
    MemoryStorage appended = new MemoryStorage();
    try (LogWriter whole = writer(storage);
        LogWriter single = writer(appended)) {
      for (long tick = 0; tick < 5; tick++) {
        single.beginTick(tick);
        single.appendAll(rows(tick, count));
        single.commit();
        whole.commitTick(tick, rows(tick, count));
        assertThat(rows.size()).as("the caller's rows are its own again").isEqualTo(count);
        assertThat(whole.committed()).isEqualTo(single.committed());
        assertThat(whole.acknowledged()).isEqualTo(single.acknowledged());
      }
    }
    assertThat(storage.bytes(SegmentFormat.livePath(0)))
        .isEqualTo(appended.bytes(SegmentFormat.livePath(0)));
  }

  @Test
  void they_come_behind_the_ticks_that_did_not_wait() throws IOException {
    try (LogWriter writer = writer(storage)) {
      for (long tick = 0; tick < 60; tick++) {
        if (tick % 4 == 3) {
          writer.commitTick(tick, rows(tick, (int) tick));
          assertThat(writer.acknowledged().tick()).isEqualTo(tick);
        } else {
          writer.commitTickLater(tick, rows(tick, (int) tick % 13));
        }
      }
    }
    try (Log log = Log.open(storage, STORE, SCHEMA.keys())) {
      log.verifyChain();
      assertThat(log.end().tick()).isEqualTo(59);
      List<Long> ticks = new ArrayList<>();
      log.scan(
          0,
          Long.MAX_VALUE,
          (batch, from, to) -> {
            for (int row = from; row < to; row++) {
              if (batch.key(row) == KeyTable.COMMIT) {
                ticks.add(batch.tick(row));
              }
            }
          });
      assertThat(ticks).hasSize(60).isSorted();
    }
  }

  @Test
  void a_failed_force_gives_the_rows_back_and_takes_no_more() throws IOException {
    LogWriter writer = writer(storage);
    writer.commitTick(0, rows(0, 20));
    storage.plan(
        (index, operation, path) -> operation == Operation.FORCE ? Fault.FAIL : Fault.NONE);
    for (int attempt = 0; attempt < 2; attempt++) {
      assertThatThrownBy(() -> writer.commitTick(1, rows(1, 20)))
          .isInstanceOf(WriterPoisonedException.class)
          .hasMessageContaining("stored up to tick 0, seq 21");
      assertThat(rows.size()).isEqualTo(20);
    }
    assertThatThrownBy(writer::close).isInstanceOf(WriterPoisonedException.class);
  }
}
