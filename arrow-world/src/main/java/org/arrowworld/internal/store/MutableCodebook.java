// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.store;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.given.WellFormed;
import org.arrowworld.schema.Codebook;

/**
 * The store-wide words and their codes, given by first use from 0 (spec L-12). One thread adds;
 * other threads may read the words whose codes were handed to them. Views show it as {@link
 * Codebook}.
 */
public final class MutableCodebook implements Codebook {
  private final Map<String, Integer> codes = new HashMap<>();
  private volatile String[] words = new String[16];
  private int size;

  /** These words, under the codes 0, 1, 2 ... */
  public static MutableCodebook of(Iterable<String> words) {
    MutableCodebook codebook = new MutableCodebook();
    for (String word : words) {
      codebook.learn(codebook.size(), word);
    }
    return codebook;
  }

  @Override
  public int size() {
    return size;
  }

  /** The code of a word, which is added if it is new. */
  public int intern(String word) {
    Integer code = codes.get(word);
    return code != null ? code : add(WellFormed.text("store the word", word));
  }

  private int add(String word) {
    String[] array = words;
    if (size == array.length) {
      array = Arrays.copyOf(array, size * 2);
    }
    array[size] = word;
    words = array;
    codes.put(word, size);
    return size++;
  }

  /**
   * Takes note of a word met in a log. It must be the next one, or known under that code.
   *
   * @throws InvalidUseException if the code stands for another word, or leaves a gap
   */
  public void learn(int code, String word) {
    if (code == size && !codes.containsKey(word)) {
      add(word);
    } else if (code < 0 || code >= size || !words[code].equals(word)) {
      throw new InvalidUseException(
          Text.of(
              "Cannot give code %d to the word '%s': %s",
              code,
              word,
              code >= 0 && code < size
                  ? "it stands for '" + words[code] + "'"
                  : "the next free code is " + size));
    }
  }

  @Override
  public String word(int code) {
    String[] array = words;
    if (code < 0 || code >= array.length || array[code] == null) {
      throw new InvalidUseException(Text.of("Unknown string code %d", code));
    }
    return array[code];
  }

  @Override
  public byte[] utf8(int code) {
    return word(code).getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public int find(String word) {
    return word == null ? -1 : codes.getOrDefault(word, -1);
  }

  /** Forgets the words from a size on: for a tick that was refused before it was logged. */
  public void shrinkTo(int newSize) {
    while (size > newSize) {
      size--;
      codes.remove(words[size]);
      words[size] = null;
    }
  }
}
