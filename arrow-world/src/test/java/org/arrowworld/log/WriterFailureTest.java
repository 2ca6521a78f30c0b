package org.arrowworld.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.arrowworld.errors.WriterPoisonedException;
import org.arrowworld.schema.Codebook;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.KeyKind;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.FaultPlan.Fault;
import org.arrowworld.storage.FaultPlan.Operation;
import org.arrowworld.storage.MemoryStorage;
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

  private final MemoryStorage storage = new MemoryStorage();
  private final KeyTable keys = new KeyTable(SCHEMA.keys());

  private LogWriter writer(LogOptions options) {
    return LogWriter.open(storage, START, keys, new Codebook(), options);
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
}
