// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.snapshot;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Nearest;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.snapshot.SnapshotManifest.TableEntry;
import org.arrowworld.table.TableColumns;

/**
 * A table of a snapshot. A column is mapped, and verified, at its first use; what fails then comes
 * as {@link UncheckedIOException}. What was handed out stays readable after {@link #close}.
 */
final class SnapshotTable implements TableColumns {
  private static final int CODES_AT_ONCE = 1 << 20;

  private final TableSchema schema;
  private final TableEntry entry;
  private final SnapshotFile file;
  private final List<Column> columns;
  private final Map<Column, Integer> indices = new HashMap<>();
  private final Map<String, MappedRange> mapped = new HashMap<>();

  SnapshotTable(TableSchema schema, TableEntry entry, SnapshotFile file) {
    this.schema = schema;
    this.entry = entry;
    this.file = file;
    this.columns = schema.allColumns();
    columns.forEach(c -> indices.put(c, indices.size()));
  }

  TableSchema schema() {
    return schema;
  }

  int nextId() {
    return entry.nextId();
  }

  @Override
  public String name() {
    return schema.name();
  }

  @Override
  public int rows() {
    return entry.rows();
  }

  @Override
  public List<Column> columns() {
    return columns;
  }

  @Override
  public ByteBuffer bytes(Column column) {
    MappedRange range = range(column);
    if (!range.isWhole()) {
      throw tooLong("read at once", column, "; read it row range by row range");
    }
    return range.whole();
  }

  @Override
  public ByteBuffer bytes(Column column, int fromRow, int toRow) {
    checkRows(column, fromRow, toRow);
    int width = column.type().widthBytes();
    return range(column).window((long) fromRow * width, (toRow - fromRow) * width);
  }

  private InvalidUseException tooLong(String what, Column column, String remedy) {
    return new InvalidUseException(
        Text.of(
            "Column '%s.%s' of %d rows has %d bytes, too many to be %s%s",
            name(),
            column.name(),
            rows(),
            (long) rows() * column.type().widthBytes(),
            what,
            remedy));
  }

  private MappedRange range(Column column) {
    MappedRange range = mapped.get(column.name());
    if (range == null) {
      range = map(column);
      mapped.put(column.name(), range);
    }
    return range;
  }

  private MappedRange map(Column column) {
    Integer index = indices.get(column);
    if (index == null) {
      throw new InvalidUseException(
          Text.of(
              "Unknown column '%s' of table '%s': it has %s",
              column.name(),
              name(),
              Nearest.of(column.name(), columns().stream().map(Column::name).toList())));
    }
    try {
      return file.column(index, rows(), column.type().widthBytes());
    } catch (ClosedChannelException e) {
      throw new InvalidUseException(
          Text.of(
              "Cannot read column '%s.%s' for the first time: the snapshot is closed",
              name(), column.name()),
          e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Refuses a table that a live world cannot hold. */
  void requireLoadable() {
    for (Column column : columns()) {
      if ((long) rows() * column.type().widthBytes() > Integer.MAX_VALUE) {
        throw tooLong("loaded into a live table", column, "; read the snapshot itself");
      }
    }
  }

  /** Checks that every string code stands for a word. */
  void checkCodes(int words) throws DamagedFileException {
    for (Column column : columns()) {
      for (int row = 0; column.type() == ColumnType.STRING && row < rows(); row += CODES_AT_ONCE) {
        IntBuffer codes = bytes(column, row, Math.min(rows(), row + CODES_AT_ONCE)).asIntBuffer();
        for (int i = 0; i < codes.limit(); i++) {
          if (Integer.compareUnsigned(codes.get(i), words) >= 0) {
            throw new DamagedFileException(
                file.path(),
                -1,
                Text.of(
                    "row %d of column '%s' has code %s, but the codebook has %d words",
                    row + i, column.name(), Integer.toUnsignedString(codes.get(i)), words));
          }
        }
      }
    }
  }

  void verify() throws IOException {
    file.verifyAll();
  }

  void close() throws IOException {
    file.close();
  }
}
