// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.schema;

/**
 * The store-wide words and their codes, given by first use from 0 (spec L-12), for reading. Words
 * whose codes were handed to a thread may be read by it.
 */
public interface Codebook {

  /** Number of words; their codes are {@code [0, size)}. */
  int size();

  /**
   * The word of a code.
   *
   * @throws org.arrowworld.errors.InvalidUseException if there is none
   */
  String word(int code);

  /** The word of a code in UTF-8. */
  byte[] utf8(int code);

  /** The code of a word, or -1 if it has none. */
  int find(String word);
}
