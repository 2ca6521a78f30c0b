// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.rows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.Column;
import org.arrowworld.table.TableColumns;

/** A table's rows, without a copy. The table must not change meanwhile. */
public final class TableSource implements RowSource {
  private final TableColumns table;
  private final IntFunction<byte[]> words;
  private final Map<String, String> origin;

  /**
   * The rows of a table.
   *
   * @param words the UTF-8 of a code of its string columns
   * @param origin see {@link FileOrigin}
   * @throws InvalidUseException if it has no columns, which the log can say and a table file cannot
   */
  public TableSource(TableColumns table, IntFunction<byte[]> words, Map<String, String> origin) {
    requireColumns(table);
    this.table = table;
    this.words = words;
    // In the order given: that of Map.copyOf differs from run to run, and so would the file.
    this.origin = Collections.unmodifiableMap(new LinkedHashMap<>(origin));
  }

  /**
   * Refuses a table that no file of it can say.
   *
   * @throws InvalidUseException if it has no columns
   */
  public static void requireColumns(TableColumns table) {
    if (table.columns().isEmpty()) {
      throw new InvalidUseException(
          Text.of(
              "Cannot export table '%s': it has no columns, only %d rows; export the log, or other tables",
              table.name(), table.rows()));
    }
  }

  @Override
  public String name() {
    return table.name();
  }

  @Override
  public List<RowColumn> columns() {
    return table.columns().stream().map(RowColumn::of).toList();
  }

  @Override
  public long rows() {
    return table.rows();
  }

  @Override
  public byte[] utf8(int column, int code) {
    return words.apply(code);
  }

  @Override
  public Map<String, String> origin() {
    return origin;
  }

  @Override
  public List<List<Integer>> lookups() {
    List<Column> columns = table.columns();
    return IntStream.range(0, columns.size())
        .filter(i -> columns.get(i).name().equals("id"))
        .mapToObj(List::of)
        .toList();
  }

  @Override
  public void scan(Visitor visitor) throws IOException {
    for (int from = 0; from < table.rows(); from += RowBatch.ROWS) {
      int first = from;
      int rows = Math.min(RowBatch.ROWS, table.rows() - from);
      visitor.visit(
          new RowBatch(table.columns().stream().map(c -> slice(c, first, rows)).toList(), rows));
    }
  }

  private ByteBuffer slice(Column column, int from, int rows) {
    ByteBuffer bytes = table.bytes(column);
    int width = column.type().widthBytes();
    return bytes
        .slice(bytes.position() + from * width, rows * width)
        .order(ByteOrder.LITTLE_ENDIAN);
  }
}
