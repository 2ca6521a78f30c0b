// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.npy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Text;

/**
 * Reads one-dimensional arrays of unicode text ({@code <U12}): each element is a fixed number of
 * UTF-32 characters, padded with NULs. NumPy itself cannot keep NULs at the end of a text.
 */
final class NpyWordReader {
  private static final int CHUNK_BYTES = 1 << 20;

  private NpyWordReader() {}

  /** The texts, or empty if the array is none of text or has more or less than one dimension. */
  static Optional<List<String>> read(NpySource source) throws IOException {
    NpyHeaderParser.WordsHeader header = NpyHeader.parser(source).parseText();
    if (header == null) {
      return Optional.empty();
    }
    long rowBytes = 4L * header.characters();
    long present = source.sizeBytes() - header.dataOffset();
    long count = header.count();
    boolean fits = rowBytes == 0 ? present == 0 : present % rowBytes == 0;
    if (!fits || (rowBytes > 0 && present / rowBytes != count) || count > present + 1) {
      throw new DamagedFileException(
          source.name(),
          header.dataOffset(),
          Text.of(
              "%d texts of %d characters do not make the %d bytes present",
              count, header.characters(), present));
    }
    if (count > Integer.MAX_VALUE - 8) {
      throw new DamagedFileException(
          source.name(),
          header.dataOffset(),
          Text.of("%d texts are more than a table holds", count));
    }
    CodedTexts words = new CodedTexts(source, count);
    long rows = Math.max(1, CHUNK_BYTES / Math.max(1, rowBytes));
    ByteBuffer chunk =
        ByteBuffer.allocate((int) Math.min(rows * rowBytes, present)).order(header.byteOrder());
    for (long row = 0; row < count; row += rows) {
      chunk.clear().limit((int) (Math.min(rows, count - row) * rowBytes));
      source.readFully(chunk);
      chunk.flip();
      for (long i = row; i < Math.min(count, row + rows); i++) {
        words.append(word(source, chunk, header.characters()));
      }
    }
    return Optional.of(words);
  }

  private static String word(NpySource source, ByteBuffer chunk, int characters)
      throws DamagedFileException {
    int start = chunk.position();
    chunk.position(start + 4 * characters);
    int length = characters;
    while (length > 0 && chunk.getInt(start + 4 * (length - 1)) == 0) {
      length--;
    }
    StringBuilder text = new StringBuilder(length);
    for (int i = 0; i < length; i++) {
      int c = chunk.getInt(start + 4 * i);
      if (!Character.isValidCodePoint(c) || (c >= 0xD800 && c <= 0xDFFF)) {
        throw new DamagedFileException(
            source.name(), -1, Text.of("a text holds %08x, which is not a character", c));
      }
      text.appendCodePoint(c);
    }
    return text.toString();
  }
}
