package org.arrowworld.export.parquet;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Words by code, as far as they were met. One thread adds; others may read the words whose codes
 * were handed to them.
 */
final class WordList {
  private volatile byte[][] words = new byte[64][];

  boolean has(int code) {
    byte[][] array = words;
    return code < array.length && array[code] != null;
  }

  void add(int code, String word) {
    byte[][] array = words;
    if (code >= array.length) {
      array = Arrays.copyOf(array, Math.max(code + 1, 2 * array.length));
    }
    array[code] = word.getBytes(StandardCharsets.UTF_8);
    words = array;
  }

  byte[] utf8(int code) {
    return words[code];
  }
}
