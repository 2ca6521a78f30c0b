// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.simlog;

import java.io.IOException;
import java.util.Arrays;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.store.MutableCodebook;
import org.arrowworld.schema.Values;

/**
 * The record being built on a {@link SimLog}: one object, used again for every record. Nothing is
 * logged before {@link #end}. Allocates nothing, strings met for the first time excepted.
 */
public final class SimRecord {
  /** The largest magnitude up to which every integer is a float64. */
  static final long MAX_EXACT = 1L << 53;

  private static final long TRUE = Values.ofInteger(1);
  private static final long FALSE = Values.ofInteger(0);

  private final SimLog log;
  private final MutableCodebook codebook;
  private char[] keys = new char[16];
  private long[] values = new long[16];
  private int size;
  private long stamp;
  private boolean open;
  private int wordsBefore;

  SimRecord(SimLog log, MutableCodebook codebook) {
    this.log = log;
    this.codebook = codebook;
  }

  SimRecord begin() {
    if (open) {
      throw new InvalidUseException(
          Text.of(
              "Cannot begin record %d again: it was not ended; end() or discard() it",
              log.records()));
    }
    open = true;
    stamp++;
    size = 0;
    wordsBefore = codebook.size();
    return this;
  }

  /** Sets a number. Every bit is kept: NaN is a value, not a missing one. */
  public SimRecord set(SimField field, double value) throws IOException {
    return put(field, ValueKind.NUMBER, Double.doubleToRawLongBits(value));
  }

  /** Sets an integer, exact whatever its size. */
  public SimRecord set(SimField field, long value) throws IOException {
    return value >= -MAX_EXACT && value <= MAX_EXACT
        ? put(field, ValueKind.NUMBER, Double.doubleToRawLongBits((double) value))
        : put(field, ValueKind.INTEGER, value);
  }

  /** Sets a truth value. */
  public SimRecord set(SimField field, boolean value) throws IOException {
    return put(field, ValueKind.BOOL, value ? TRUE : FALSE);
  }

  /**
   * Sets a string; null leaves the field absent.
   *
   * @throws InvalidUseException if it has a surrogate without its pair
   */
  public SimRecord set(SimField field, String value) throws IOException {
    if (value == null) {
      return this;
    }
    check(field);
    int code = field.recentCode(value);
    if (code < 0) {
      code = codebook.find(value);
      if (code < 0) {
        FieldNames.utf8Bytes("log the string", value);
        code = codebook.intern(value);
      }
      field.remember(value, code);
    }
    return put(field, ValueKind.STRING, Values.ofInteger(code));
  }

  /** Sets a value by its class; null leaves the field absent. */
  void setObject(SimField field, Object value) throws IOException {
    if (value instanceof String text) {
      set(field, text);
    } else if (value instanceof Double || value instanceof Float) {
      set(field, ((Number) value).doubleValue());
    } else if (value instanceof Long
        || value instanceof Integer
        || value instanceof Short
        || value instanceof Byte) {
      set(field, ((Number) value).longValue());
    } else if (value instanceof Boolean truth) {
      set(field, truth.booleanValue());
    } else if (value != null) {
      throw new InvalidUseException(
          Text.of(
              "Cannot log a %s in field '%s': expected a string, number, boolean or null",
              value.getClass().getName(), field.name()));
    }
  }

  private void check(SimField field) {
    if (!open) {
      throw new InvalidUseException(
          Text.of("Cannot set field '%s': no record was begun", field.name()));
    }
    if (!field.belongsTo(log)) {
      throw new InvalidUseException(
          Text.of("Cannot set field '%s': it belongs to another log", field.name()));
    }
    if (field.stamp == stamp) {
      throw new InvalidUseException(
          Text.of("Cannot set field '%s' twice in record %d", field.name(), log.records()));
    }
  }

  private SimRecord put(SimField field, ValueKind kind, long bits) throws IOException {
    check(field);
    int key = field.key(kind);
    if (key < 0) {
      key = log.declare(field, kind);
    }
    int at = size;
    if (at == keys.length) {
      values = Arrays.copyOf(values, at * 2);
      keys = Arrays.copyOf(keys, at * 2); // last: it tells the capacity
    }
    field.stamp = stamp;
    keys[at] = (char) key;
    values[at] = bits;
    size = at + 1;
    return this;
  }

  /**
   * Logs the record, whole or, if it throws, not at all. One without values takes its number, which
   * lasts if a record with values follows.
   */
  public void end() throws IOException {
    if (!open) {
      throw new InvalidUseException("Cannot end a record: none was begun");
    }
    log.append(keys, values, size);
    open = false;
  }

  /** Drops the record; nothing happens if none is open. */
  public void discard() {
    if (open) {
      open = false;
      if (codebook.size() > wordsBefore) {
        codebook.shrinkTo(wordsBefore);
        log.forgetWords();
      }
    }
  }
}
