// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.rows;

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
    addUtf8(code, word.getBytes(StandardCharsets.UTF_8));
  }

  void addUtf8(int code, byte[] word) {
    byte[][] array = words;
    if (code >= array.length) {
      array = Arrays.copyOf(array, Math.max(code + 1, 2 * array.length));
    }
    array[code] = word;
    words = array;
  }

  byte[] utf8(int code) {
    return words[code];
  }
}
