package org.arrowworld.export.parquet;

/**
 * Decompression of Snappy's raw format (google/snappy, format_description.txt): a varint of the
 * length, then literals and copies of what stands before. Every length is checked before it is
 * followed.
 */
final class Snappy {
  private Snappy() {}

  /**
   * Fills {@code target}.
   *
   * @throws IllegalArgumentException if the input is malformed or gives another length
   */
  static void decompress(byte[] in, byte[] target) {
    int at = 0;
    long length = 0;
    for (int shift = 0; ; shift += 7) {
      int b = byteAt(in, at++);
      length |= (long) (b & 0x7F) << shift;
      if (b < 0x80) {
        break;
      }
      require(shift < 28, "its length has no end");
    }
    require(length == target.length, "it does not hold what it should");
    int out = 0;
    while (at < in.length) {
      int tag = byteAt(in, at++);
      int kind = tag & 3;
      int count;
      if (kind == 0) {
        count = (tag >>> 2) + 1;
        if (count > 60) {
          int bytes = count - 60;
          count = little(in, at, bytes) + 1;
          at += bytes;
        }
        boolean fits = count > 0 && count <= in.length - at && count <= target.length - out;
        require(fits, "a literal leaves its bounds");
        System.arraycopy(in, at, target, out, count);
        at += count;
      } else {
        int offset;
        if (kind == 1) {
          count = ((tag >>> 2) & 7) + 4;
          offset = (tag >>> 5) << 8 | byteAt(in, at++);
        } else {
          count = (tag >>> 2) + 1;
          int bytes = kind == 2 ? 2 : 4;
          offset = little(in, at, bytes);
          at += bytes;
        }
        boolean fits = offset > 0 && offset <= out && count <= target.length - out;
        require(fits, "a copy leaves its bounds");
        for (int i = 0; i < count; i++) {
          target[out + i] = target[out + i - offset];
        }
      }
      out += count;
    }
    require(out == target.length, "it ends too early");
  }

  private static int byteAt(byte[] in, int at) {
    require(at < in.length, "it ends too early");
    return in[at] & 0xFF;
  }

  private static int little(byte[] in, int at, int bytes) {
    int value = 0;
    for (int i = 0; i < bytes; i++) {
      value |= byteAt(in, at + i) << (8 * i);
    }
    return value;
  }

  private static void require(boolean condition, String finding) {
    if (!condition) {
      throw new IllegalArgumentException("Snappy data: " + finding);
    }
  }
}
