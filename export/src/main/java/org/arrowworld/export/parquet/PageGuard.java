// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.parquet;

import java.nio.ByteBuffer;
import org.apache.parquet.column.Encoding;

/**
 * Looks through the counts in a page that parquet-java's decoders allocate by: whatever is not
 * backed by bytes, or is more than the page's values, is refused before they see it.
 */
final class PageGuard {
  /** What some writers pad the last run with. */
  private static final int SPARE_VALUES = 512;

  private PageGuard() {}

  /**
   * Checks the values of a data page.
   *
   * @param count the page's values, nulls included
   * @param least how many values there must be: all of them, or with nulls none
   * @return bytes that a decoder allocates beside the page
   */
  static long values(Encoding encoding, ByteBuffer bytes, int count, int least) {
    return switch (encoding) {
      case PLAIN_DICTIONARY, RLE_DICTIONARY ->
          bytes.hasRemaining() ? runs(bytes, bytes.get() & 0xFF, count, least) : 0;
      case RLE -> {
        require(bytes.remaining() >= 4, "runs without a length");
        int length = Integer.reverseBytes(bytes.getInt());
        require(length >= 0 && length <= bytes.remaining(), "runs that leave it");
        yield runs(bytes.slice(bytes.position(), length), 1, count, least);
      }
      case DELTA_BINARY_PACKED, DELTA_LENGTH_BYTE_ARRAY -> delta(bytes, count);
      case DELTA_BYTE_ARRAY -> delta(bytes, count) + delta(bytes, count);
      case BYTE_STREAM_SPLIT -> bytes.remaining();
      default -> 0;
    };
  }

  /**
   * Checks the runs of a bit-packed hybrid: indices, levels or bools. A run of no values would be
   * read for ever.
   *
   * @return bytes that a decoder allocates for them
   */
  static long runs(ByteBuffer bytes, int bitWidth, int count, int least) {
    require(bitWidth <= 32, "indices of more than 32 bits");
    long values = 0;
    long allocated = 0;
    while (values < count && bytes.hasRemaining()) {
      long header = varint(bytes);
      require(header >>> 1 > 0, "a run of no values");
      if ((header & 1) == 0) {
        values += header >>> 1;
        skip(bytes, (bitWidth + 7) / 8);
      } else {
        long groups = header >>> 1;
        require(
            groups * 8 <= (long) count - values + SPARE_VALUES,
            "a run of more values than it says");
        values += groups * 8;
        long needed = groups * bitWidth;
        allocated += groups * 8 * Integer.BYTES + needed;
        // The last one may be cut where its values end.
        skip(bytes, values >= count ? Math.min(needed, bytes.remaining()) : needed);
      }
    }
    require(values >= least, "fewer values than it says");
    return allocated;
  }

  private static long delta(ByteBuffer bytes, int count) {
    long block = varint(bytes);
    long miniblocks = varint(bytes);
    long total = varint(bytes);
    require(
        block > 0 && block <= 1 << 16 && miniblocks > 0 && miniblocks <= block,
        "deltas in blocks of no such size");
    require(total <= count, "more deltas than values");
    varlong(bytes);
    long perMiniblock = block / miniblocks;
    long left = total - 1;
    while (left > 0) {
      varlong(bytes);
      byte[] widths = new byte[(int) miniblocks];
      require(bytes.remaining() >= widths.length, "deltas that leave it");
      bytes.get(widths);
      for (int i = 0; i < widths.length && left > 0; i++) {
        int width = widths[i] & 0xFF;
        require(width <= 64, "deltas of more than 64 bits");
        skip(bytes, perMiniblock * width / 8);
        left -= perMiniblock;
      }
    }
    return Long.BYTES * (total + perMiniblock);
  }

  private static void skip(ByteBuffer bytes, long count) {
    require(count <= bytes.remaining(), "values that leave it");
    bytes.position(bytes.position() + (int) count);
  }

  /** An unsigned number of at most 32 bits, 7 a byte. */
  private static long varint(ByteBuffer bytes) {
    long value = 0;
    for (int shift = 0; shift <= 28; shift += 7) {
      require(bytes.hasRemaining(), "a number that leaves it");
      int b = bytes.get();
      value |= (long) (b & 0x7F) << shift;
      if (b >= 0) {
        require(value <= Integer.MAX_VALUE, "a count beyond 2^31");
        return value;
      }
    }
    throw new IllegalArgumentException("a page has a number without an end");
  }

  private static void varlong(ByteBuffer bytes) {
    for (int i = 0; i < 10; i++) {
      require(bytes.hasRemaining(), "a number that leaves it");
      if (bytes.get() >= 0) {
        return;
      }
    }
    throw new IllegalArgumentException("a page has a number without an end");
  }

  private static void require(boolean condition, String finding) {
    if (!condition) {
      throw new IllegalArgumentException("a page has " + finding);
    }
  }
}
