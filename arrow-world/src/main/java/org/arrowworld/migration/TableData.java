// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.migration;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.store.MutableCodebook;
import org.arrowworld.schema.Column;
import org.arrowworld.table.TableColumns;

/** A table on its way through the steps: bytes by column, those of untouched columns not copied. */
final class TableData implements TableColumns {
  private final String name;
  private final int rows;
  private final MutableCodebook codebook;
  private final Map<String, ByteBuffer> bytes = new LinkedHashMap<>();
  private List<Column> columns;

  TableData(TableColumns source, MutableCodebook codebook) {
    this.name = source.name();
    this.rows = source.rows();
    this.codebook = codebook;
    this.columns = source.columns();
    for (Column column : columns) {
      bytes.put(column.name(), source.bytes(column));
    }
  }

  MutableCodebook codebook() {
    return codebook;
  }

  ByteBuffer column(String column) {
    return bytes.get(column);
  }

  void put(String column, ByteBuffer data) {
    bytes.put(column, data);
  }

  ByteBuffer remove(String column) {
    return bytes.remove(column);
  }

  /** Room for a column of this table. */
  ByteBuffer allocate(Column column) {
    long size = (long) rows * column.type().widthBytes();
    if (size > Integer.MAX_VALUE - 8) {
      throw new InvalidUseException(
          Text.of(
              "Cannot migrate column '%s.%s': %d rows of %s are more than 2 GiB",
              name, column.name(), rows, column.type().label()));
    }
    return ByteBuffer.allocate((int) size).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Takes the columns of the schema the steps led to. */
  void columns(List<Column> migrated) {
    columns = migrated;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public List<Column> columns() {
    return columns;
  }

  @Override
  public ByteBuffer bytes(Column column) {
    return bytes.get(column.name()).duplicate().asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }
}
