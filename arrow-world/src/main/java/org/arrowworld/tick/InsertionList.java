package org.arrowworld.tick;

import java.util.Arrays;

/** Rows to be inserted into one table: a matrix of patterns, and what orders and describes them. */
final class InsertionList {
  /** No id was given. */
  static final long NO_ID = -1;

  private final int columns;
  private long[] patterns;
  private boolean[] given;
  private int[] systems = new int[16];
  private int[] causes = new int[16];
  private long[] ids = new long[16];
  private long[] parents = new long[16];
  private int size;

  InsertionList(int columns) {
    this.columns = columns;
    this.patterns = new long[16 * columns];
    this.given = new boolean[16 * columns];
  }

  void clear() {
    Arrays.fill(given, 0, size * columns, false);
    size = 0;
  }

  int add(int system, int causeId, long id) {
    if (size == systems.length) {
      systems = Arrays.copyOf(systems, size * 2);
      causes = Arrays.copyOf(causes, size * 2);
      ids = Arrays.copyOf(ids, size * 2);
      parents = Arrays.copyOf(parents, size * 2);
      patterns = Arrays.copyOf(patterns, size * 2 * columns);
      given = Arrays.copyOf(given, size * 2 * columns);
    }
    systems[size] = system;
    causes[size] = causeId;
    ids[size] = id;
    parents[size] = NO_ID;
    return size++;
  }

  void set(int row, int column, long pattern) {
    patterns[row * columns + column] = pattern;
    given[row * columns + column] = true;
  }

  void parent(int row, int id) {
    parents[row] = Integer.toUnsignedLong(id);
  }

  int size() {
    return size;
  }

  boolean isGiven(int row, int column) {
    return given[row * columns + column];
  }

  long pattern(int row, int column) {
    return patterns[row * columns + column];
  }

  /** The id asked for, or {@link #NO_ID}. */
  long id(int row) {
    return ids[row];
  }

  /** The parent's id, or {@link #NO_ID}. */
  long parent(int row) {
    return parents[row];
  }

  boolean hasId(int id) {
    for (int row = 0; row < size; row++) {
      if (ids[row] == Integer.toUnsignedLong(id)) {
        return true;
      }
    }
    return false;
  }

  /** Rows by (system, cause id), ties in the order made. */
  int[] ordered() {
    long[] order = new long[size];
    for (int i = 0; i < size; i++) {
      order[i] = ((long) systems[i] << 32) | Integer.toUnsignedLong(causes[i]);
    }
    return StableOrder.of(order, size);
  }
}
