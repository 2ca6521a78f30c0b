// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.npy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.arrowworld.storage.MemoryStorage;
import org.junit.jupiter.api.Test;

/** Archives beyond 4 GiB and beyond 65,535 entries, on a storage that keeps no zeros. */
class NpzZip64Test {
  @Test
  void An_array_above_4_gib_and_one_behind_it_are_written_and_verified() throws IOException {
    SparseStorage storage = new SparseStorage();
    ByteBuffer zeros = ByteBuffer.allocateDirect(1 << 26);
    ByteBuffer[] data = new ByteBuffer[65];
    Arrays.fill(data, zeros);
    long rows = 65L << 26;
    try (NpzWriter writer = NpzWriter.create(storage, "big.npz", Compression.STORED)) {
      writer.add("big", NpyType.U8, new long[] {rows}, data);
      writer.add("small", NpyType.I8, new long[] {2}, ByteBuffer.wrap(new byte[] {1, -2}));
      writer.commit();
    }
    NpzLimits limits = NpzLimits.DEFAULT.withMaxTotalBytes(1L << 40);
    try (NpzReader reader = NpzReader.open(storage, "big.npz", limits)) {
      assertThat(reader.header("big").shape()).containsExactly(rows);
      assertThat(reader.read("small").longAt(1)).isEqualTo(-2);
      reader.verify();
    }
  }

  @Test
  void More_entries_than_16_bits_count_are_written_and_read() throws IOException {
    MemoryStorage memory = new MemoryStorage();
    int count = 65_600;
    try (NpzWriter writer = NpzWriter.create(memory, "many.npz", Compression.STORED)) {
      for (int i = 0; i < count; i++) {
        writer.add("a" + i, NpyType.I8, new long[] {}, ByteBuffer.wrap(new byte[] {(byte) i}));
      }
      writer.commit();
    }
    try (NpzReader reader = NpzReader.open(memory, "many.npz")) {
      assertThat(reader.names()).hasSize(count);
      assertThat(reader.read("a65599").longAt(0)).isEqualTo((byte) 65599);
    }
  }
}
