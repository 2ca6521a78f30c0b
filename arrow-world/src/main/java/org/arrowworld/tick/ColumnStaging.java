package org.arrowworld.tick;

import java.util.BitSet;
import org.arrowworld.table.TableColumn;

/** The writes of one tick to one value column, the last one per slot. */
final class ColumnStaging {
  private final TableColumn column;
  private final int key;
  private final BitSet touched = new BitSet();
  private long[] patterns = new long[0];
  private int rows;

  ColumnStaging(TableColumn column, int key) {
    this.column = column;
    this.key = key;
  }

  void begin(int rowsAtTickStart) {
    touched.clear();
    rows = rowsAtTickStart;
    if (patterns.length < rows) {
      patterns = new long[Math.max(rows, patterns.length * 2)];
    }
  }

  void set(int slot, long pattern) {
    patterns[slot] = pattern;
    touched.set(slot);
  }

  /** The patterns of all slots, to be filled; every slot counts as written. */
  long[] whole() {
    touched.set(0, rows);
    return patterns;
  }

  boolean isWhole() {
    return touched.cardinality() == rows;
  }

  boolean isEmpty() {
    return touched.isEmpty();
  }

  /** The next written slot from {@code slot} on, -1 if there is none. */
  int nextSlot(int slot) {
    return touched.nextSetBit(slot);
  }

  long pattern(int slot) {
    return patterns[slot];
  }

  long[] patterns() {
    return patterns;
  }

  TableColumn column() {
    return column;
  }

  int key() {
    return key;
  }
}
