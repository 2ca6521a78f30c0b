// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.simlog;

import java.util.List;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;

/** Consecutive records as columns. Valid during the call it is handed to. */
public final class SimBlock {
  private final List<SimColumn> columns;
  private final SimColumn[] byField;
  private long first;
  private int size;

  SimBlock(List<SimFieldInfo> fields, int fieldCount, int capacity) {
    columns = fields.stream().map(f -> new SimColumn(f, capacity)).toList();
    byField = new SimColumn[fieldCount];
    columns.forEach(c -> byField[c.field().index()] = c);
  }

  void begin(long newFirst) {
    first = newFirst;
    columns.forEach(SimColumn::clear);
  }

  void finish(int records) {
    size = records;
    columns.forEach(c -> c.size(records));
  }

  SimColumn at(SimFieldInfo field) {
    return byField[field.index()];
  }

  /** Number of the first record. */
  public long first() {
    return first;
  }

  /** Number of records. */
  public int size() {
    return size;
  }

  /** The columns, in the order the fields were asked for. */
  public List<SimColumn> columns() {
    return columns;
  }

  /** The column of a field that was asked for. */
  public SimColumn column(SimFieldInfo field) {
    SimColumn column = field.index() < byField.length ? byField[field.index()] : null;
    if (column == null || column.field() != field) {
      throw new InvalidUseException(
          Text.of("Cannot read field '%s' of this block: it was not asked for", field.name()));
    }
    return column;
  }
}
