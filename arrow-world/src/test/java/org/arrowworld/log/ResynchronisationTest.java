// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.arrowworld.internal.ipc.BatchSearch;
import org.arrowworld.internal.store.MutableCodebook;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.testing.CountingStorage;
import org.junit.jupiter.api.Test;

/**
 * The search for batches behind damage (spec B-5, B-10): whatever stands there, the bytes read are
 * a small multiple of the file's, counted at the storage.
 */
class ResynchronisationTest {
  private static final WorldSchema SCHEMA =
      WorldSchema.of(TableSchema.row("c").column("x", ColumnType.F32).build());
  private static final StoreId STORE = new StoreId("00112233445566778899aabbccddeeff");

  /** The scan before the search reads the file once, the search itself at most this often. */
  private static final int MOST_READINGS = 2 + 2 + BatchSearch.READ_AGAIN_RATIO;

  private final MemoryStorage disk = new MemoryStorage();
  private byte[] sound;
  private long lastBatchAt;

  private void write(int ticks) throws IOException {
    KeyTable keys = new KeyTable(SCHEMA.keys());
    LogWriter.Start start = new LogWriter.Start(STORE, 1, false, LogPosition.START);
    try (LogWriter writer =
        LogWriter.open(disk, start, keys, new MutableCodebook(), LogOptions.DEFAULT)) {
      for (int tick = 0; tick < ticks; tick++) {
        writer.beginTick(tick);
        writer.commit();
      }
    }
    sound = disk.bytes(SegmentFormat.livePath(0));
    try (SegmentReader reader = SegmentReader.open(disk, SegmentFormat.livePath(0), 0)) {
      var batches = SegmentIndexer.live(reader).batches();
      lastBatchAt = batches.get(batches.size() - 1).from();
    }
  }

  private Tail tailOf(byte[] bytes) throws IOException {
    disk.put(SegmentFormat.livePath(0), bytes);
    CountingStorage counted =
        new CountingStorage(disk, MOST_READINGS * (long) bytes.length + (1 << 20));
    try (Log log = Log.open(counted, STORE, SCHEMA.keys())) {
      return log.tail();
    }
  }

  private byte[] followedBy(byte[] pattern, int times) {
    int from = (sound.length + 7) / 8 * 8 + 8; // behind something that ends the stream
    byte[] bytes = Arrays.copyOf(sound, from + pattern.length * times);
    bytes[from - 8] = 1;
    for (int i = 0; i < times; i++) {
      System.arraycopy(pattern, 0, bytes, from + i * pattern.length, pattern.length);
    }
    return bytes;
  }

  private static byte[] words(int... words) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * words.length).order(ByteOrder.LITTLE_ENDIAN);
    for (int word : words) {
      bytes.putInt(word);
    }
    return bytes.array();
  }

  @Test
  void a_beginning_repeated_millions_of_times_is_torn_after_one_reading() throws IOException {
    write(3);
    Tail tail = tailOf(followedBy(words(0xFFFF_FFFF, 0x00FF_FFF8), 2_600_000));
    assertThat(tail.kind()).isEqualTo(Tail.Kind.TORN);
  }

  @Test
  void beginnings_whose_roots_seem_right_are_given_up_and_the_file_is_damaged() throws IOException {
    write(3);
    Tail tail = tailOf(followedBy(words(0xFFFF_FFFF, 0x00FF_FFF8, 0x0020_0000, 0), 1_500_000));
    assertThat(tail.kind()).isEqualTo(Tail.Kind.DAMAGED);
    assertThat(tail.finding()).contains("looks like the beginning of a batch that not all");
  }

  @Test
  void the_metadata_of_a_batch_repeated_without_its_body_is_read_once() throws IOException {
    write(3);
    byte[] header = Arrays.copyOfRange(sound, (int) lastBatchAt, sound.length);
    header = Arrays.copyOf(header, header.length / 8 * 8);
    Tail tail = tailOf(followedBy(header, 20_000));
    assertThat(tail.kind()).as("%s", tail).isEqualTo(Tail.Kind.TORN); // none is a later one
  }

  @Test
  void a_later_batch_is_found_wherever_it_stands() throws IOException {
    write(4);
    int damagedAt;
    try (SegmentReader reader = SegmentReader.open(disk, SegmentFormat.livePath(0), 0)) {
      damagedAt = (int) SegmentIndexer.live(reader).batches().get(1).from();
    }
    for (int gap : new int[] {0, 8, 1 << 19, (1 << 20) - 64, (1 << 20) - 8, 1 << 20, 3 << 20}) {
      byte[] bytes = new byte[sound.length + gap];
      System.arraycopy(sound, 0, bytes, 0, damagedAt);
      Arrays.fill(bytes, damagedAt, damagedAt + gap, (byte) 7);
      System.arraycopy(sound, damagedAt, bytes, damagedAt + gap, sound.length - damagedAt);
      bytes[damagedAt + gap + 12] ^= 1; // the first batch of them is not readable either
      Tail tail = tailOf(bytes);
      assertThat(tail.kind()).as("a gap of %d", gap).isEqualTo(Tail.Kind.DAMAGED);
      assertThat(tail.finding()).contains("a batch of the log stands at byte ");
    }
  }
}
