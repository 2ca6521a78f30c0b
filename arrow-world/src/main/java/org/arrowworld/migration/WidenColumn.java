// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.migration;

import java.nio.ByteBuffer;
import java.util.List;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.Cells;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.KeyEncoding;

/** Gives a column a type that holds every value of its old one. */
final class WidenColumn extends Step {
  private final String column;
  private final ColumnType type;

  WidenColumn(String table, String column, ColumnType type) {
    super(table);
    this.column = column;
    this.type = type;
  }

  @Override
  String describe() {
    return Text.of("widen column '%s.%s' to %s", table(), column, type.label());
  }

  @Override
  List<Column> columns(List<Column> before) {
    Column old = find(before, column);
    old.refersTo()
        .ifPresent(
            of -> {
              throw refused(Text.of("it holds ids of table '%s', which are u32", of));
            });
    if (!isWider(old.type(), type)) {
      throw refused(Text.of("a %s does not hold every %s", type.label(), old.type().label()));
    }
    Column widened = old.retyped(type, widen(old.type(), old.defaultBits()));
    return replaced(before, column, widened);
  }

  /** Whether every value of one type is exactly one of another, different type. */
  static boolean isWider(ColumnType from, ColumnType to) {
    if (from == to || from == ColumnType.STRING || to == ColumnType.STRING) {
      return false;
    }
    if (from == ColumnType.F32) {
      return to == ColumnType.F64;
    }
    if (from == ColumnType.F64 || to == ColumnType.BOOL) {
      return false;
    }
    int bits = magnitudeBits(from);
    if (to.isFloat()) {
      return bits <= (to == ColumnType.F32 ? 24 : 53);
    }
    return bits <= magnitudeBits(to) && (!isSigned(from) || isSigned(to));
  }

  private static boolean isSigned(ColumnType type) {
    return switch (type) {
      case I8, I16, I32, I64 -> true;
      default -> false;
    };
  }

  private static int magnitudeBits(ColumnType type) {
    if (type == ColumnType.BOOL) {
      return 1;
    }
    return 8 * type.widthBytes() - (isSigned(type) ? 1 : 0);
  }

  private long widen(ColumnType from, long pattern) {
    return type.encoding() == KeyEncoding.BITS ? Cells.integer(from, pattern) : pattern;
  }

  @Override
  void apply(TableData data, List<Column> before) {
    ColumnType from = find(before, column).type();
    ByteBuffer old = data.remove(column);
    ByteBuffer bytes = data.allocate(Column.of(column, type));
    for (int row = 0; row < data.rows(); row++) {
      Cells.write(type, bytes, row, widen(from, Cells.read(from, old, row)));
    }
    data.put(column, bytes);
  }
}
