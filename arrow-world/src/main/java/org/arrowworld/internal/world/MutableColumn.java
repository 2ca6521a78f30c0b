// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.world;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.MemoryFullException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.memory.DirectMemory;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.Values;

/**
 * One column of a live table: its values as Arrow lays them out. Slots are row numbers below the
 * table's row count; reading beyond is not checked against it, only against the capacity.
 */
public final class MutableColumn implements AutoCloseable {
  private final String table;
  private final Column definition;
  private final String fullName;
  private final ColumnType type;
  private final int widthBytes;
  private final BufferAllocator allocator;
  private final ColumnData view;
  private DirectMemory memory;
  private ByteBuffer data;
  private int capacity;

  MutableColumn(String table, Column definition, BufferAllocator allocator, int capacity) {
    this.table = table;
    this.definition = definition;
    this.fullName = table + "." + definition.name();
    this.type = definition.type();
    this.widthBytes = type.widthBytes();
    this.allocator = allocator;
    this.view = new ColumnData(fullName);
    this.memory = allocate(capacity, capacity);
    adopt(capacity);
  }

  private DirectMemory allocate(int rows, int wanted) {
    try {
      return new DirectMemory(Math.multiplyExact(rows, widthBytes), allocator);
    } catch (OutOfMemoryException e) {
      throw new MemoryFullException(fullName(), wanted, e);
    } catch (OutOfMemoryError e) {
      throw MemoryFullException.growing(fullName(), wanted, e);
    }
  }

  private void adopt(int rows) {
    capacity = rows;
    data = memory.bytes();
    view.moved(data);
  }

  void ensure(int rows) {
    if (rows <= capacity) {
      return;
    }
    int most = Integer.MAX_VALUE / widthBytes;
    if (rows > most) {
      throw new InvalidUseException(
          Text.of(
              "Cannot grow column '%s.%s' beyond %d rows (2 GiB)", table, definition.name(), most));
    }
    int more = (int) Math.min(most, Math.max(rows, 2L * capacity));
    DirectMemory larger = allocate(more, rows);
    larger.bytes().put(0, data, 0, capacity * widthBytes);
    DirectMemory smaller = memory;
    memory = larger;
    adopt(more);
    smaller.close();
  }

  void rows(int rows) {
    view.rows(rows);
  }

  /** Where the values are, for views bound to this column. */
  ColumnData view() {
    return view;
  }

  /** Name, type and default. */
  public Column definition() {
    return definition;
  }

  /** The column's full name, {@code table.column}. */
  public String fullName() {
    return fullName;
  }

  /** The value of an f32 column. */
  public float f32(int slot) {
    return data.getFloat(slot * widthBytes);
  }

  /** The value of an f64 column. */
  public double f64(int slot) {
    return data.getDouble(slot * widthBytes);
  }

  /** The value of a column of 32-bit integers or string codes, as its 32 bits. */
  public int i32(int slot) {
    return data.getInt(slot * widthBytes);
  }

  /** The value of a 64-bit integer column, as its 64 bits. */
  public long i64(int slot) {
    return data.getLong(slot * widthBytes);
  }

  /** The value as the 64 bits a log row carries. */
  public long pattern(int slot) {
    int at = slot * widthBytes;
    return switch (type) {
      case U8, BOOL -> Values.ofInteger(data.get(at) & 0xFF);
      case I8 -> Values.ofInteger(data.get(at));
      case U16 -> Values.ofInteger(data.getChar(at));
      case I16 -> Values.ofInteger(data.getShort(at));
      case U32, STRING -> Values.ofInteger(Integer.toUnsignedLong(data.getInt(at)));
      case I32 -> Values.ofInteger(data.getInt(at));
      case U64, I64, F64 -> data.getLong(at);
      case F32 -> Values.ofF32Bits(data.getInt(at));
    };
  }

  /** Stores the value a log row carries. */
  public void set(int slot, long pattern) {
    int at = slot * widthBytes;
    switch (type) {
      case U8, I8, BOOL -> data.put(at, (byte) Values.toInteger(pattern));
      case U16, I16 -> data.putShort(at, (short) Values.toInteger(pattern));
      case U32, I32, STRING -> data.putInt(at, (int) Values.toInteger(pattern));
      case U64, I64, F64 -> data.putLong(at, pattern);
      case F32 -> data.putInt(at, Values.toF32Bits(pattern));
    }
  }

  /** Stores a value per slot: {@code patterns[from, to)} go to {@code slots[from, to)}. */
  public void scatter(int[] slots, long[] patterns, int from, int to) {
    switch (type) {
      case F32 -> {
        for (int i = from; i < to; i++) {
          data.putInt(slots[i] * 4, Values.toF32Bits(patterns[i]));
        }
      }
      case U64, I64, F64 -> {
        for (int i = from; i < to; i++) {
          data.putLong(slots[i] * 8, patterns[i]);
        }
      }
      case U32, I32, STRING -> {
        for (int i = from; i < to; i++) {
          data.putInt(slots[i] * 4, (int) Values.toInteger(patterns[i]));
        }
      }
      case U16, I16 -> {
        for (int i = from; i < to; i++) {
          data.putShort(slots[i] * 2, (short) Values.toInteger(patterns[i]));
        }
      }
      case U8, I8, BOOL -> {
        for (int i = from; i < to; i++) {
          data.put(slots[i], (byte) Values.toInteger(patterns[i]));
        }
      }
    }
  }

  /** Copies the value of one slot to another. */
  void move(int from, int to) {
    int source = from * widthBytes;
    int target = to * widthBytes;
    switch (widthBytes) {
      case 1 -> data.put(target, data.get(source));
      case 2 -> data.putShort(target, data.getShort(source));
      case 4 -> data.putInt(target, data.getInt(source));
      default -> data.putLong(target, data.getLong(source));
    }
  }

  /** Moves the values of slots {@code [from, to)} down by one. */
  void shiftDown(int from, int to) {
    data.put((from - 1) * widthBytes, data, from * widthBytes, (to - from) * widthBytes);
  }

  /** The values of rows, a view that may be kept. */
  ByteBuffer lend(int from, int to) {
    memory.lend();
    return borrow(from, to);
  }

  /** The values of rows, a view for a reader that is done before the world goes on. */
  ByteBuffer borrow(int from, int to) {
    return data.slice(from * widthBytes, (to - from) * widthBytes)
        .asReadOnlyBuffer()
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Takes the values of the first rows from little-endian bytes. */
  void load(ByteBuffer source) {
    data.put(0, source, source.position(), source.remaining());
  }

  @Override
  public void close() {
    view.gone();
    memory.close();
  }
}
