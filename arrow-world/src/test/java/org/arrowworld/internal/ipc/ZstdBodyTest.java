// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.ipc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.arrow.flatbuf.CompressionType;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.RecordBatch;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Text;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.storage.ReadableFile;
import org.junit.jupiter.api.Test;

/** Compressed bodies: what is written comes back; lengths that lie are found before allocation. */
class ZstdBodyTest {
  private static final int ROWS = 5000;
  private static final List<IpcField> FIELDS =
      List.of(
          IpcField.plain("steady", IpcType.U64),
          IpcField.plain("noise", IpcType.F64),
          IpcField.plain("small", IpcType.U8));
  private static final long BUDGET = 1 << 20;

  /** A message of three columns: one that shrinks, one that does not, one of single bytes. */
  private static StoredBody body(int threads) throws IOException {
    BodyLayout layout = new BodyLayout(ROWS, 8);
    FIELDS.forEach(field -> layout.column(ROWS, field.widthBytes()));
    ByteBuffer plain =
        ByteBuffer.allocate((int) layout.lengthBytes()).order(ByteOrder.LITTLE_ENDIAN);
    Random random = new Random(11);
    for (int row = 0; row < ROWS; row++) {
      plain.putLong((int) layout.bufferOffset(1) + 8 * row, row / 7);
      plain.putLong((int) layout.bufferOffset(3) + 8 * row, random.nextLong());
      plain.put((int) layout.bufferOffset(5) + row, (byte) (row % 5));
    }
    try (ZstdCompressor compressor = new ZstdCompressor(1, threads)) {
      return compressor.compress(layout, layout.buffers(plain));
    }
  }

  private static byte[] message(StoredBody stored) {
    IpcEncoder.Metadata metadata = IpcEncoder.recordBatchMessage(stored.layout(), Map.of());
    Frame frame = Frame.of(metadata, (int) stored.layout().lengthBytes(), 0, 8);
    stored.fill(frame.body());
    byte[] bytes = new byte[frame.lengthBytes()];
    frame.all().get(bytes);
    return bytes;
  }

  private static IpcMessage.Batch read(byte[] bytes, long budget) throws IOException {
    MemoryStorage storage = new MemoryStorage();
    storage.put("f", bytes);
    try (ReadableFile file = storage.openRead("f")) {
      IpcMessage message = IpcMessage.read(file, 0, bytes.length);
      ByteBuffer body = ByteBuffer.allocate((int) message.bodyBytes());
      file.readFully(body, message.bodyOffset());
      return message.batch(body.flip(), FIELDS, new BodyReader(budget));
    }
  }

  /** File offset of the stored form of a buffer. */
  private static int bufferAt(StoredBody stored, int index) {
    return message(stored).length
        - (int) stored.layout().lengthBytes()
        + (int) stored.layout().bufferOffset(index);
  }

  private static byte[] withLength(StoredBody stored, int buffer, long length) {
    byte[] bytes = message(stored);
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(bufferAt(stored, buffer), length);
    return bytes;
  }

  @Test
  void columns_come_back_whatever_the_number_of_threads() throws IOException {
    byte[] one = message(body(1));
    assertThat(message(body(3))).isEqualTo(one);
    IpcMessage.Batch batch = read(one, BUDGET);
    Random random = new Random(11);
    for (int row = 0; row < ROWS; row++) {
      assertThat(batch.buffers().get(1).getLong(8 * row)).isEqualTo(row / 7);
      assertThat(batch.buffers().get(3).getLong(8 * row)).isEqualTo(random.nextLong());
      assertThat(batch.buffers().get(5).get(row)).isEqualTo((byte) (row % 5));
    }
  }

  @Test
  void a_buffer_that_does_not_shrink_is_stored_as_it_is() throws IOException {
    StoredBody stored = body(2);
    assertThat(stored.layout().bufferLength(1)).isLessThan(8L * ROWS / 4);
    assertThat(stored.layout().bufferLength(3)).isEqualTo(8L * ROWS + 8);
    assertThat(stored.buffers().get(3).order(ByteOrder.LITTLE_ENDIAN).getLong(0)).isEqualTo(-1);
    assertThat(stored.layout().bufferLength(0)).isZero();
  }

  @Test
  void a_length_other_than_the_rows_need_is_refused() throws IOException {
    StoredBody stored = body(1);
    for (long lie : new long[] {1, 8L * ROWS - 8, 8L * ROWS + 72, 1L << 40, Long.MAX_VALUE, -2}) {
      assertThatThrownBy(() -> read(withLength(stored, 1, lie), BUDGET))
          .isInstanceOf(DamagedFileException.class)
          .hasMessageContaining(
              Text.of(
                  "Cannot read f at byte 0: buffer 1 declares %d uncompressed bytes, expected 40000",
                  lie));
    }
  }

  @Test
  void a_length_that_its_zstd_frame_does_not_have_is_refused() throws IOException {
    StoredBody stored = body(1);
    assertThatThrownBy(() -> read(withLength(stored, 5, ROWS + 8), BUDGET))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining("buffer 5 declares 5008 uncompressed bytes, its zstd frame 5000");
  }

  @Test
  void a_body_larger_than_the_budget_is_refused_before_memory_is_taken() throws IOException {
    assertThatThrownBy(() -> read(message(body(1)), 50_000))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining(
            "buffer 3 declares 40000 uncompressed bytes, more than the 10000 left of a budget of"
                + " 50000");
  }

  @Test
  void a_frame_that_is_none_is_refused() throws IOException {
    StoredBody stored = body(1);
    byte[] bytes = message(stored);
    bytes[bufferAt(stored, 1) + 8] ^= 1; // zstd's magic number
    assertThatThrownBy(() -> read(bytes, BUDGET))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining("buffer 1 is not a sound zstd frame (");
  }

  @Test
  void another_codec_is_named() throws IOException {
    byte[] bytes = message(body(1));
    // A table's codec is 0 (LZ4_FRAME), its default, when it is absent; zstd is stored as 1.
    ByteBuffer metadata = ByteBuffer.wrap(bytes).slice(8, bytes.length - 8);
    metadata.order(ByteOrder.LITTLE_ENDIAN);
    RecordBatch batch =
        (RecordBatch) Message.getRootAsMessage(metadata.duplicate()).header(new RecordBatch());
    assertThat(batch.compression().codec()).isEqualTo(CompressionType.ZSTD);
    int table = position(batch);
    byte[] lz4 = bytes.clone();
    lz4[8 + table] = CompressionType.LZ4_FRAME;
    assertThatThrownBy(() -> read(lz4, BUDGET))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining("compressed with LZ4 (method 0); expected zstd per buffer");
    byte[] unknown = bytes.clone();
    unknown[8 + table] = 9;
    assertThatThrownBy(() -> read(unknown, BUDGET))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining("compressed with codec 9 (method 0)");
  }

  /** Where the codec's byte stands in the metadata. */
  private static int position(RecordBatch batch) {
    var compression = batch.compression();
    ByteBuffer bytes = compression.getByteBuffer();
    for (int at = 0; at < bytes.limit(); at++) {
      if (bytes.get(at) == CompressionType.ZSTD) {
        bytes.put(at, (byte) 77);
        boolean found = compression.codec() == 77;
        bytes.put(at, CompressionType.ZSTD);
        if (found) {
          return at;
        }
      }
    }
    throw new AssertionError("no codec");
  }
}
