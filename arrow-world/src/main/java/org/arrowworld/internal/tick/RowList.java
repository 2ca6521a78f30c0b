// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.tick;

import java.util.Arrays;
import java.util.BitSet;

/** Rows of one tick as they were asked for: key code, row id, value pattern or pending word. */
final class RowList {
  private int[] keys = new int[16];
  private int[] rids = new int[16];
  private long[] patterns = new long[16];
  private long[] subjects = new long[0];
  private final BitSet pending = new BitSet();
  private int size;

  void clear() {
    size = 0;
    pending.clear();
  }

  void add(int key, int rid, long pattern) {
    if (size == keys.length) {
      // The array that tells the capacity grows last, in case the heap ends between two.
      rids = Arrays.copyOf(rids, size * 2);
      patterns = Arrays.copyOf(patterns, size * 2);
      keys = Arrays.copyOf(keys, size * 2);
    }
    keys[size] = key;
    rids[size] = rid;
    patterns[size++] = pattern;
  }

  /** As {@link #add}, of an id that may be a row born in this tick. */
  void addOf(int key, long subject, long pattern) {
    if (PendingEntities.isPending(subject)) {
      pending.set(size);
      subjects = subjects.length > size ? subjects : Arrays.copyOf(subjects, 2 * size + 16);
      subjects[size] = subject;
    }
    add(key, (int) subject, pattern);
  }

  /** Puts numbers where rows born in this tick stood. */
  void resolve(PendingEntities entities) {
    for (int i = pending.nextSetBit(0); i >= 0; i = pending.nextSetBit(i + 1)) {
      rids[i] = entities.resolve(subjects[i]);
    }
    pending.clear();
  }

  int size() {
    return size;
  }

  int key(int i) {
    return keys[i];
  }

  int rid(int i) {
    return rids[i];
  }

  long pattern(int i) {
    return patterns[i];
  }

  /** Indices by (key, rid), ties in the order made. */
  int[] byKeyAndRid() {
    long[] order = new long[size];
    for (int i = 0; i < size; i++) {
      order[i] = ((long) keys[i] << 32) | Integer.toUnsignedLong(rids[i]);
    }
    return StableOrder.of(order, size);
  }
}
