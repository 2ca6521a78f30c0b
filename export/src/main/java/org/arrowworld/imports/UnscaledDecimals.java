// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.arrowworld.schema.ColumnType;

/** Decimals, which columns hold by their unscaled integers (spec T-8). */
final class UnscaledDecimals {
  private static final Pattern UNIT = Pattern.compile("1e-([0-9]{1,4})");

  private UnscaledDecimals() {}

  /** The digits behind the point; 0 if a column's values are no decimals. */
  static int scale(ForeignColumn column) {
    if (column.type() != ColumnType.I64 || column.unit().isEmpty()) {
      return 0;
    }
    Matcher unit = UNIT.matcher(column.unit());
    return unit.matches() ? Integer.parseInt(unit.group(1)) : 0;
  }

  /** A decimal column as float64 that read as the decimals do; null if some have more digits. */
  static ForeignColumn asF64(ForeignColumn column, int rows) {
    int scale = scale(column);
    ByteBuffer data = Conversion.allocate(column.name(), ColumnType.F64, rows);
    for (int row = 0; row < rows; row++) {
      if (column.nulls().get(row)) {
        continue;
      }
      BigDecimal exact = BigDecimal.valueOf(column.data().getLong(Long.BYTES * row), scale);
      double nearest = exact.doubleValue();
      if (BigDecimal.valueOf(nearest).compareTo(exact) != 0) {
        return null;
      }
      data.putDouble(Double.BYTES * row, nearest);
    }
    return new ForeignColumn(
        column.name(), ColumnType.F64, data, column.nulls(), column.words(), "", column.doc());
  }
}
