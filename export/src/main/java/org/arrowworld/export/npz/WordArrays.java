// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.npz;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.arrowworld.npy.NpyType;

/** Words as two arrays, laid out as Arrow lays them out (spec Z-5, Z-11). */
final class WordArrays {
  private WordArrays() {}

  /** Adds {@code <prefix>.offsets} and {@code <prefix>.utf8}. */
  static void add(ArraySink out, String prefix, List<byte[]> words) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ByteBuffer offsets =
        ByteBuffer.allocate(Math.multiplyExact(Long.BYTES, words.size() + 1))
            .order(ByteOrder.LITTLE_ENDIAN);
    offsets.putLong(0);
    for (byte[] word : words) {
      bytes.writeBytes(word);
      offsets.putLong(bytes.size());
    }
    out.add(prefix + ".offsets", NpyType.I64, new long[] {words.size() + 1L}, offsets.flip());
    out.add(
        prefix + ".utf8",
        NpyType.U8,
        new long[] {bytes.size()},
        ByteBuffer.wrap(bytes.toByteArray()));
  }
}
