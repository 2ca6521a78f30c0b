// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.npz;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.arrowworld.export.rows.TableSource;
import org.arrowworld.internal.json.Json;
import org.arrowworld.npy.Compression;
import org.arrowworld.npy.NpyType;
import org.arrowworld.npy.NpzWriter;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.TickTime;
import org.arrowworld.store.TimeJson;
import org.arrowworld.table.TableColumns;

/**
 * A table as an {@code .npz} that {@code np.load} reads: one array per column under the column's
 * name, with the type of the same name, bools as {@code |b1}.
 *
 * <p>String columns are arrays of their u32 store codes. The words follow as two arrays laid out as
 * Arrow lays them out: word {@code c} is {@code codebook.utf8[codebook.offsets[c] :
 * codebook.offsets[c + 1]]}. In Python:
 *
 * <pre>{@code
 * o, b = z["codebook.offsets"], z["codebook.utf8"].tobytes()
 * words = [b[i:j].decode() for i, j in zip(o, o[1:])]
 * kinds = np.array(words)[z["kind"]]
 * }</pre>
 */
public final class TableNpz {
  /** What the names of the arrays of words begin with. A table's columns have no dot in theirs. */
  public static final String WORDS = "codebook";

  /** The names of the arrays that hold codes (spec Z-11). */
  public static final String WORD_COLUMNS = WORDS + ".columns";

  private TableNpz() {}

  /** Name of the array that says units, docs and the time of ticks, in UTF-8 (spec Z-13). */
  public static final String DESCRIPTION = "aw.json";

  /** What {@link #DESCRIPTION} says it is. */
  public static final String KIND = "arrow-world table npz";

  /**
   * What a table file holds beside the table.
   *
   * @param words the codebook, needed if there is a string column
   * @param time when the ticks of the table's store are, if it says that
   */
  public record Context(List<String> words, Optional<TickTime> time) {}

  /** Publishes a table; a file of that name is replaced. */
  public static void write(Storage storage, String path, TableColumns table, Context context)
      throws IOException {
    try (NpzWriter out = NpzWriter.create(storage, path, Compression.STORED)) {
      write(ArraySink.of(out), table, context);
      out.commit();
    }
  }

  /**
   * Writes the same arrays as files {@code <name>.npy}, each published on its own; files of those
   * names are replaced.
   *
   * @param directory where they go, at its top
   */
  public static void writeFiles(Storage directory, TableColumns table, Context context)
      throws IOException {
    write(ArraySink.of(directory), table, context);
  }

  private static void write(ArraySink out, TableColumns table, Context context) throws IOException {
    TableSource.requireColumns(table);
    List<String> strings = new ArrayList<>();
    for (Column column : table.columns()) {
      out.add(
          column.name(),
          RowsNpz.type(column.type()),
          new long[] {table.rows()},
          table.bytes(column));
      if (column.type() == ColumnType.STRING) {
        strings.add(column.name());
      }
    }
    if (!strings.isEmpty()) {
      out.addWords(WORD_COLUMNS, strings);
      WordArrays.add(
          out, WORDS, context.words.stream().map(w -> w.getBytes(StandardCharsets.UTF_8)).toList());
    }
    Map<String, Object> description = description(table, context);
    if (!description.isEmpty()) {
      byte[] json = Json.write(description).getBytes(StandardCharsets.UTF_8);
      out.add(DESCRIPTION, NpyType.U8, new long[] {json.length}, ByteBuffer.wrap(json));
    }
  }

  private static Map<String, Object> description(TableColumns table, Context context) {
    Map<String, Object> columns = new LinkedHashMap<>();
    for (Column column : table.columns()) {
      Map<String, Object> words = new LinkedHashMap<>();
      column.unit().ifPresent(unit -> words.put("unit", unit));
      column.doc().ifPresent(doc -> words.put("doc", doc));
      if (!words.isEmpty()) {
        columns.put(column.name(), words);
      }
    }
    Map<String, Object> json = new LinkedHashMap<>();
    if (!columns.isEmpty() || context.time.isPresent()) {
      json.put("kind", KIND);
      json.put("columns", columns);
      context.time.ifPresent(time -> json.put(TimeJson.MEMBER, TimeJson.tree(time)));
    }
    return json;
  }
}
