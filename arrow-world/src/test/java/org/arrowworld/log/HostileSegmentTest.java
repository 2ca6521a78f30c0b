// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.UnsupportedVersionException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.ipc.IpcEncoder;
import org.arrowworld.internal.ipc.IpcMessage;
import org.arrowworld.internal.store.MutableCodebook;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.schema.Lineage;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.Values;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.BufferCompression;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.testing.Programme;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * RELIABILITY contract 5: segments whose bytes were changed and whose checksums were then made to
 * match, as an attacker would. Whatever comes out is a typed error or rows, never anything else.
 */
class HostileSegmentTest {
  private static final WorldSchema SCHEMA =
      WorldSchema.of(
          TableSchema.row("c").column("x", ColumnType.F32).lineage(Lineage.CAUSE).build());
  private static final StoreId STORE = new StoreId("00112233445566778899aabbccddeeff");

  /** What is changed. */
  private enum Form {
    LIVE(SegmentFormat.livePath(0), 0),
    ZSTD(SegmentFormat.sealedPath(0), 8);

    final String path;
    final long firstMessage;

    Form(String path, long firstMessage) {
      this.path = path;
      this.firstMessage = firstMessage;
    }
  }

  /** A batch of the intact file: its extent, and where its checksum's digits stand. */
  private record Extent(int from, int to, int digits) {}

  private static MemoryStorage segment(Form form) throws IOException {
    MemoryStorage storage = new MemoryStorage();
    KeyTable keys = new KeyTable(SCHEMA.keys());
    MutableCodebook codebook = new MutableCodebook();
    LogOptions options = LogOptions.DEFAULT.withSealing(BufferCompression.zstd(1));
    LogWriter.Start start = new LogWriter.Start(STORE, 1, true, LogPosition.START);
    try (LogWriter log = LogWriter.open(storage, start, keys, codebook, options)) {
      for (int tick = 0; tick < 2; tick++) {
        log.beginTick(tick);
        log.append(tick, keys.key("c.born").code(), 0);
        log.append(tick, keys.key("c.x").code(), Values.ofF32(tick));
        log.append(tick, keys.key("c.cause").code(), Values.ofInteger(codebook.intern("w" + tick)));
        log.commit();
      }
      if (form == Form.ZSTD) {
        log.seal();
      }
    }
    return storage;
  }

  private static List<Extent> extents(MemoryStorage storage, Form form) throws IOException {
    List<Extent> extents = new ArrayList<>();
    try (SegmentReader reader = SegmentReader.open(storage, form.path, form.firstMessage)) {
      for (SegmentIndex.Entry entry : SegmentIndexer.live(reader).batches()) {
        long at = Math.max(entry.from(), form.firstMessage);
        IpcMessage message = IpcMessage.read(reader.file(), at, entry.to());
        while (message.end() < entry.to()) {
          message = IpcMessage.read(reader.file(), message.end(), entry.to());
        }
        int digits = (int) message.customMetadataOffset(IpcEncoder.BATCH_CRC);
        extents.add(new Extent((int) entry.from(), (int) entry.to(), digits));
      }
    }
    return extents;
  }

  @Test
  void an_uncompressed_length_that_lies_is_found_before_memory_is_taken() throws IOException {
    MemoryStorage storage = segment(Form.ZSTD);
    List<Extent> extents = extents(storage, Form.ZSTD);
    int tickAt;
    try (SegmentReader reader = SegmentReader.open(storage, Form.ZSTD.path, 8)) {
      IpcMessage message = IpcMessage.read(reader.file(), 8, extents.get(0).to);
      while (message.kind() != IpcMessage.Kind.RECORD_BATCH) {
        message = IpcMessage.read(reader.file(), message.end(), extents.get(0).to);
      }
      tickAt = (int) message.bufferExtent(1).offset();
    }
    byte[] original = storage.bytes(Form.ZSTD.path);
    for (long lie : new long[] {-2, 1, 1L << 31, 1L << 62, Long.MIN_VALUE}) {
      byte[] changed = original.clone();
      ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN).putLong(tickAt, lie);
      reseal(changed, extents);
      storage.put(Form.ZSTD.path, changed);
      try (Log log = Log.open(storage, STORE, SCHEMA.keys())) {
        assertThatThrownBy(log::verifyChain)
            .isInstanceOf(DamagedFileException.class)
            .hasMessageContaining("Cannot read log/00000000000000000000.arrow at byte ")
            .hasMessageContaining(
                Text.of("buffer 1 declares %d uncompressed bytes, expected 64", lie));
      }
    }
  }

  /** Makes every batch's checksum match the bytes (spec B-2). */
  private static void reseal(byte[] bytes, List<Extent> extents) {
    CRC32 crc =
        SegmentWriter.firstCrc(new SegmentFormat.Header(STORE, 1, LogPosition.START, true, 1));
    for (Extent e : extents) {
      byte[] open = IpcEncoder.OPEN_CRC.getBytes(StandardCharsets.US_ASCII);
      System.arraycopy(open, 0, bytes, e.digits, 8);
      crc.update(bytes, e.from, e.to - e.from);
      int value = (int) crc.getValue();
      System.arraycopy(
          Text.of("%08x", value).getBytes(StandardCharsets.US_ASCII), 0, bytes, e.digits, 8);
      crc = SegmentWriter.nextCrc(value);
    }
  }

  @ParameterizedTest
  @EnumSource(Form.class)
  void every_bit_flipped_under_a_matching_checksum_gives_a_typed_error_or_rows(Form form)
      throws IOException {
    MemoryStorage storage = segment(form);
    List<Extent> extents = extents(storage, form);
    assertThat(extents).hasSize(form == Form.LIVE ? 2 : 1);
    byte[] original = storage.bytes(form.path);
    int refused = 0;
    int read = 0;
    for (int bit = 0; bit < original.length * 8; bit++) {
      byte[] changed = original.clone();
      changed[bit / 8] ^= (byte) (1 << (bit % 8));
      reseal(changed, extents);
      storage.put(form.path, changed);
      try (Log log = Log.open(storage, STORE, SCHEMA.keys())) {
        log.verifyChain();
        read++;
      } catch (DamagedFileException | UnsupportedVersionException e) {
        assertThat(e).hasMessageStartingWith("Cannot read ");
        refused++;
      } catch (RuntimeException | Error e) {
        throw new AssertionError(Text.of("byte %d bit %d", bit / 8, bit % 8), e);
      }
    }
    assertThat(refused).isPositive();
    assertThat(read).isPositive();
    Programme.report("HostileSegmentTest %s: %d refused, %d read", form, refused, read);
  }
}
