// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.arrowworld.errors.WriterPoisonedException;
import org.arrowworld.internal.store.MutableCodebook;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.KeyKind;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.FaultPlan.Fault;
import org.arrowworld.storage.FaultPlan.Operation;
import org.arrowworld.storage.ForwardingStorage;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.storage.Storage;
import org.arrowworld.storage.WritableFile;
import org.junit.jupiter.api.Test;

/** What a log writer does where something fails beside the flush of a tick. */
class WriterFailureTest {
  private static final WorldSchema SCHEMA =
      WorldSchema.of(TableSchema.row("c").column("x", ColumnType.F64).build());
  private static final LogWriter.Start START =
      new LogWriter.Start(
          new StoreId("00112233445566778899aabbccddeeff"), 1, false, LogPosition.START);

  /** Forced when asked, or at the end: the interval does not pass in a test. */
  private static final LogOptions SELDOM =
      LogOptions.DEFAULT.withDurability(Durability.parse("interval:3600000"));

  private static final String UNSEALED = SegmentFormat.SEALED_ENDING + AtomicFiles.UNFINISHED;

  private final MemoryStorage storage = new MemoryStorage();
  private final KeyTable keys = new KeyTable(SCHEMA.keys());

  private LogWriter writer(LogOptions options) {
    return LogWriter.open(storage, START, keys, new MutableCodebook(), options);
  }

  private void tick(LogWriter writer, long tick) throws IOException {
    writer.beginTick(tick);
    writer.append(1, keys.key("c.x").code(), 0);
    writer.commit();
  }

  private void declare(LogWriter writer, String name) throws IOException {
    writer.declare(new Key(keys.size(), name, ColumnType.F64, KeyKind.EVENT, 0, Optional.empty()));
  }

  @Test
  void a_failed_force_before_wider_key_codes_poisons_and_is_not_tried_again() throws IOException {
    AtomicInteger forces = new AtomicInteger();
    storage.plan(
        (index, operation, path) ->
            operation == Operation.FORCE
                    && path.endsWith(".arrows")
                    && forces.getAndIncrement() == 0
                ? Fault.FAIL
                : Fault.NONE);
    LogWriter writer = writer(SELDOM);
    tick(writer, 0);
    assertThatThrownBy(
            () -> {
              while (keys.size() < 257) {
                declare(writer, "more." + keys.size());
              }
              tick(writer, 1);
              writer.sync();
            })
        .isInstanceOf(WriterPoisonedException.class)
        .hasMessageContaining("stored up to tick -1, seq 0");
    assertThatThrownBy(writer::sync).isInstanceOf(WriterPoisonedException.class);
    assertThatThrownBy(writer::close).isInstanceOf(WriterPoisonedException.class);
    assertThat(writer.acknowledged()).isEqualTo(LogPosition.START);
    assertThat(forces).hasValue(1);
  }

  @Test
  void wider_key_codes_begin_a_segment_once_there_are_rows() throws IOException {
    LogWriter writer = writer(SELDOM);
    tick(writer, 0);
    while (keys.size() < 257) {
      declare(writer, "more." + keys.size());
    }
    tick(writer, 1);
    tick(writer, 2);
    writer.close();
    try (Log log = Log.open(storage, START.store(), SCHEMA.keys())) {
      log.verifyChain();
      assertThat(log.segments())
          .containsExactly(SegmentFormat.sealedPath(0), SegmentFormat.livePath(2));
      assertThat(log.keys().size()).isEqualTo(257);
      assertThat(log.end()).isEqualTo(writer.flushed());
    }
  }

  @Test
  void a_failed_last_flush_comes_before_a_segment_that_could_not_be_sealed() throws IOException {
    AtomicBoolean broken = new AtomicBoolean();
    storage.plan(
        (index, operation, path) ->
            path.endsWith(UNSEALED) || (broken.get() && operation == Operation.WRITE)
                ? Fault.FAIL
                : Fault.NONE);
    LogWriter writer = writer(LogOptions.DEFAULT.withSegmentBytes(1));
    tick(writer, 0);
    writer.beginTick(1);
    writer.append(1, keys.key("c.x").code(), 0);
    broken.set(true);
    assertThatThrownBy(writer::close)
        .isInstanceOf(WriterPoisonedException.class)
        .hasMessageContaining("stored up to tick 0, seq 2")
        .satisfies(
            e ->
                assertThat(e.getSuppressed())
                    .singleElement()
                    .satisfies(s -> assertThat(s).hasMessageStartingWith("Cannot seal a segment")));
    writer.close();
  }

  /** Sealing that goes on only when a closing thread waits for it, or is through. */
  private static final class SealsLast extends ForwardingStorage {
    private final Thread closer = Thread.currentThread();
    private final CountDownLatch passed = new CountDownLatch(1);
    private volatile boolean closed;
    private volatile boolean sealedTooLate;

    SealsLast(Storage storage) {
      super(storage);
    }

    @Override
    public WritableFile create(String path) throws IOException {
      if (path.endsWith(UNSEALED)) {
        boolean waits = false;
        while (!waits && !sealedTooLate) {
          Thread.onSpinWait();
          waits = closer.getState() == Thread.State.WAITING;
          sealedTooLate = closed;
        }
        passed.countDown();
      }
      return super.create(path);
    }
  }

  @Test
  void a_close_on_an_interrupted_thread_waits_until_sealing_has_ended() throws Exception {
    SealsLast sealsLast = new SealsLast(storage);
    LogOptions options = LogOptions.DEFAULT.withSegmentBytes(1);
    SegmentRoll segments = new SegmentRoll(sealsLast, START, keys, new MutableCodebook(), options);
    Triples rows = new Triples(2);
    rows.add(0, 1, keys.key("c.x").code(), 0);
    rows.add(0, 1, KeyTable.COMMIT, 0);
    segments.flush(new BackgroundFlush.Work(rows, 0, 2, keys.size(), true, null));
    Thread.currentThread().interrupt();
    segments.close();
    sealsLast.closed = true;
    assertThat(Thread.interrupted()).as("the interrupt is kept").isTrue();
    sealsLast.passed.await();
    assertThat(sealsLast.sealedTooLate).as("sealed after the close").isFalse();
    assertThat(storage.list(SegmentFormat.LIVE)).isEmpty();
    assertThat(storage.exists(SegmentFormat.sealedPath(0))).isTrue();
  }
}
