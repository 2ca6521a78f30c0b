// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.imports.values.TextValues;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.Cells;
import org.arrowworld.schema.ColumnType;

/** Columns as the user asks for them (spec T-3). */
final class AskedColumns {
  private AskedColumns() {}

  /** A column with the value for its nulls and of the type that was said, if they were. */
  static ForeignColumn of(ForeignColumn column, Optional<ColumnMapping.Entry> said, int rows) {
    ForeignColumn filled =
        said.flatMap(ColumnMapping.Entry::nullValue)
            .map(value -> filled(column, value, rows))
            .orElse(column);
    ColumnType type = said.flatMap(ColumnMapping.Entry::type).orElse(column.type());
    return type == column.type() ? filled : converted(filled, type, rows);
  }

  /** A column whose nulls, if it has any, are a value, given as text. */
  static ForeignColumn filled(ForeignColumn column, String value, int rows) {
    if (column.nulls().isEmpty()) {
      return column;
    }
    ColumnType type = column.type();
    List<String> words = column.words();
    ByteBuffer data = Conversion.allocate(column.name(), type, rows);
    data.put(0, column.data(), 0, data.capacity());
    if (type == ColumnType.STRING) {
      words = new ArrayList<>(words);
      words.add(value);
      int code = words.size() - 1;
      column.nulls().stream().forEach(row -> data.putInt(Integer.BYTES * row, code));
    } else {
      long pattern = TextValues.parse(column.name(), type, value);
      column.nulls().stream().forEach(row -> Cells.write(type, data, row, pattern));
    }
    return new ForeignColumn(
        column.name(), type, data, new BitSet(), words, column.unit(), column.doc());
  }

  /** A column of another type, every value of it exact. */
  static ForeignColumn converted(ForeignColumn column, ColumnType type, int rows) {
    return new ForeignColumn(
        column.name(),
        type,
        Conversion.convert(column, rows, type),
        column.nulls(),
        List.of(),
        column.unit(),
        column.doc());
  }

  /** Each column that is named must be there, and be one, unless it is to be left out. */
  static void requireKnown(ColumnMapping mapping, List<ForeignTable> tables, Findings findings) {
    List<String> read =
        tables.stream().flatMap(t -> t.columns().stream()).map(ForeignColumn::name).toList();
    for (ColumnMapping.Entry entry : mapping.entries()) {
      String why = findings.unmapped().get(entry.source());
      if (why != null && entry.isSkipped()) {
        findings.unmapped().remove(entry.source());
        findings.leftOut("no column", entry.source());
      } else if (why != null) {
        throw new InvalidUseException(Text.of("Cannot map column '%s': %s", entry.source(), why));
      } else if (!read.contains(entry.source())) {
        throw new InvalidUseException(
            Text.of(
                "Cannot map column '%s': there is no such column; there are %s",
                entry.source(), read));
      }
    }
  }
}
