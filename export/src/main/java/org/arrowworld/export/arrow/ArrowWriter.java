// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.arrow;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.arrowworld.export.rows.ExportedFile;
import org.arrowworld.export.rows.RowBatch;
import org.arrowworld.export.rows.RowColumn;
import org.arrowworld.export.rows.RowSource;
import org.arrowworld.internal.ipc.BodyLayout;
import org.arrowworld.internal.ipc.IpcField;
import org.arrowworld.internal.ipc.IpcFileWriter;
import org.arrowworld.internal.ipc.IpcFileWriter.BufferSource;
import org.arrowworld.internal.ipc.IpcType;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.OutputLock;
import org.arrowworld.storage.Storage;
import org.arrowworld.storage.WritableFile;

/**
 * Writes rows as an uncompressed Arrow IPC file, streaming, published atomically. Types are exact,
 * bools are Arrow's, strings are dictionaries of the column's own words, with u32 indices. Record
 * batches have {@link RowBatch#ROWS} rows, buffers are 64-byte aligned.
 */
public final class ArrowWriter {
  private static final int ALIGNMENT_BYTES = 64;

  private ArrowWriter() {}

  /**
   * Writes all rows of a source.
   *
   * @param path the file; one that exists is replaced when the new one is complete
   */
  public static ExportedFile write(Storage storage, String path, RowSource source)
      throws IOException {
    return OutputLock.making(
        storage, path, path + AtomicFiles.UNFINISHED, () -> replace(storage, path, source));
  }

  private static ExportedFile replace(Storage storage, String path, RowSource source)
      throws IOException {
    String temporary = path + AtomicFiles.UNFINISHED;
    try {
      long rows;
      long bytes;
      try (WritableFile file = storage.create(temporary)) {
        rows = write(file, source);
        bytes = file.size();
      }
      AtomicFiles.publish(storage, temporary, path);
      return new ExportedFile(path, rows, bytes);
    } catch (IOException | RuntimeException | Error e) {
      try {
        AtomicFiles.discard(storage, temporary);
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }

  private static long write(WritableFile file, RowSource source) throws IOException {
    List<RowColumn> columns = source.columns();
    List<IpcField> fields = new ArrayList<>();
    for (RowColumn column : columns) {
      fields.add(field(column, fields.size()));
    }
    IpcFileWriter out = new IpcFileWriter(file, fields, source.origin(), new CRC32());
    List<ColumnWords> words = new ArrayList<>();
    columns.forEach(column -> words.add(new ColumnWords()));
    long[] rows = new long[1];
    source.scan(
        batch -> {
          batch(out, columns, batch, words, source);
          rows[0] += batch.rows();
        });
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).type() == ColumnType.STRING) {
        out.dictionary(i, words.get(i).words());
      }
    }
    out.finish(Map.of());
    return rows[0];
  }

  private static IpcField field(RowColumn column, int index) {
    IpcField field =
        column.type() == ColumnType.STRING
            ? IpcField.words(column.name(), index, Integer.BYTES)
            : IpcField.plain(column.name(), IpcType.valueOf(column.type().name()));
    IpcField described = field.with(column.words());
    return column.isOptional() ? described.withNulls() : described;
  }

  private static void batch(
      IpcFileWriter out,
      List<RowColumn> columns,
      RowBatch batch,
      List<ColumnWords> words,
      RowSource source)
      throws IOException {
    int rows = batch.rows();
    BodyLayout layout = new BodyLayout(rows, ALIGNMENT_BYTES);
    List<BufferSource> buffers = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      int column = i;
      BitSet nulls = batch.nulls(i);
      int count = columns.get(i).isOptional() ? nulls.cardinality() : 0;
      layout.node(rows, count);
      add(layout, buffers, count == 0 ? ByteBuffer.allocate(0) : validity(nulls, rows));
      ColumnType type = columns.get(i).type();
      add(
          layout,
          buffers,
          switch (type) {
            case BOOL -> bits(batch.bytes(i), rows);
            case STRING -> words.get(i).indices(batch, i, code -> source.utf8(column, code));
            default -> batch.exactly(i, type);
          });
    }
    out.batch(layout, buffers);
  }

  private static void add(BodyLayout layout, List<BufferSource> buffers, ByteBuffer buffer) {
    layout.buffer(buffer.remaining());
    buffers.add(BufferSource.of(buffer.slice()));
  }

  private static ByteBuffer memory(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static ByteBuffer validity(BitSet nulls, int rows) {
    BitSet present = new BitSet(rows);
    present.set(0, rows);
    present.andNot(nulls);
    return memory((rows + 7) / 8).put(present.toByteArray()).clear();
  }

  private static ByteBuffer bits(ByteBuffer bytes, int rows) {
    ByteBuffer bits = memory((rows + 7) / 8);
    for (int row = 0; row < rows; row++) {
      bits.put(row / 8, (byte) (bits.get(row / 8) | (bytes.get(row) & 1) << (row % 8)));
    }
    return bits;
  }
}
