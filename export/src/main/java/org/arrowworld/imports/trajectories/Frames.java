package org.arrowworld.imports.trajectories;

import java.util.Arrays;

/** The rows of a trajectory file in memory, column by column; after {@link #sort} by (tick, id). */
final class Frames {
  private final double[][] values;
  private long[] ticks = new long[1024];
  private int[] ids = new int[1024];
  private long[] lines = new long[1024];
  private int[] order = new int[0];
  private int rows;

  Frames(int columns) {
    values = new double[columns][1024];
  }

  /** Begins a row; its values follow. */
  void add(long tick, int id, long line) {
    if (rows == ticks.length) {
      int capacity = Math.addExact(rows, rows);
      ticks = Arrays.copyOf(ticks, capacity);
      ids = Arrays.copyOf(ids, capacity);
      lines = Arrays.copyOf(lines, capacity);
      for (int i = 0; i < values.length; i++) {
        values[i] = Arrays.copyOf(values[i], capacity);
      }
    }
    ticks[rows] = tick;
    ids[rows] = id;
    lines[rows++] = line;
  }

  /** Sets a value of the row last added. */
  void value(int column, double value) {
    values[column][rows - 1] = value;
  }

  int rows() {
    return rows;
  }

  /** Puts the rows into the order of (tick, id unsigned, line); stable, without boxing. */
  void sort() {
    order = new int[rows];
    for (int i = 0; i < rows; i++) {
      order[i] = i;
    }
    int[] from = order;
    int[] to = new int[rows];
    for (long width = 1; width < rows; width *= 2) {
      for (long low = 0; low < rows; low += 2 * width) {
        merge(from, to, (int) low, (int) Math.min(low + width, rows), limit(low + 2 * width));
      }
      int[] swap = from;
      from = to;
      to = swap;
    }
    order = from;
  }

  private int limit(long end) {
    return (int) Math.min(end, rows);
  }

  private void merge(int[] from, int[] to, int low, int middle, int high) {
    int left = low;
    int right = middle;
    for (int at = low; at < high; at++) {
      boolean takeLeft = left < middle && (right >= high || compare(from[left], from[right]) <= 0);
      to[at] = takeLeft ? from[left++] : from[right++];
    }
  }

  private int compare(int a, int b) {
    int byTick = Long.compare(ticks[a], ticks[b]);
    return byTick != 0 ? byTick : Integer.compareUnsigned(ids[a], ids[b]);
  }

  long tick(int row) {
    return ticks[order[row]];
  }

  int id(int row) {
    return ids[order[row]];
  }

  /** Where the row stood in the file, from 1. */
  long line(int row) {
    return lines[order[row]];
  }

  double value(int column, int row) {
    return values[column][order[row]];
  }

  /** The row after the last one of the same tick. */
  int endOfFrame(int row) {
    int end = row;
    while (end < rows && tick(end) == tick(row)) {
      end++;
    }
    return end;
  }
}
