package org.arrowworld.tick;

import java.util.Arrays;

/** Rows of one tick as they were asked for: key code, row id, value pattern or pending word. */
final class RowList {
  private int[] keys = new int[16];
  private int[] rids = new int[16];
  private long[] patterns = new long[16];
  private int size;

  void clear() {
    size = 0;
  }

  void add(int key, int rid, long pattern) {
    if (size == keys.length) {
      keys = Arrays.copyOf(keys, size * 2);
      rids = Arrays.copyOf(rids, size * 2);
      patterns = Arrays.copyOf(patterns, size * 2);
    }
    keys[size] = key;
    rids[size] = rid;
    patterns[size++] = pattern;
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
