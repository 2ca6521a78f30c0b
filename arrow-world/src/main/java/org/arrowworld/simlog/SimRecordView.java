// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.simlog;

import java.util.LinkedHashMap;
import java.util.Map;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;

/**
 * One record of a scan, with its types restored. One object for all records: valid during the call
 * it is handed to. A field that was null or missing is absent.
 */
public final class SimRecordView {
  private final SimFieldInfo[] fields;
  private final ValueKind[] kinds;
  private final long[] bits;
  private final String[] words;
  private final SimFieldInfo[] present;
  private int size;
  private long ordinal;
  private long tick;

  SimRecordView(int fieldCount) {
    fields = new SimFieldInfo[fieldCount];
    kinds = new ValueKind[fieldCount];
    bits = new long[fieldCount];
    words = new String[fieldCount];
    present = new SimFieldInfo[fieldCount];
  }

  void begin(long newOrdinal, long newTick) {
    for (int i = 0; i < size; i++) {
      fields[present[i].index()] = null;
    }
    size = 0;
    ordinal = newOrdinal;
    tick = newTick;
  }

  void put(SimFieldInfo field, ValueKind kind, long pattern, String word) {
    int index = field.index();
    if (fields[index] == null) {
      fields[index] = field;
      present[size++] = field;
    }
    kinds[index] = kind;
    bits[index] = pattern;
    words[index] = word;
  }

  /** The record's number, from 0 over the whole log. */
  public long ordinal() {
    return ordinal;
  }

  /** The number of its commit group. */
  public long group() {
    return tick;
  }

  /** How many of the wanted fields it has. */
  public int size() {
    return size;
  }

  /** The fields it has, in the order they were logged in. */
  public SimFieldInfo field(int i) {
    if (i < 0 || i >= size) {
      throw new InvalidUseException(Text.of("Cannot read value %d of a record of %d", i, size));
    }
    return present[i];
  }

  /** Whether it has a value of a field. */
  public boolean has(SimFieldInfo field) {
    int index = field.index();
    return index < fields.length && fields[index] == field;
  }

  /** The type of its value of a field. */
  public SimType type(SimFieldInfo field) {
    if (!has(field)) {
      throw new InvalidUseException(
          Text.of("Cannot read field '%s' of record %d: it is absent", field.name(), ordinal));
    }
    return field.typeOf(kinds[field.index()]);
  }

  /** An {@code INT64} value. */
  public long longValue(SimFieldInfo field) {
    require(field, SimType.INT64);
    return RecordValues.toLong(kinds[field.index()], bits[field.index()]);
  }

  /** A {@code FLOAT64} value, every bit as it was logged. */
  public double doubleValue(SimFieldInfo field) {
    require(field, SimType.FLOAT64);
    return RecordValues.toDouble(kinds[field.index()], bits[field.index()]);
  }

  /** A {@code STRING} value. */
  public String string(SimFieldInfo field) {
    require(field, SimType.STRING);
    return words[field.index()];
  }

  /** A {@code BOOL} value. */
  public boolean bool(SimFieldInfo field) {
    require(field, SimType.BOOL);
    return RecordValues.toBoolean(bits[field.index()]);
  }

  /**
   * A value as a {@code Long}, {@code Double}, {@code String} or {@code Boolean}; null if absent.
   */
  public Object value(SimFieldInfo field) {
    if (!has(field)) {
      return null;
    }
    return switch (type(field)) {
      case INT64 -> longValue(field);
      case FLOAT64 -> doubleValue(field);
      case STRING -> string(field);
      case BOOL -> bool(field);
      case MIXED -> throw new IllegalStateException("a value has a type of its own");
    };
  }

  /** The values it has by field name, in the order they were logged in; a copy. */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < size; i++) {
      map.put(present[i].name(), value(present[i]));
    }
    return map;
  }

  private void require(SimFieldInfo field, SimType wanted) {
    SimType type = type(field);
    if (type != wanted) {
      throw new InvalidUseException(
          Text.of(
              "Cannot read field '%s' of record %d as %s: it is %s",
              field.name(), ordinal, wanted, type));
    }
  }
}
