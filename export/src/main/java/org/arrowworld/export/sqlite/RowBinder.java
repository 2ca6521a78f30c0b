// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.sqlite;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.Arrays;
import java.util.List;
import org.arrowworld.export.rows.IntegerCells;
import org.arrowworld.export.rows.RowBatch;
import org.arrowworld.export.rows.RowColumn;
import org.arrowworld.export.rows.RowSource;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.Values;

/** Binds rows to an INSERT. */
final class RowBinder {
  private static final int STEP_ROWS = 1024;

  private final PreparedStatement statement;
  private final RowSource source;
  private final List<RowColumn> columns;
  private final int keyed;
  private final String[][] words;
  private long rows;

  RowBinder(PreparedStatement statement, RowSource source) {
    this.statement = statement;
    this.source = source;
    this.columns = source.columns();
    this.keyed = source.keyed().map(RowSource.KeyedValues::valueColumn).orElse(-1);
    this.words = new String[columns.size()][0];
  }

  /** Rows inserted so far. */
  long rows() {
    return rows;
  }

  void insert(RowBatch batch) throws SQLException {
    for (int row = 0; row < batch.rows(); row++) {
      for (int i = 0; i < columns.size(); i++) {
        if (columns.get(i).isOptional() && batch.nulls(i).get(row)) {
          statement.setNull(i + 1, Types.NULL);
        } else {
          bind(batch, i, row);
        }
      }
      statement.addBatch();
      if (row % STEP_ROWS == STEP_ROWS - 1) {
        statement.executeBatch();
      }
    }
    statement.executeBatch();
    rows += batch.rows();
  }

  private void bind(RowBatch batch, int column, int row) throws SQLException {
    ByteBuffer bytes = batch.bytes(column);
    ColumnType type = columns.get(column).type();
    if (column == keyed) {
      value(batch, bytes.getLong(8 * row), row);
      return;
    }
    switch (type) {
      case F32 -> real(column, bytes.getFloat(4 * row));
      case F64 -> real(column, bytes.getDouble(8 * row));
      case STRING -> statement.setString(column + 1, word(column, bytes.getInt(4 * row)));
      case U8, I8, U16, I16, U32, I32, U64, I64, BOOL ->
          statement.setLong(column + 1, IntegerCells.integer(type, bytes, row));
    }
  }

  /** A {@code val} as its key's type has it, of a string its code. */
  private void value(RowBatch batch, long pattern, int row) throws SQLException {
    RowSource.KeyedValues values = source.keyed().orElseThrow();
    int keyColumn = values.keyColumn();
    ColumnType codeType = columns.get(keyColumn).type();
    Key key = values.keys().key((int) IntegerCells.integer(codeType, batch.bytes(keyColumn), row));
    switch (key.type()) {
      case F32, F64 -> real(keyed, Double.longBitsToDouble(pattern));
      case U64, I64 -> statement.setLong(keyed + 1, pattern);
      case U8, I8, U16, I16, U32, I32, BOOL, STRING ->
          statement.setLong(keyed + 1, Values.toInteger(pattern));
    }
  }

  private void real(int column, double value) throws SQLException {
    if (Double.isNaN(value)) {
      statement.setNull(column + 1, Types.NULL);
    } else {
      statement.setDouble(column + 1, value);
    }
  }

  private String word(int column, int code) {
    String[] known = words[column];
    if (code >= known.length) {
      known = Arrays.copyOf(known, Math.max(code + 1, 2 * known.length));
      words[column] = known;
    }
    if (known[code] == null) {
      known[code] = new String(source.utf8(column, code), StandardCharsets.UTF_8);
    }
    return known[code];
  }
}
