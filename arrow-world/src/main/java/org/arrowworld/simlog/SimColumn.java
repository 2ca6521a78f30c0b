// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.simlog;

import java.util.BitSet;
import java.util.EnumMap;
import java.util.Map;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;

/**
 * The values of one field in consecutive records, as arrays and presence masks: element {@code i}
 * is meaningful where the mask of its type has bit {@code i}, else 0, null or false. The arrays are
 * the column's own; where a scan hands it out, they are used again for the next block.
 */
public final class SimColumn {
  private final SimFieldInfo field;
  private int size;
  private final BitSet present = new BitSet();
  private final Map<SimType, BitSet> presentOf = new EnumMap<>(SimType.class);
  private final long[] longs;
  private final double[] doubles;
  private final String[] strings;
  private final BitSet booleans;

  SimColumn(SimFieldInfo field, int capacity) {
    this.field = field;
    this.longs = field.has(SimType.INT64) ? new long[capacity] : null;
    this.doubles = field.has(SimType.FLOAT64) ? new double[capacity] : null;
    this.strings = field.has(SimType.STRING) ? new String[capacity] : null;
    this.booleans = field.has(SimType.BOOL) ? new BitSet() : null;
    for (SimType type : SimType.values()) {
      presentOf.put(type, field.type() == SimType.MIXED ? new BitSet() : present);
    }
  }

  void clear() {
    for (int i = present.nextSetBit(0); i >= 0; i = present.nextSetBit(i + 1)) {
      if (longs != null) {
        longs[i] = 0;
      }
      if (doubles != null) {
        doubles[i] = 0;
      }
      if (strings != null) {
        strings[i] = null;
      }
    }
    if (booleans != null) {
      booleans.clear();
    }
    presentOf.values().forEach(BitSet::clear);
    present.clear();
    size = 0;
  }

  void size(int rows) {
    size = rows;
  }

  void put(int row, ValueKind kind, long bits, String word) {
    SimType type = field.typeOf(kind);
    present.set(row);
    presentOf.get(type).set(row);
    switch (type) {
      case INT64 -> longs[row] = RecordValues.toLong(kind, bits);
      case FLOAT64 -> doubles[row] = RecordValues.toDouble(kind, bits);
      case STRING -> strings[row] = word;
      case BOOL -> booleans.set(row, RecordValues.toBoolean(bits));
      case MIXED -> throw new IllegalStateException("a value has a type of its own");
    }
  }

  /** The field. */
  public SimFieldInfo field() {
    return field;
  }

  /** Number of records; the arrays may be longer. */
  public int size() {
    return size;
  }

  /** Which records have a value. */
  public BitSet present() {
    return present;
  }

  /** Which records have a value of a type; differs from {@link #present} in mixed fields only. */
  public BitSet present(SimType type) {
    check(type);
    return presentOf.get(type);
  }

  /** The {@code INT64} values. */
  public long[] longs() {
    check(SimType.INT64);
    return longs;
  }

  /** The {@code FLOAT64} values. */
  public double[] doubles() {
    check(SimType.FLOAT64);
    return doubles;
  }

  /** The {@code STRING} values. */
  public String[] strings() {
    check(SimType.STRING);
    return strings;
  }

  /** The {@code BOOL} values. */
  public BitSet booleans() {
    check(SimType.BOOL);
    return booleans;
  }

  private void check(SimType type) {
    if (type == SimType.MIXED || !field.has(type)) {
      throw new InvalidUseException(
          Text.of("Cannot read field '%s' as %s: it is %s", field.name(), type, field.type()));
    }
  }
}
