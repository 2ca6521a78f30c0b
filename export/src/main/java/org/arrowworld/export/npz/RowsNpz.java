// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.npz;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.arrowworld.export.rows.ExportedFile;
import org.arrowworld.export.rows.RowBatch;
import org.arrowworld.export.rows.RowColumn;
import org.arrowworld.export.rows.RowSource;
import org.arrowworld.npy.Compression;
import org.arrowworld.npy.NpyType;
import org.arrowworld.npy.NpzWriter;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.OutputLock;
import org.arrowworld.storage.Storage;

/**
 * Rows as an {@code .npz}: one array per column under its name, and for a column that may have
 * nulls a mask {@code <name>.present}; where it is false the value is 0. Strings are u32 codes of
 * {@code codebook.offsets} and {@code codebook.utf8}; the names of their arrays are in {@code
 * codebook.columns} (spec Z-11).
 */
public final class RowsNpz {
  /** What the name of a mask ends with. */
  public static final String PRESENT = ".present";

  private RowsNpz() {}

  /** Publishes all rows of a source whose strings share one codebook, streaming. */
  public static ExportedFile write(Storage storage, String path, RowSource source)
      throws IOException {
    return OutputLock.making(
        storage, path, path + AtomicFiles.UNFINISHED, () -> replace(storage, path, source));
  }

  private static ExportedFile replace(Storage storage, String path, RowSource source)
      throws IOException {
    List<RowColumn> columns = source.columns();
    try (NpzWriter out = NpzWriter.create(storage, path, Compression.STORED);
        Spills spills = new Spills(storage, path)) {
      List<ColumnSpill> values = new ArrayList<>();
      List<ColumnSpill> masks = new ArrayList<>();
      for (RowColumn column : columns) {
        values.add(spills.begin(column.name(), type(column.type())));
        masks.add(column.isOptional() ? spills.begin(column.name() + PRESENT, NpyType.BOOL) : null);
      }
      Words words = new Words(source);
      long[] rows = new long[1];
      source.scan(
          batch -> {
            for (int i = 0; i < columns.size(); i++) {
              ColumnType type = columns.get(i).type();
              values
                  .get(i)
                  .append(
                      type == ColumnType.STRING ? words.codes(batch, i) : batch.exactly(i, type));
              if (masks.get(i) != null) {
                masks.get(i).append(mask(batch.nulls(i), batch.rows()));
              }
            }
            rows[0] += batch.rows();
          });
      spills.addTo(out);
      List<String> strings =
          columns.stream().filter(c -> c.type() == ColumnType.STRING).map(RowColumn::name).toList();
      if (!strings.isEmpty()) {
        out.addWords(TableNpz.WORD_COLUMNS, strings);
        WordArrays.add(ArraySink.of(out), TableNpz.WORDS, words.all());
      }
      out.commit();
      return new ExportedFile(path, rows[0], 0);
    }
  }

  static NpyType type(ColumnType type) {
    return type == ColumnType.STRING ? NpyType.U32 : NpyType.valueOf(type.name());
  }

  private static ByteBuffer mask(BitSet nulls, int rows) {
    ByteBuffer mask = ByteBuffer.allocate(rows);
    for (int row = 0; row < rows; row++) {
      mask.put(row, (byte) (nulls.get(row) ? 0 : 1));
    }
    return mask;
  }

  /** The words of all columns under new codes, which have no gaps. */
  private static final class Words {
    private final RowSource source;
    private final List<byte[]> all = new ArrayList<>();
    private final java.util.Map<ByteBuffer, Integer> codes = new java.util.HashMap<>();
    private boolean nulls;

    Words(RowSource source) {
      this.source = source;
    }

    ByteBuffer codes(RowBatch batch, int column) {
      ByteBuffer old = batch.bytes(column);
      ByteBuffer made =
          ByteBuffer.allocate(4 * batch.rows()).order(java.nio.ByteOrder.LITTLE_ENDIAN);
      for (int row = 0; row < batch.rows(); row++) {
        int code = old.getInt(4 * row);
        boolean none = code == RowBatch.NULL_CODE;
        nulls |= none;
        made.putInt(none ? 0 : code(source.utf8(column, code)));
      }
      return made.flip();
    }

    /** By code; there is one for the 0 of nulls. */
    List<byte[]> all() {
      return nulls && all.isEmpty() ? List.of(new byte[0]) : all;
    }

    private int code(byte[] word) {
      return codes.computeIfAbsent(
          ByteBuffer.wrap(word),
          w -> {
            all.add(word);
            return all.size() - 1;
          });
    }
  }
}
