// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.values;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Text;

/** Distinct words by their UTF-8 bytes, numbered from 0 by first use. One thread. */
public final class WordTable {
  private static final int WORD_BYTES = 64;

  private final String file;
  private final String column;
  private final Memory memory;
  private final List<String> words = new ArrayList<>();
  private byte[] bytes = new byte[256];
  private int[] ends = new int[16];
  private int[] hashes = new int[16];
  private int[] slots = new int[32];
  private int used;

  /** Memory that a file may make its import take. */
  public interface Memory {
    /**
     * Takes a part, before it is allocated.
     *
     * @throws DamagedFileException if less is left
     */
    void claim(long bytes) throws DamagedFileException;
  }

  /**
   * @param file where the words come from, for errors
   * @param column their column, for errors
   * @param memory pays for the words
   */
  public WordTable(String file, String column, Memory memory) {
    this.file = file;
    this.column = column;
    this.memory = memory;
    Arrays.fill(slots, -1);
  }

  /**
   * The number of a word.
   *
   * @throws DamagedFileException if it is not UTF-8, or the budget is used up
   */
  public int code(byte[] source, int from, int length) throws DamagedFileException {
    int hash = hash(source, from, length);
    int mask = slots.length - 1;
    int slot = hash & mask;
    while (slots[slot] >= 0) {
      int word = slots[slot];
      if (hashes[word] == hash) {
        int start = word == 0 ? 0 : ends[word - 1];
        if (Arrays.equals(bytes, start, ends[word], source, from, from + length)) {
          return word;
        }
      }
      slot = (slot + 1) & mask;
    }
    return add(source, from, length, hash, slot);
  }

  /** The number of a word. */
  public int code(String word) throws DamagedFileException {
    byte[] utf8 = word.getBytes(StandardCharsets.UTF_8);
    return code(utf8, 0, utf8.length);
  }

  private static int hash(byte[] source, int from, int length) {
    int hash = length;
    for (int i = from; i < from + length; i++) {
      hash = 31 * hash + source[i];
    }
    hash *= 0x9E37_79B1;
    return hash ^ hash >>> 15;
  }

  private int add(byte[] source, int from, int length, int hash, int slot)
      throws DamagedFileException {
    memory.claim(3L * length + WORD_BYTES);
    String word;
    try {
      word =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(source, from, length))
              .toString();
    } catch (CharacterCodingException e) {
      throw new DamagedFileException(
          file, -1, Text.of("a text of column '%s' is not UTF-8", column), e);
    }
    if (length > Integer.MAX_VALUE - 16 - used) {
      throw new DamagedFileException(
          file, -1, Text.of("the words of column '%s' are more than 2 GiB", column));
    }
    int code = words.size();
    words.add(word);
    if (used + length > bytes.length) {
      long doubled = Math.min(Integer.MAX_VALUE - 16L, 2L * bytes.length);
      bytes = Arrays.copyOf(bytes, Math.max((int) doubled, used + length));
    }
    System.arraycopy(source, from, bytes, used, length);
    used += length;
    if (code == ends.length) {
      ends = Arrays.copyOf(ends, 2 * code);
      hashes = Arrays.copyOf(hashes, 2 * code);
    }
    ends[code] = used;
    hashes[code] = hash;
    slots[slot] = code;
    if (2 * words.size() > slots.length) {
      grow();
    }
    return code;
  }

  private void grow() {
    int[] larger = new int[2 * slots.length];
    Arrays.fill(larger, -1);
    int mask = larger.length - 1;
    for (int code = 0; code < words.size(); code++) {
      int slot = hashes[code] & mask;
      while (larger[slot] >= 0) {
        slot = (slot + 1) & mask;
      }
      larger[slot] = code;
    }
    slots = larger;
  }

  /** The words in the order of their numbers. */
  public List<String> words() {
    return List.copyOf(words);
  }
}
