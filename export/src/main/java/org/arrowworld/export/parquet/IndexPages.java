// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.parquet;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.apache.parquet.column.values.ValuesWriter;
import org.apache.parquet.column.values.delta.DeltaBinaryPackingValuesWriterForInteger;
import org.apache.parquet.column.values.delta.DeltaBinaryPackingValuesWriterForLong;
import org.apache.parquet.column.values.rle.RunLengthBitPackingHybridEncoder;

/** Pages that parquet-column encodes: dictionary indices, levels and deltas. */
final class IndexPages {
  private static final int SLAB_BYTES = 1 << 14;
  private static final int MAX_BYTES = 1 << 24;
  private static final int SAMPLE_BLOCKS = 8;
  private static final int BLOCK_ROWS = 128;

  private IndexPages() {}

  /** Bits of an index into a dictionary of a size. */
  static int bitWidth(int size) {
    return size < 2 ? 0 : 32 - Integer.numberOfLeadingZeros(size - 1);
  }

  /** Dictionary indices behind their bit width. */
  static void indices(int[] indices, int from, int to, int size, GrowingBuffer out)
      throws IOException {
    int width = Math.max(1, bitWidth(size)); // a width of 0 confuses some readers
    out.write(width);
    try (RunLengthBitPackingHybridEncoder encoder = hybrid(width)) {
      for (int row = from; row < to; row++) {
        encoder.writeInt(indices[row]);
      }
      encoder.toBytes().writeAllTo(out);
    }
  }

  /** Definition levels behind their length: 0 for a null. */
  static void levels(int[] indices, int from, int to, GrowingBuffer out) throws IOException {
    int start = out.size();
    out.room(Integer.BYTES).putInt(0);
    try (RunLengthBitPackingHybridEncoder encoder = hybrid(1)) {
      for (int row = from; row < to; row++) {
        encoder.writeInt(indices[row] < 0 ? 0 : 1);
      }
      encoder.toBytes().writeAllTo(out);
    }
    out.room(0).putInt(start, out.size() - start - Integer.BYTES);
  }

  /** As {@link #levels(int[], int, int, GrowingBuffer)}, of rows whose nulls are known. */
  static void levels(BitSet nulls, int from, int to, GrowingBuffer out) throws IOException {
    int start = out.size();
    out.room(Integer.BYTES).putInt(0);
    try (RunLengthBitPackingHybridEncoder encoder = hybrid(1)) {
      for (int row = from; row < to; row++) {
        encoder.writeInt(nulls.get(row) ? 0 : 1);
      }
      encoder.toBytes().writeAllTo(out);
    }
    out.room(0).putInt(start, out.size() - start - Integer.BYTES);
  }

  private static RunLengthBitPackingHybridEncoder hybrid(int width) {
    return new RunLengthBitPackingHybridEncoder(
        width, SLAB_BYTES, MAX_BYTES, HeapByteBufferAllocator.getInstance());
  }

  /** Integers of four or eight bytes as DELTA_BINARY_PACKED. */
  static void delta(ParquetColumn column, ByteBuffer data, int from, int to, GrowingBuffer out)
      throws IOException {
    HeapByteBufferAllocator allocator = HeapByteBufferAllocator.getInstance();
    if (column.plainBytes() == Long.BYTES) {
      try (ValuesWriter writer =
          new DeltaBinaryPackingValuesWriterForLong(SLAB_BYTES, MAX_BYTES, allocator)) {
        for (int row = from; row < to; row++) {
          writer.writeLong(data.getLong(8 * row));
        }
        writer.getBytes().writeAllTo(out);
      }
    } else {
      try (ValuesWriter writer =
          new DeltaBinaryPackingValuesWriterForInteger(SLAB_BYTES, MAX_BYTES, allocator)) {
        for (int row = from; row < to; row++) {
          writer.writeInteger(data.getInt(4 * row));
        }
        writer.getBytes().writeAllTo(out);
      }
    }
  }

  /** About how many bytes {@link #delta} takes, from a few blocks of rows. */
  static long estimateDelta(ByteBuffer data, int width, int rows) {
    int block = Math.min(BLOCK_ROWS, rows);
    int stride = Math.max(block, rows / SAMPLE_BLOCKS);
    long bits = 0;
    int blocks = 0;
    for (int start = 0; start + block <= rows && block > 1; start += stride) {
      bits += deltaBits(data, width, start, start + block);
      blocks++;
    }
    return blocks == 0 ? Long.MAX_VALUE : rows * bits / (8L * blocks) + rows / 16;
  }

  /** Bits of the widest block that {@link #delta} makes of a page's rows. */
  static int widestDelta(ByteBuffer data, int width, int from, int to) {
    int widest = 0;
    for (int start = from; start + 1 < to; start += BLOCK_ROWS) {
      int end = Math.min(to, start + BLOCK_ROWS + 1);
      widest = Math.max(widest, deltaBits(data, width, start, end));
    }
    return widest;
  }

  /** Bits of the differences between neighbours, the least one taken off. */
  private static int deltaBits(ByteBuffer data, int width, int from, int to) {
    long least = Long.MAX_VALUE;
    long greatest = Long.MIN_VALUE;
    for (int row = from + 1; row < to; row++) {
      long delta =
          width == 8
              ? data.getLong(8 * row) - data.getLong(8 * row - 8)
              : data.getInt(4 * row) - data.getInt(4 * row - 4);
      least = Math.min(least, delta);
      greatest = Math.max(greatest, delta);
    }
    return 64 - Long.numberOfLeadingZeros(greatest - least);
  }
}
