// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.csv;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.imports.values.TextValues;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.Cells;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.Values;

/** The values of a column in a piece. One thread. */
final class PieceValues {
  private static final int FIRST_ROWS = 1024;
  private static final int MAX_NUMBER_CHARS = 400;
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private final String name;
  private final CsvTable.Said said;
  private final CsvFormat.Decimal decimal;
  private final byte point;
  private final ColumnType type;
  private final PieceWords words = new PieceWords();
  private final BitSet nulls = new BitSet();
  private final boolean emptyIsNull;
  private ByteBuffer data;

  /** Memory of {@link #data}. */
  private byte[] cells;

  private int capacity = FIRST_ROWS;
  private int rows;

  PieceValues(String name, CsvTable.Said said, CsvFormat.Decimal decimal, ColumnType type) {
    this.name = name;
    this.said = said;
    this.decimal = decimal;
    this.point = decimal.mark();
    this.type = type;
    this.emptyIsNull = said.empty() == CsvColumn.Empty.NULL;
    this.cells = new byte[capacity * type.widthBytes()];
    this.data = over(cells);
  }

  private static ByteBuffer over(byte[] cells) {
    return ByteBuffer.wrap(cells).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Begins with a piece, without values. */
  void begin(byte[] memory) {
    words.begin(memory);
    nulls.clear();
    rows = 0;
  }

  private void grow() {
    capacity *= 2;
    cells = Arrays.copyOf(cells, capacity * type.widthBytes());
    data = over(cells);
  }

  /** Takes no value for the next row. */
  void addNull() {
    if (rows == capacity) {
      grow();
    }
    nulls.set(rows);
    if (type == ColumnType.STRING) {
      data.putInt(4 * rows, words.number(0, 0));
    }
    rows++;
  }

  /** Whether {@link #put} takes fields of this type. */
  boolean hasCommonType() {
    return type == ColumnType.STRING || type == ColumnType.F64 || type == ColumnType.I64;
  }

  /**
   * Puts the next row's field there if it is a plain and common one; {@link #keep} makes it a row.
   *
   * @param limit behind the last byte that counts
   * @return where it ends, below the limit; {@link Numbers#UNCOMMON} if it is to be looked at again
   */
  int put(byte[] bytes, int from, int limit, PlainText text) {
    if (rows == capacity) {
      grow();
    }
    switch (type) {
      case F64:
        return Numbers.decimal(bytes, from, limit, point, cells, 8 * rows);
      case I64:
        return Numbers.integer(bytes, from, limit, cells, 8 * rows);
      default:
        int end = text.end(bytes, from, limit);
        if (end == Numbers.UNCOMMON || (end == from && emptyIsNull)) {
          return Numbers.UNCOMMON;
        }
        INT.set(cells, 4 * rows, words.number(from, end - from));
        return end;
    }
  }

  /** Makes what was put last a row. */
  void keep() {
    rows++;
  }

  /**
   * Takes the next row's field.
   *
   * @return false if it is not of the type that was found
   */
  boolean add(byte[] bytes, int from, int length) {
    if (length == 0 && emptyIsNull) {
      addNull();
      return true;
    }
    if (rows == capacity) {
      grow();
    }
    switch (type) {
      case STRING -> INT.set(cells, 4 * rows, words.number(from, length));
      case F64 -> {
        long bits = Numbers.decimal(bytes, from, length, point);
        if (bits != Numbers.UNDECIDED) {
          LONG.set(cells, 8 * rows, bits);
        } else if (!slowly(bytes, from, length)) {
          return false;
        }
      }
      case I64 -> {
        long value = Numbers.integer(bytes, from, length);
        if (value != Numbers.NO_INTEGER) {
          LONG.set(cells, 8 * rows, value);
        } else if (!slowly(bytes, from, length)) {
          return false;
        }
      }
      default -> {
        long value = type.isInteger() ? Numbers.integer(bytes, from, length) : Numbers.NO_INTEGER;
        if (value >= 0 || (value != Numbers.NO_INTEGER && type != ColumnType.U64)) {
          Cells.write(type, data, rows, Values.encodeLong(name, type, value));
        } else if (!slowly(bytes, from, length)) {
          return false;
        }
      }
    }
    rows++;
    return true;
  }

  private boolean slowly(byte[] bytes, int from, int length) {
    String field = new String(bytes, from, length, StandardCharsets.UTF_8);
    if (said.type().isEmpty() && !CsvGuess.isOf(type, field, decimal)) {
      return false;
    }
    if (length > MAX_NUMBER_CHARS && !type.isFloat()) {
      throw new InvalidUseException(
          Text.of(
              "Cannot read a field of %d bytes as %s for column '%s'", length, type.label(), name));
    }
    String plain = TextValues.withPoint(field, decimal == CsvFormat.Decimal.COMMA);
    Cells.write(type, data, rows, TextValues.parse(name, type, type.isFloat() ? plain : field));
    return true;
  }

  int rows() {
    return rows;
  }

  /** The values, little-endian, from 0 on; words are numbers of {@link #words}. */
  ByteBuffer data() {
    return data;
  }

  /** Rows without a value. */
  BitSet nulls() {
    return nulls;
  }

  /** The words of a string column. */
  PieceWords words() {
    return words;
  }
}
