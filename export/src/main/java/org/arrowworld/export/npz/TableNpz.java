package org.arrowworld.export.npz;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.arrowworld.npy.Compression;
import org.arrowworld.npy.NpyType;
import org.arrowworld.npy.NpzWriter;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.storage.Storage;
import org.arrowworld.table.TableView;

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
  /** The bytes of all words. A table's columns cannot have a dot in their names. */
  public static final String WORD_BYTES = "codebook.utf8";

  /** Where each word begins, and at last where the last one ends. */
  public static final String WORD_OFFSETS = "codebook.offsets";

  private TableNpz() {}

  /**
   * Publishes a table; a file of that name is replaced.
   *
   * @param words the codebook, needed if there is a string column
   */
  public static void write(Storage storage, String path, TableView table, List<String> words)
      throws IOException {
    try (NpzWriter out = NpzWriter.create(storage, path, Compression.STORED)) {
      boolean strings = false;
      for (Column column : table.columns()) {
        out.add(column.name(), type(column.type()), shape(table.rows()), table.bytes(column));
        strings |= column.type() == ColumnType.STRING;
      }
      if (strings) {
        writeWords(out, words);
      }
      out.commit();
    }
  }

  private static NpyType type(ColumnType type) {
    return type == ColumnType.STRING ? NpyType.U32 : NpyType.valueOf(type.name());
  }

  private static long[] shape(long length) {
    return new long[] {length};
  }

  private static void writeWords(NpzWriter out, List<String> words) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ByteBuffer offsets =
        ByteBuffer.allocate(Math.multiplyExact(Long.BYTES, words.size() + 1))
            .order(ByteOrder.LITTLE_ENDIAN);
    offsets.putLong(0);
    for (String word : words) {
      bytes.writeBytes(word.getBytes(StandardCharsets.UTF_8));
      offsets.putLong(bytes.size());
    }
    out.add(WORD_OFFSETS, NpyType.I64, shape(words.size() + 1L), offsets.flip());
    out.add(WORD_BYTES, NpyType.U8, shape(bytes.size()), ByteBuffer.wrap(bytes.toByteArray()));
  }
}
