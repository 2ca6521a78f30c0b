// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.BufferCompression;
import org.arrowworld.storage.MemoryStorage;
import org.junit.jupiter.api.Test;

/** A batch that a crash left behind in the middle of a tick (spec L-22, L-23). */
class TornTickTest {
  private static final WorldSchema SCHEMA =
      WorldSchema.of(TableSchema.row("c").column("x", ColumnType.F64).build());

  private final MemoryStorage storage = new MemoryStorage();
  private final KeyTable keys = new KeyTable(SCHEMA.keys());
  private final StoreId store = new StoreId("0123456789abcdef0123456789abcdef");

  @Test
  void recovery_cuts_inside_the_last_batch_and_keeps_what_was_committed() throws IOException {
    int born = keys.key("c.born").code();
    Triples rows = new Triples(16);
    rows.add(3, 0, born, 0);
    rows.add(3, 1, born, 0);
    rows.add(3, 2, KeyTable.COMMIT, 0);
    rows.add(4, 2, born, 0);
    rows.add(4, 3, born, 0);
    write(rows);
    List<Integer> before = rids();
    LogRecovery.prepare(storage, BufferCompression.NONE);
    assertThat(storage.list(SegmentFormat.LIVE)).isEmpty();
    assertThat(storage.list(SegmentFormat.LOG)).contains("00000000000000000000.arrow");
    assertThat(rids()).isEqualTo(before).containsExactly(0, 1, 2);
    try (Log log = Log.open(storage, store, keys.from(0))) {
      assertThat(log.end().tick()).isEqualTo(3);
      assertThat(log.end().seq()).isEqualTo(3);
      assertThat(log.tail().kind()).isEqualTo(Tail.Kind.CLEAN);
      log.verifyChain();
    }
  }

  @Test
  void behind_a_header_alone_the_tail_is_clean_with_room_and_without() throws IOException {
    byte[] header = header();
    assertThat(tail(header)).isEqualTo(Tail.Kind.CLEAN);
    assertThat(tail(Arrays.copyOf(header, header.length + 4096))).isEqualTo(Tail.Kind.CLEAN);
    byte[] more = Arrays.copyOf(header, header.length + 4096);
    more[header.length + 100] = 1;
    assertThat(tail(more)).isEqualTo(Tail.Kind.TORN);
  }

  @Test
  void a_header_that_lacks_its_end_is_damaged() throws IOException {
    byte[] header = header();
    for (int length = 0; length < header.length; length++) {
      storage.put(SegmentFormat.livePath(0), Arrays.copyOf(header, length));
      assertThatThrownBy(
              () -> {
                LogRecovery.prepare(storage, BufferCompression.NONE);
              })
          .as("%d of %d bytes", length, header.length)
          .isInstanceOf(DamagedFileException.class);
    }
  }

  private byte[] header() throws IOException {
    write(new Triples(16));
    return storage.bytes(SegmentFormat.livePath(0));
  }

  private Tail.Kind tail(byte[] file) throws IOException {
    storage.put(SegmentFormat.livePath(0), file);
    try (Log log = Log.open(storage, store, keys.from(0))) {
      return log.tail().kind();
    }
  }

  private void write(Triples rows) throws IOException {
    SegmentFormat.Header header = new SegmentFormat.Header(store, 1, LogPosition.START, false, 1);
    AtomicFiles.createDirectories(storage, SegmentFormat.LIVE);
    SegmentWriter writer =
        SegmentWriter.create(storage, header, keys, code -> null, new ChainDigest(0, false));
    if (rows.size() > 0) {
      writer.write(rows, 0, rows.size(), keys.size());
    }
    writer.force();
    writer.close();
  }

  private List<Integer> rids() throws IOException {
    List<Integer> rids = new ArrayList<>();
    try (Log log = Log.open(storage, store, keys.from(0))) {
      log.scan(
          0,
          Long.MAX_VALUE,
          (batch, from, to) -> {
            for (int row = from; row < to; row++) {
              rids.add(batch.rid(row));
            }
          });
    }
    return rids;
  }
}
