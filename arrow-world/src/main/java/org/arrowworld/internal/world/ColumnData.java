// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.world;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.Codebook;
import org.arrowworld.table.BoolColumn;
import org.arrowworld.table.DoubleColumn;
import org.arrowworld.table.FloatColumn;
import org.arrowworld.table.IntColumn;
import org.arrowworld.table.LongColumn;
import org.arrowworld.table.StringColumn;
import org.arrowworld.table.U32Column;

/**
 * Where a column's values are now, shared by the views that were bound to it: they follow when the
 * column moves or the table's row count changes.
 */
final class ColumnData {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final String column;
  private ByteBuffer data = NOTHING;
  private int rows;
  private boolean closed;

  ColumnData(String column) {
    this.column = column;
  }

  /** The values stand here from now on; little-endian. */
  void moved(ByteBuffer values) {
    data = values.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  void rows(int count) {
    rows = count;
  }

  /** The memory is gone: every later read is refused. */
  void gone() {
    rows = 0;
    data = NOTHING;
    closed = true;
  }

  private int at(int slot) {
    if (slot < 0 || slot >= rows) {
      throw refused(slot);
    }
    return slot;
  }

  private InvalidUseException refused(int slot) {
    return new InvalidUseException(
        closed
            ? Text.of("Cannot read column '%s': its world is closed", column)
            : Text.of(
                "Cannot read slot %d of column '%s': its table has %d rows", slot, column, rows));
  }

  /** Bytes of a u8 column. */
  record U8(ColumnData in) implements IntColumn {
    @Override
    public int get(int slot) {
      return in.data.get(in.at(slot)) & 0xFF;
    }
  }

  /** Bytes of an i8 column. */
  record I8(ColumnData in) implements IntColumn {
    @Override
    public int get(int slot) {
      return in.data.get(in.at(slot));
    }
  }

  /** Values of a u16 column. */
  record U16(ColumnData in) implements IntColumn {
    @Override
    public int get(int slot) {
      return in.data.getChar(2 * in.at(slot));
    }
  }

  /** Values of an i16 column. */
  record I16(ColumnData in) implements IntColumn {
    @Override
    public int get(int slot) {
      return in.data.getShort(2 * in.at(slot));
    }
  }

  /** Values of an i32 column. */
  record I32(ColumnData in) implements IntColumn {
    @Override
    public int get(int slot) {
      return in.data.getInt(4 * in.at(slot));
    }
  }

  /** Values of a u32 column. */
  record U32(ColumnData in) implements U32Column {
    @Override
    public int get(int slot) {
      return in.data.getInt(4 * in.at(slot));
    }
  }

  /** Values of a 64-bit integer column. */
  record I64(ColumnData in) implements LongColumn {
    @Override
    public long get(int slot) {
      return in.data.getLong(8 * in.at(slot));
    }
  }

  /** Values of an f32 column. */
  record F32(ColumnData in) implements FloatColumn {
    @Override
    public float get(int slot) {
      return in.data.getFloat(4 * in.at(slot));
    }
  }

  /** Values of an f64 column. */
  record F64(ColumnData in) implements DoubleColumn {
    @Override
    public double get(int slot) {
      return in.data.getDouble(8 * in.at(slot));
    }
  }

  /** Values of a bool column. */
  record Bool(ColumnData in) implements BoolColumn {
    @Override
    public boolean get(int slot) {
      return in.data.get(in.at(slot)) != 0;
    }
  }

  /** Words of a string column. */
  record Word(ColumnData in, Codebook codebook) implements StringColumn {
    @Override
    public String get(int slot) {
      return codebook.word(code(slot));
    }

    @Override
    public int code(int slot) {
      return in.data.getInt(4 * in.at(slot));
    }
  }
}
