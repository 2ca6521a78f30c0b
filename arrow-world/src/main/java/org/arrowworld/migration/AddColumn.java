// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.migration;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.Cells;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.Values;

/** Adds a column behind the others; the rows there are get its default, or a word. */
final class AddColumn extends Step {
  private final Column column;
  private final String word;

  /**
   * @param word what the rows there are get in a string column; null for other types
   */
  AddColumn(String table, Column column, String word) {
    super(table);
    this.column = column;
    this.word = word;
    if ((column.type() == ColumnType.STRING) != (word != null)) {
      throw refused("a string column, and no other, needs a word for the rows there are");
    }
  }

  @Override
  String describe() {
    return Text.of("add column '%s.%s' %s", table(), column.name(), column.type().label());
  }

  @Override
  List<Column> columns(List<Column> before) {
    List<Column> changed = new ArrayList<>(before);
    changed.add(column);
    return changed;
  }

  @Override
  void apply(TableData data, List<Column> before) {
    ByteBuffer bytes = data.allocate(column);
    long pattern = column.defaultBits();
    if (word != null && data.rows() > 0) {
      pattern = Values.ofInteger(data.codebook().intern(word));
    }
    for (int row = 0; pattern != 0 && row < data.rows(); row++) {
      Cells.write(column.type(), bytes, row, pattern);
    }
    data.put(column.name(), bytes);
  }
}
