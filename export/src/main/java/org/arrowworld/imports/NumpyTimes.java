// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports;

import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.arrowworld.export.internal.Halves;
import org.arrowworld.schema.ColumnType;

/** NumPy's times and halves as columns (spec npz.md Z-20). */
final class NumpyTimes {
  private static final Map<String, String> UNITS =
      Map.of(
          "Y",
          "years",
          "M",
          "months",
          "W",
          "weeks",
          "D",
          "days",
          "h",
          "hours",
          "m",
          "minutes",
          "s",
          "seconds",
          "ms",
          "milliseconds",
          "us",
          "microseconds",
          "ns",
          "nanoseconds");

  private NumpyTimes() {}

  /**
   * The column of an array.
   *
   * @param stored its integers
   * @param dtype its type: {@code M8[ns]}, {@code m8[10us]}, {@code f2}
   */
  static ForeignColumn column(ForeignColumn stored, String dtype) {
    int rows = stored.data().limit() / stored.type().widthBytes();
    if (dtype.equals("f2")) {
      ByteBuffer floats = Conversion.allocate(stored.name(), ColumnType.F32, rows);
      for (int row = 0; row < rows; row++) {
        floats.putInt(4 * row, Halves.toF32Bits(stored.data().getShort(2 * row)));
      }
      return ForeignColumn.of(stored.name(), ColumnType.F32, floats);
    }
    BitSet nulls = new BitSet();
    for (int row = 0; row < rows; row++) {
      if (stored.data().getLong(8 * row) == Long.MIN_VALUE) {
        nulls.set(row); // NaT
      }
    }
    String inner = dtype.substring(3, dtype.length() - 1);
    String count = inner.replaceAll("[A-Za-z]", "");
    String symbol = inner.substring(count.length());
    String unit = UNITS.getOrDefault(symbol, symbol);
    String words = count.isEmpty() || count.equals("1") ? unit : count + " " + unit;
    boolean date = "YMWD".contains(symbol);
    String since = date ? " since 1970-01-01" : " since 1970-01-01T00:00:00";
    return new ForeignColumn(stored.name(), ColumnType.I64, stored.data(), nulls, List.of())
        .in(dtype.startsWith("M") ? words + since : words);
  }
}
