// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.npy;

import java.util.AbstractList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.RandomAccess;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Text;

/**
 * Texts of which equal ones are held once: a million of a few words are four million bytes. What
 * they take is at most 256 MiB or 64 times the file, whichever is larger.
 */
final class CodedTexts extends AbstractList<String> implements RandomAccess {
  private static final long LEAST_BYTES = 256L << 20;
  private static final long RATIO = 64;
  private static final long WORD_BYTES = 96;

  private final String source;
  private final long limitBytes;
  private final int[] codes;
  private final Map<String, Integer> known = new HashMap<>();
  private final List<String> words = new java.util.ArrayList<>();
  private long bytes;
  private int size;

  /**
   * @param count how many there will be
   */
  CodedTexts(NpySource source, long count) throws DamagedFileException {
    this.source = source.name();
    this.limitBytes =
        Math.max(
            LEAST_BYTES,
            Math.multiplyHigh(source.fileBytes(), RATIO) != 0
                ? Long.MAX_VALUE
                : RATIO * source.fileBytes());
    claim(4 * count);
    this.codes = new int[Math.toIntExact(count)];
  }

  private void claim(long more) throws DamagedFileException {
    bytes += more;
    if (bytes > limitBytes) {
      throw new DamagedFileException(
          source,
          -1,
          Text.of(
              "its texts take more than the %d bytes that a file of its size may; if that is right, write it uncompressed, or as several files",
              limitBytes));
    }
  }

  void append(String text) throws DamagedFileException {
    Integer code = known.get(text);
    if (code == null) {
      claim(WORD_BYTES + 2L * text.length());
      code = words.size();
      words.add(text);
      known.put(text, code);
    }
    codes[size++] = code;
  }

  @Override
  public String get(int index) {
    return words.get(codes[java.util.Objects.checkIndex(index, size)]);
  }

  @Override
  public int size() {
    return size;
  }
}
