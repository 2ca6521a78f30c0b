// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.parquet;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.arrowworld.schema.Codebook;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.table.TableColumns;

/** A codebook as a table: {@code code}, {@code word}. */
final class CodebookTable implements TableColumns {
  private final ByteBuffer codes;
  private final int rows;

  CodebookTable(Codebook words) {
    rows = words.size();
    codes = ByteBuffer.allocateDirect(4 * rows).order(ByteOrder.LITTLE_ENDIAN);
    for (int code = 0; code < rows; code++) {
      codes.putInt(code);
    }
    codes.flip();
  }

  @Override
  public String name() {
    return "codebook";
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public List<Column> columns() {
    return List.of(Column.of("code", ColumnType.U32), Column.of("word", ColumnType.STRING));
  }

  @Override
  public ByteBuffer bytes(Column column) {
    return codes.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }
}
