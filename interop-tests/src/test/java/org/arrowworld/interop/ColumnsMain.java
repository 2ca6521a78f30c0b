// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.interop;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.json.Json;
import org.arrowworld.log.Log;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.Key;
import org.arrowworld.snapshot.Snapshot;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.table.TableColumns;

/**
 * The Java side of {@code python/test_languages.py}: the columns of a store's files, as this
 * project reads them, in the form of {@code languages/README.md}.
 *
 * <pre>
 * STORE   prints a line {"file", "columns"} per segment and per table of a snapshot
 * </pre>
 */
public final class ColumnsMain {
  private ColumnsMain() {}

  public static void main(String[] args) throws IOException {
    DiskStorage storage = new DiskStorage(Path.of(args[0]));
    StoreInfo info = StoreInfo.read(storage);
    try (Log log = info.openLog(storage)) {
      for (Log.Segment segment : log.extents()) {
        segment(log, segment, info.strings());
      }
    }
    for (Snapshot.Location location : Snapshot.list(storage)) {
      try (Snapshot snapshot = Snapshot.open(storage, location, info.id())) {
        List<String> words = info.strings() ? snapshot.codebook() : List.of();
        for (TableColumns table : snapshot.tables()) {
          List<Object> columns = new ArrayList<>();
          for (Column column : table.columns()) {
            columns.add(tableColumn(column, table, words));
          }
          print(location.directory() + "/" + table.name() + ".arrow", columns);
        }
      }
    }
  }

  private static void print(String file, List<Object> columns) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("file", file);
    line.put("columns", columns);
    System.out.println(Json.write(line));
  }

  private static Map<String, Object> column(String name, String type, List<Object> values) {
    Map<String, Object> column = new LinkedHashMap<>();
    column.put("name", name);
    column.put("type", type);
    column.put("values", values);
    return column;
  }

  private static void segment(Log log, Log.Segment segment, boolean strings) throws IOException {
    List<Key> keys = log.keys().from(0);
    List<List<Object>> lists = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      lists.add(new ArrayList<>());
    }
    log.scan(
        0,
        Long.MAX_VALUE,
        (batch, from, to) -> {
          for (int row = from; row < to; row++) {
            long seq = batch.firstSeq() + row;
            if (seq >= segment.firstSeq() && seq < segment.end().seq()) {
              lists.get(0).add(batch.tick(row));
              lists.get(1).add(Integer.toUnsignedLong(batch.rid(row)));
              lists.get(2).add(keys.get(batch.key(row)).name());
              lists.get(3).add((long) batch.key(row));
              lists.get(4).add(Text.of("%016x", batch.val(row)));
              lists.get(5).add(batch.word(row));
            }
          }
        });
    Map<String, Object> key = column("key", "dictionary", lists.get(2));
    key.put("codes", lists.get(3));
    List<Object> columns = new ArrayList<>();
    columns.add(column("tick", "uint64", lists.get(0)));
    columns.add(column("rid", "uint32", lists.get(1)));
    columns.add(key);
    columns.add(column("val", "float64", lists.get(4)));
    if (strings) {
      columns.add(column("text", "dictionary", lists.get(5)));
    }
    print(segment.path(), columns);
  }

  private static Map<String, Object> tableColumn(
      Column column, TableColumns table, List<String> words) {
    ByteBuffer bytes = table.bytes(column).duplicate().order(ByteOrder.LITTLE_ENDIAN);
    List<Object> values = new ArrayList<>();
    for (int row = 0; row < table.rows(); row++) {
      values.add(value(column.type(), bytes));
    }
    if (column.type() != ColumnType.STRING) {
      return column(column.name(), arrowName(column.type()), values);
    }
    List<Object> text = new ArrayList<>();
    values.forEach(code -> text.add(words.get(((Long) code).intValue())));
    Map<String, Object> tree = column(column.name(), "dictionary", text);
    tree.put("codes", values);
    return tree;
  }

  private static String arrowName(ColumnType type) {
    return switch (type) {
      case U8, BOOL -> "uint8";
      case I8 -> "int8";
      case U16 -> "uint16";
      case I16 -> "int16";
      case U32 -> "uint32";
      case I32 -> "int32";
      case U64 -> "uint64";
      case I64 -> "int64";
      case F32 -> "float32";
      case F64 -> "float64";
      case STRING -> "dictionary";
    };
  }

  /** The next value: integers as numbers (u64 as text of its digits), floats by their bits. */
  private static Object value(ColumnType type, ByteBuffer bytes) {
    return switch (type) {
      case U8, BOOL -> (long) Byte.toUnsignedInt(bytes.get());
      case I8 -> (long) bytes.get();
      case U16 -> (long) Short.toUnsignedInt(bytes.getShort());
      case I16 -> (long) bytes.getShort();
      case U32, STRING -> Integer.toUnsignedLong(bytes.getInt());
      case I32 -> (long) bytes.getInt();
      case U64 -> Long.toUnsignedString(bytes.getLong());
      case I64 -> bytes.getLong();
      case F32 -> Text.of("%08x", bytes.getInt());
      case F64 -> Text.of("%016x", bytes.getLong());
    };
  }
}
