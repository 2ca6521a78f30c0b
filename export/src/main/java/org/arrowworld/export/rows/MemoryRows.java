// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.rows;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.arrowworld.schema.ColumnType;

/** A few rows that are held in memory: {@code i64}, {@code f64}, {@code bool} and words. */
public final class MemoryRows implements RowSource {
  private final String name;
  private final List<RowColumn> columns;
  private final List<List<Object>> rows;
  private final Map<String, String> origin;
  private final Map<String, Integer> codes = new HashMap<>();
  private final WordList words = new WordList();

  /**
   * Rows of Long, Double, Boolean and String, as their columns are; null where a value is missing.
   *
   * @param origin pairs for the file
   */
  public MemoryRows(
      String name, List<RowColumn> columns, List<List<Object>> rows, Map<String, String> origin) {
    this.name = name;
    this.columns = List.copyOf(columns);
    this.rows = rows;
    this.origin = Map.copyOf(origin);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<RowColumn> columns() {
    return columns;
  }

  @Override
  public long rows() {
    return rows.size();
  }

  @Override
  public byte[] utf8(int column, int code) {
    return words.utf8(code);
  }

  @Override
  public Map<String, String> origin() {
    return origin;
  }

  @Override
  public void scan(Visitor visitor) throws IOException {
    BatchPair batches = new BatchPair(columns, visitor);
    for (List<Object> row : rows) {
      RowBatch batch = batches.filling();
      int at = batch.rows();
      for (int column = 0; column < columns.size(); column++) {
        put(batch, column, at, row.get(column));
      }
      batch.rows(at + 1);
    }
    batches.flush();
  }

  private void put(RowBatch batch, int column, int row, Object value) {
    if (value == null) {
      batch.setNull(column, row);
    }
    ColumnType type = columns.get(column).type();
    switch (type) {
      case I64 -> batch.bytes(column).putLong(8 * row, value == null ? 0 : (Long) value);
      case F64 -> batch.bytes(column).putDouble(8 * row, value == null ? 0 : (Double) value);
      case BOOL -> batch.bytes(column).put(row, (byte) (Boolean.TRUE.equals(value) ? 1 : 0));
      case STRING ->
          batch.bytes(column).putInt(4 * row, value == null ? RowBatch.NULL_CODE : code(value));
      default -> throw new IllegalArgumentException(type + " is not held in memory");
    }
  }

  private int code(Object word) {
    Integer known = codes.get(word);
    if (known != null) {
      return known;
    }
    int code = codes.size();
    codes.put((String) word, code);
    words.add(code, (String) word);
    return code;
  }
}
