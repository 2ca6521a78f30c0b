// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.simlog;

import java.util.Arrays;

/**
 * A field of an open {@link SimLog}, looked up once. Its keys are declared when it gets its first
 * value of each kind. Used by the log's producer thread only.
 */
public final class SimField {
  private static final int CACHE_SLOTS = 64;
  private static final int UNDECLARED = -1;

  private final SimLog log;
  private final String name;
  private final int[] keys = new int[ValueKind.COUNT];

  /** The record that set it last. */
  long stamp = -1;

  /** Words set lately and their codes, by hash. */
  private String[] words;

  private int[] codes;

  SimField(SimLog log, String name) {
    this.log = log;
    this.name = name;
    Arrays.fill(keys, UNDECLARED);
  }

  /** Its name, as the caller gave it. */
  public String name() {
    return name;
  }

  boolean belongsTo(SimLog other) {
    return log == other;
  }

  /** The key of a kind, negative if none is declared yet. */
  int key(ValueKind kind) {
    return keys[kind.index()];
  }

  void bind(ValueKind kind, int key) {
    keys[kind.index()] = key;
  }

  private static int slot(String word) {
    int hash = word.hashCode();
    return (hash ^ hash >>> 16) & (CACHE_SLOTS - 1);
  }

  /** The code of a word set lately, negative if it is not remembered. */
  int recentCode(String word) {
    if (words == null) {
      return -1;
    }
    int slot = slot(word);
    return word.equals(words[slot]) ? codes[slot] : -1;
  }

  void remember(String word, int code) {
    if (words == null) {
      words = new String[CACHE_SLOTS];
      codes = new int[CACHE_SLOTS];
    }
    int slot = slot(word);
    words[slot] = word;
    codes[slot] = code;
  }

  void forgetWords() {
    words = null;
    codes = null;
  }

  @Override
  public String toString() {
    return name;
  }
}
