// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.serve;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.arrowworld.internal.ipc.IpcField;
import org.arrowworld.internal.ipc.IpcType;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.TableKind;
import org.arrowworld.table.TableView;
import org.arrowworld.table.WorldView;

/**
 * Some columns of a table at a tick, ready to be sent. Columns are those of a snapshot's file:
 * words as codes of a dictionary, here of the words that occur, bools as bytes. Plain columns are
 * views of the world, which must not move before they are sent.
 */
final class TableFrame {
  private final List<IpcField> fields = new ArrayList<>();
  private final List<ByteBuffer> columns = new ArrayList<>();
  private final List<ByteBuffer> dictionaries = new ArrayList<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();
  private final int rows;

  /**
   * A frame of a table.
   *
   * @param slots the rows wanted, all of them if empty
   */
  TableFrame(WorldView world, Wanted.Part part, Optional<int[]> slots) {
    TableView table = world.table(part.table().name());
    rows = slots.map(s -> s.length).orElse(table.rows());
    for (Column column : part.columns()) {
      add(table, column, slots);
    }
    metadata.put("aw.table", table.name());
    metadata.put("aw.tick", Long.toString(world.tick()));
  }

  private void add(TableView table, Column column, Optional<int[]> slots) {
    ByteBuffer bytes =
        table.bytes(column, 0, table.rows()).duplicate().order(ByteOrder.LITTLE_ENDIAN);
    if (slots.isPresent()) {
      bytes = chosen(bytes, column.type().widthBytes(), slots.get());
    }
    if (column.type() == ColumnType.STRING) {
      long id = dictionaries.size();
      LocalWords words = new LocalWords(table.string(column.name()), slots);
      fields.add(IpcField.words(column.name(), id, 4));
      columns.add(words.codes(bytes));
      dictionaries.add(ArrowStream.dictionary(id, words.utf8()));
    } else {
      fields.add(field(column));
      columns.add(bytes);
    }
  }

  static IpcField field(Column column) {
    return column.type() == ColumnType.BOOL
        ? new IpcField(column.name(), IpcType.U8, false, null, Map.of("aw.type", "bool"))
        : IpcField.plain(column.name(), IpcType.valueOf(column.type().name()));
  }

  private static ByteBuffer chosen(ByteBuffer bytes, int width, int[] slots) {
    ByteBuffer some = ArrowStream.room(slots.length * width);
    for (int i = 0; i < slots.length; i++) {
      some.put(i * width, bytes, slots[i] * width, width);
    }
    return some;
  }

  /** The words of a column, numbered as they come. */
  private static final class LocalWords {
    private final Map<Integer, Integer> numbers = new LinkedHashMap<>();
    private final Map<Integer, String> words = new LinkedHashMap<>();
    private final org.arrowworld.table.StringColumn column;
    private final Optional<int[]> slots;

    LocalWords(org.arrowworld.table.StringColumn column, Optional<int[]> slots) {
      this.column = column;
      this.slots = slots;
    }

    ByteBuffer codes(ByteBuffer storeCodes) {
      ByteBuffer codes = ArrowStream.room(storeCodes.remaining());
      for (int row = 0; row < storeCodes.remaining() / 4; row++) {
        int code = storeCodes.getInt(4 * row);
        Integer number = numbers.get(code);
        if (number == null) {
          number = numbers.size();
          numbers.put(code, number);
          words.put(number, column.get(slots.isPresent() ? slots.get()[row] : row));
        }
        codes.putInt(4 * row, number);
      }
      return codes;
    }

    List<byte[]> utf8() {
      return words.values().stream().map(w -> w.getBytes(StandardCharsets.UTF_8)).toList();
    }
  }

  /**
   * The slots of ids, those that live.
   *
   * @param gens their generations, or empty for whoever has the id
   */
  static int[] slots(TableView table, List<Integer> ids, List<Integer> gens) {
    if (table.schema().kind() == TableKind.APPEND_ONLY) {
      throw Problem.badRequest(
          "Cannot choose rows of table '" + table.name() + "' by id: it has none");
    }
    if (!gens.isEmpty() && gens.size() != ids.size()) {
      throw Problem.badRequest(
          "Cannot choose rows: expected as many 'gens' as 'ids', "
              + ids.size()
              + ", found "
              + gens.size());
    }
    return java.util.stream.IntStream.range(0, ids.size())
        .filter(i -> slot(table, ids, gens, i) >= 0)
        .map(i -> slot(table, ids, gens, i))
        .toArray();
  }

  private static int slot(TableView table, List<Integer> ids, List<Integer> gens, int i) {
    int slot = table.slotOf(ids.get(i));
    return slot >= 0 && (gens.isEmpty() || table.gen(slot) == gens.get(i)) ? slot : -1;
  }

  /** All that is sent for it: a stream of one batch. */
  final class Whole {
    private final ByteBuffer schema = ArrowStream.schema(fields, metadata);
    private final ArrowStream.Batch batch = batch(Map.of());

    long lengthBytes() {
      return schema.remaining()
          + dictionaries.stream().mapToLong(ByteBuffer::remaining).sum()
          + batch.lengthBytes()
          + ArrowStream.endBytes();
    }

    void write(ArrowStream out) throws IOException {
      out.raw(schema);
      for (ByteBuffer dictionary : dictionaries) {
        out.raw(dictionary);
      }
      out.batch(batch);
      out.end();
    }
  }

  Whole whole() {
    return new Whole();
  }

  ByteBuffer schema() {
    return ArrowStream.schema(fields, Map.of("aw.table", metadata.get("aw.table")));
  }

  List<ByteBuffer> dictionaries() {
    return dictionaries;
  }

  /** Its rows as a batch that says its tick. */
  ArrowStream.Batch tickBatch() {
    return batch(Map.of("aw.tick", metadata.get("aw.tick")));
  }

  private ArrowStream.Batch batch(Map<String, String> said) {
    return ArrowStream.Batch.of(rows, fields, columns, said);
  }
}
