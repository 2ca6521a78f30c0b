// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.migration;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.Cells;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.KeyEncoding;
import org.arrowworld.schema.Values;

/** Replaces each value of a numeric column by a function of it; type and default stay. */
final class MapColumn extends Step {
  private final String column;
  private final DoubleUnaryOperator function;

  MapColumn(String table, String column, DoubleUnaryOperator function) {
    super(table);
    this.column = column;
    this.function = function;
  }

  @Override
  String describe() {
    return Text.of("apply a function to column '%s.%s'", table(), column);
  }

  @Override
  List<Column> columns(List<Column> before) {
    Column old = find(before, column);
    old.refersTo()
        .ifPresent(
            of -> {
              throw refused(Text.of("it holds ids of table '%s', which are not quantities", of));
            });
    ColumnType type = old.type();
    if (type.encoding() != KeyEncoding.VALUE) {
      throw refused(
          Text.of(
              "its type %s does not travel as a float64; give it another column", type.label()));
    }
    return before;
  }

  @Override
  void apply(TableData data, List<Column> before) {
    Column old = find(before, column);
    ByteBuffer from = data.remove(column);
    ByteBuffer to = data.allocate(old);
    for (int row = 0; row < data.rows(); row++) {
      double value = Double.longBitsToDouble(Cells.read(old.type(), from, row));
      Cells.write(old.type(), to, row, encode(old, function.applyAsDouble(value), row));
    }
    data.put(column, to);
  }

  /** The nearest float32 for f32 columns, else the exact number. */
  private long encode(Column old, double value, int row) {
    if (old.type() == ColumnType.F32) {
      return Values.ofF32((float) value);
    }
    try {
      return Values.encode(old.name(), old.type(), value);
    } catch (InvalidUseException e) {
      throw new InvalidUseException(
          Text.of("Cannot %s: row %d: %s", describe(), row, e.getMessage()), e);
    }
  }
}
