// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.parquet;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.parquet.format.ColumnOrder;
import org.apache.parquet.format.CompressionCodec;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.KeyValue;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.SortingColumn;
import org.apache.parquet.format.TypeDefinedOrder;
import org.apache.parquet.format.Util;
import org.arrowworld.export.internal.AtomicOutput;
import org.arrowworld.internal.Text;
import org.arrowworld.storage.Storage;

/**
 * Writes one Parquet file, row group by row group; {@link #commit} publishes it, {@link #close}
 * without it leaves nothing. After a failure only {@code close} is allowed. One thread at a time;
 * encoding happens on others.
 *
 * <p>Chunk by chunk through parquet-format's structures rather than parquet-hadoop's {@code
 * ParquetFileWriter}: that one cannot write {@code sorting_columns}, copies every page twice, and
 * its {@code writeColumnChunk} is not public.
 */
final class FileWriter implements Closeable {
  private static final byte[] MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);
  private static final int FORMAT_VERSION = 2;
  private static final String CREATED_BY = "arrow-world version 0.1.0";

  private final String path;
  private final List<ParquetColumn> columns;
  private final CompressionCodec codec;
  private final Optional<Integer> sortedBy;
  private final ChunkWorkers workers;
  private final AtomicOutput file;
  private final List<RowGroup> groups = new ArrayList<>();
  private final List<List<EncodedChunk.Written>> chunks = new ArrayList<>();
  private ChunkWorkers.Group pending;
  private long rows;
  private State state = State.OPEN;

  private enum State {
    OPEN,
    FAILED,
    COMMITTED,
    CLOSED
  }

  /**
   * Begins a file beside its final name.
   *
   * @param sortedBy the column rows ascend by, if there is one
   */
  FileWriter(
      Target target,
      List<ParquetColumn> columns,
      Optional<Integer> sortedBy,
      ParquetOptions options)
      throws IOException {
    this.path = target.path();
    this.columns = columns;
    this.sortedBy = sortedBy;
    this.codec =
        options.compression() instanceof ParquetCompression.Zstd
            ? CompressionCodec.ZSTD
            : CompressionCodec.UNCOMPRESSED;
    this.file = new AtomicOutput(target.storage(), target.path());
    this.workers = new ChunkWorkers(options);
    try {
      file.append(ByteBuffer.wrap(MAGIC));
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  /** A file to be. */
  record Target(Storage storage, String path) {}

  /**
   * Adds a row group. Its data must stay unchanged until the group after it was added, or the file
   * is committed.
   *
   * @param values per column, as many rows each
   */
  void rowGroup(List<ChunkEncoder.Values> values) throws IOException {
    require(State.OPEN);
    state = State.FAILED; // until it is done
    ChunkWorkers.Group next = workers.encode(columns, values);
    ChunkWorkers.Group previous = pending;
    pending = next;
    write(previous);
    state = State.OPEN;
  }

  private void write(ChunkWorkers.Group group) throws IOException {
    if (group == null) {
      return;
    }
    long start = file.position();
    List<EncodedChunk.Written> written = new ArrayList<>();
    long plainBytes = 0;
    for (int i = 0; i < columns.size(); i++) {
      EncodedChunk chunk = group.take(i);
      written.add(chunk.write(file, codec));
      plainBytes += chunk.sink().plainBytes();
      workers.recycle(chunk);
    }
    RowGroup meta =
        new RowGroup(
            written.stream().map(EncodedChunk.Written::chunk).toList(), plainBytes, group.rows());
    meta.setFile_offset(start);
    meta.setTotal_compressed_size(file.position() - start);
    if (groups.size() <= Short.MAX_VALUE) {
      meta.setOrdinal((short) groups.size());
    }
    sortedBy.ifPresent(
        column -> meta.setSorting_columns(List.of(new SortingColumn(column, false, false))));
    groups.add(meta);
    chunks.add(written);
    rows += group.rows();
  }

  /**
   * Writes what is left, index and footer, and publishes the file.
   *
   * @param keyValues for the footer
   */
  ParquetFileInfo commit(Map<String, String> keyValues) throws IOException {
    require(State.OPEN);
    state = State.FAILED;
    write(pending);
    pending = null;
    writeIndexes();
    writeFooter(keyValues);
    long bytes = file.position();
    file.commit();
    state = State.COMMITTED;
    return new ParquetFileInfo(path, rows, bytes, file.crc());
  }

  private void writeIndexes() throws IOException {
    for (List<EncodedChunk.Written> group : chunks) {
      for (EncodedChunk.Written chunk : group) {
        if (chunk.columnIndex().isPresent()) {
          long start = file.position();
          Util.writeColumnIndex(chunk.columnIndex().get(), file);
          chunk.chunk().setColumn_index_offset(start);
          chunk.chunk().setColumn_index_length((int) (file.position() - start));
        }
      }
    }
    for (List<EncodedChunk.Written> group : chunks) {
      for (EncodedChunk.Written chunk : group) {
        long start = file.position();
        Util.writeOffsetIndex(chunk.offsets(), file);
        chunk.chunk().setOffset_index_offset(start);
        chunk.chunk().setOffset_index_length((int) (file.position() - start));
      }
    }
  }

  private void writeFooter(Map<String, String> keyValues) throws IOException {
    FileMetaData meta =
        new FileMetaData(FORMAT_VERSION, FileSchema.elements(columns), rows, groups);
    meta.setCreated_by(CREATED_BY);
    meta.setColumn_orders(
        columns.stream().map(c -> ColumnOrder.TYPE_ORDER(new TypeDefinedOrder())).toList());
    keyValues.forEach((key, value) -> meta.addToKey_value_metadata(pair(key, value)));
    meta.addToKey_value_metadata(pair(FileSchema.ARROW_KEY, FileSchema.arrow(columns, keyValues)));
    long start = file.position();
    Util.writeFileMetaData(meta, file);
    ByteBuffer tail = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    file.append(tail.putInt((int) (file.position() - start)).put(MAGIC).flip());
  }

  private static KeyValue pair(String key, String value) {
    KeyValue pair = new KeyValue(key);
    pair.setValue(value);
    return pair;
  }

  private void require(State expected) {
    if (state != expected) {
      throw new IllegalStateException(Text.of("Cannot write %s: it is %s", path, state));
    }
  }

  @Override
  public void close() throws IOException {
    if (state == State.CLOSED) {
      return;
    }
    state = State.CLOSED;
    workers.close();
    file.close();
  }
}
