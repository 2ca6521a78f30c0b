package org.arrowworld.export.npz;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.arrowworld.npy.Compression;
import org.arrowworld.npy.NpzWriter;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.storage.Storage;
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

  /**
   * Publishes a table; a file of that name is replaced.
   *
   * @param words the codebook, needed if there is a string column
   */
  public static void write(Storage storage, String path, TableColumns table, List<String> words)
      throws IOException {
    try (NpzWriter out = NpzWriter.create(storage, path, Compression.STORED)) {
      write(ArraySink.of(out), table, words);
      out.commit();
    }
  }

  /**
   * Writes the same arrays as files {@code <name>.npy}, each published on its own; files of those
   * names are replaced.
   *
   * @param directory where they go, at its top
   * @param words the codebook, needed if there is a string column
   */
  public static void writeFiles(Storage directory, TableColumns table, List<String> words)
      throws IOException {
    write(ArraySink.of(directory), table, words);
  }

  private static void write(ArraySink out, TableColumns table, List<String> words)
      throws IOException {
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
          out, WORDS, words.stream().map(w -> w.getBytes(StandardCharsets.UTF_8)).toList());
    }
  }
}
