// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.tick;

import java.util.BitSet;
import java.util.Optional;
import org.arrowworld.internal.world.MutableColumn;
import org.arrowworld.schema.ColumnType;

/** The writes of one tick to one value column, the last one per slot. */
final class ColumnStaging {
  private final MutableColumn column;
  private final String name;
  private final ColumnType type;
  private final Optional<String> refersTo;
  private final int key;
  private final BitSet touched = new BitSet();
  private long[] patterns = new long[0];
  private long[] spare = new long[0];
  private int rows;

  ColumnStaging(MutableColumn column, int key) {
    this.column = column;
    this.name = column.definition().name();
    this.type = column.definition().type();
    this.refersTo = column.definition().refersTo();
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

  /**
   * Room for a pattern per slot, to be filled and then taken by {@link #takeSpare}; a value that is
   * refused on the way leaves the column as it was.
   */
  long[] spare() {
    if (spare.length < patterns.length) {
      spare = new long[patterns.length];
    }
    return spare;
  }

  /** Takes the patterns of {@link #spare} for all slots. */
  void takeSpare() {
    long[] filled = spare;
    spare = patterns;
    patterns = filled;
    touched.set(0, rows);
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

  /** What the column holds in a slot before the tick. */
  long before(int slot) {
    return column.pattern(slot);
  }

  long[] patterns() {
    return patterns;
  }

  /** The column's name, without the table's. */
  String name() {
    return name;
  }

  /** The column's name, with the table's. */
  String fullName() {
    return column.fullName();
  }

  ColumnType type() {
    return type;
  }

  /** The table whose ids it holds, if it holds ids. */
  Optional<String> refersTo() {
    return refersTo;
  }

  int key() {
    return key;
  }
}
