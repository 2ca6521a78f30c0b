// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.rows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.simlog.SimFieldInfo;
import org.arrowworld.simlog.SimLogReader;
import org.arrowworld.simlog.SimRecordView;
import org.arrowworld.simlog.SimType;
import org.arrowworld.store.StoreInfo;

/**
 * The records of a record log as wide rows, one per record that has a value of a wanted field.
 *
 * <p>The first column is the record's number, {@code record} u64. Then one nullable column per
 * field, i64, f64, string or bool; a field of mixed type has one column for each of the four types
 * under its name and {@code #i64}, {@code #f64}, {@code #str}, {@code #bool}, so that no value is
 * rounded. A name other than a field's own has {@code _} appended while it is taken, case aside.
 */
public final class EventSource implements RowSource {
  private static final List<SimType> TYPES =
      List.of(SimType.INT64, SimType.FLOAT64, SimType.STRING, SimType.BOOL);
  private static final List<String> SUFFIXES = List.of("#i64", "#f64", "#str", "#bool");

  private final StoreInfo store;
  private final SimLogReader reader;
  private final LogSource.Span span;
  private final List<SimFieldInfo> fields;
  private final List<RowColumn> columns = new ArrayList<>();
  private final Map<SimFieldInfo, Integer> firstColumn = new HashMap<>();
  private final Map<String, Integer> codes = new HashMap<>();
  private final WordList words = new WordList();

  /**
   * The records of some commit groups.
   *
   * @param span the groups, which are the log's ticks
   * @param fields the wanted fields, of {@code reader}
   */
  public EventSource(
      StoreInfo store, SimLogReader reader, LogSource.Span span, List<SimFieldInfo> fields) {
    this.store = store;
    this.reader = reader;
    this.span = span;
    this.fields = List.copyOf(fields);
    Set<String> taken = new HashSet<>();
    fields.forEach(f -> RowColumn.free(f.name(), taken));
    columns.add(RowColumn.counting(RowColumn.free("record", taken), ColumnType.U64));
    for (SimFieldInfo field : fields) {
      firstColumn.put(field, columns.size());
      if (field.type() == SimType.MIXED) {
        for (int i = 0; i < TYPES.size(); i++) {
          String name = RowColumn.free(field.name() + SUFFIXES.get(i), taken);
          columns.add(RowColumn.optional(name, type(TYPES.get(i))));
        }
      } else {
        columns.add(RowColumn.optional(field.name(), type(field.type())));
      }
    }
  }

  private static ColumnType type(SimType type) {
    return switch (type) {
      case INT64 -> ColumnType.I64;
      case FLOAT64 -> ColumnType.F64;
      case STRING -> ColumnType.STRING;
      case BOOL -> ColumnType.BOOL;
      case MIXED -> throw new IllegalArgumentException("a mixed field has several columns");
    };
  }

  @Override
  public String name() {
    return "events";
  }

  @Override
  public List<RowColumn> columns() {
    return List.copyOf(columns);
  }

  @Override
  public long rows() {
    return reader.records();
  }

  @Override
  public byte[] utf8(int column, int code) {
    return words.utf8(code);
  }

  @Override
  public Optional<Integer> sortedBy() {
    return Optional.of(0);
  }

  @Override
  public List<List<Integer>> lookups() {
    return IntStream.range(0, columns.size()).mapToObj(List::of).toList();
  }

  @Override
  public Map<String, String> origin() throws IOException {
    return FileOrigin.of(store)
        .with("aw.view", "events")
        .between(reader.positionBefore(span.first()), reader.positionAt(span.last()))
        .pairs();
  }

  @Override
  public void scan(Visitor visitor) throws IOException {
    BatchPair batches = new BatchPair(columns, visitor);
    reader.scan(
        fields,
        record -> {
          if (record.group() >= span.first() && record.group() <= span.last()) {
            add(record, batches.filling());
          }
        });
    batches.flush();
  }

  private void add(SimRecordView record, RowBatch batch) {
    int row = batch.rows();
    batch.bytes(0).putLong(8 * row, record.ordinal());
    for (int column = 1; column < columns.size(); column++) {
      batch.setNull(column, row);
      if (columns.get(column).type() == ColumnType.STRING) {
        batch.bytes(column).putInt(4 * row, RowBatch.NULL_CODE);
      } else if (columns.get(column).type() == ColumnType.BOOL) {
        batch.bytes(column).put(row, (byte) 0);
      } else {
        batch.bytes(column).putLong(8 * row, 0);
      }
    }
    for (int i = 0; i < record.size(); i++) {
      put(record, record.field(i), batch, row);
    }
    batch.rows(row + 1);
  }

  private void put(SimRecordView record, SimFieldInfo field, RowBatch batch, int row) {
    SimType type = record.type(field);
    int column = firstColumn.get(field) + (field.type() == SimType.MIXED ? TYPES.indexOf(type) : 0);
    batch.nulls(column).clear(row);
    switch (type) {
      case INT64 -> batch.bytes(column).putLong(8 * row, record.longValue(field));
      case FLOAT64 -> batch.bytes(column).putDouble(8 * row, record.doubleValue(field));
      case STRING -> batch.bytes(column).putInt(4 * row, code(record.string(field)));
      case BOOL -> batch.bytes(column).put(row, (byte) (record.bool(field) ? 1 : 0));
      case MIXED -> throw new IllegalStateException("a value has a type of its own");
    }
  }

  private int code(String word) {
    Integer known = codes.get(word);
    if (known != null) {
      return known;
    }
    int code = codes.size();
    codes.put(word, code);
    words.addUtf8(code, word.getBytes(StandardCharsets.UTF_8));
    return code;
  }
}
