// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import java.util.Arrays;

/**
 * Rows of the log as growing parallel arrays. Not thread-safe; whoever holds it may read the arrays
 * directly, below {@link #size}.
 */
public final class Triples {
  private long[] ticks;
  private int[] rids;
  private char[] keys;
  private long[] vals;
  private int size;

  public Triples(int capacity) {
    ticks = new long[capacity];
    rids = new int[capacity];
    keys = new char[capacity];
    vals = new long[capacity];
  }

  public int size() {
    return size;
  }

  /** Rows it holds without growing. */
  public int capacity() {
    return rids.length;
  }

  public void clear() {
    size = 0;
  }

  /** Adds a row, growing if need be. */
  public void add(long tick, int rid, int key, long val) {
    if (size == rids.length) {
      ensure(size + 1);
    }
    ticks[size] = tick;
    rids[size] = rid;
    keys[size] = (char) key;
    vals[size++] = val;
  }

  /** Adds rows {@code [from, to)} of another. */
  public void addAll(Triples source, int from, int to) {
    int count = to - from;
    ensure(size + count);
    System.arraycopy(source.ticks, from, ticks, size, count);
    System.arraycopy(source.rids, from, rids, size, count);
    System.arraycopy(source.keys, from, keys, size, count);
    System.arraycopy(source.vals, from, vals, size, count);
    size += count;
  }

  /** Adds rows of one tick and key: rids and patterns {@code [from, to)}. */
  public void addColumn(long tick, int key, int[] sourceRids, long[] patterns, int from, int to) {
    int count = to - from;
    ensure(size + count);
    Arrays.fill(ticks, size, size + count, tick);
    System.arraycopy(sourceRids, from, rids, size, count);
    Arrays.fill(keys, size, size + count, (char) key);
    System.arraycopy(patterns, from, vals, size, count);
    size += count;
  }

  /** Adds rows of one tick and rid: keys and patterns {@code [from, to)}. */
  public void addRecord(long tick, int rid, char[] sourceKeys, long[] patterns, int from, int to) {
    int at = size;
    ensure(at + to - from);
    for (int i = from; i < to; i++, at++) {
      ticks[at] = tick;
      rids[at] = rid;
      keys[at] = sourceKeys[i];
      vals[at] = patterns[i];
    }
    size = at;
  }

  /** Makes room for this many rows in all. */
  public void ensure(int rows) {
    if (rows > rids.length) {
      int capacity = Math.max(rows, (int) Math.min(Integer.MAX_VALUE - 8L, rids.length * 2L));
      // The array that tells the capacity grows last, in case the heap ends between two.
      ticks = Arrays.copyOf(ticks, capacity);
      keys = Arrays.copyOf(keys, capacity);
      vals = Arrays.copyOf(vals, capacity);
      rids = Arrays.copyOf(rids, capacity);
    }
  }

  /** Sets the number of rows after the arrays were filled directly; see {@link #ensure}. */
  void size(int rows) {
    size = rows;
  }

  void val(int row, long pattern) {
    vals[row] = pattern;
  }

  /** The ticks; valid below {@link #size}, until the next growth. */
  public long[] ticks() {
    return ticks;
  }

  /** The row ids, unsigned; valid below {@link #size}, until the next growth. */
  public int[] rids() {
    return rids;
  }

  /** The key codes; valid below {@link #size}, until the next growth. */
  public char[] keys() {
    return keys;
  }

  /** The value patterns; valid below {@link #size}, until the next growth. */
  public long[] vals() {
    return vals;
  }
}
