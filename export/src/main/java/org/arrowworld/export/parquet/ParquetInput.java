// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.parquet;

import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.CompressionCodec;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.KeyValue;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.Util;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Text;
import org.arrowworld.storage.ReadableFile;
import org.arrowworld.storage.Storage;

/**
 * A Parquet file being read, column by column and page by page: {@link #cursor} holds one page and
 * a dictionary at a time. Values are decoded by parquet-column; framing is read here rather than
 * with parquet-hadoop's {@code ParquetFileReader}, which needs Hadoop and whole row groups in
 * memory. Whatever a file declares is checked against its bytes before anything is allocated.
 *
 * <p>Columns may be read by several threads, each by one. Failures are {@link
 * DamagedFileException}s with the file's name.
 */
public final class ParquetInput implements Closeable {
  private static final byte[] MAGIC = {'P', 'A', 'R', '1'};
  private static final byte[] ENCRYPTED = {'P', 'A', 'R', 'E'};
  private static final int TAIL_BYTES = 8;
  private static final int MAX_FOOTER_BYTES = 256 << 20;
  private static final long MIN_BUDGET_BYTES = 256L << 20;
  private static final long BUDGET_RATIO = 64;
  private static final long DECODED_RATIO = 16;

  private final ReadableFile file;
  private final FileMetaData meta;
  private final long dataEnd;
  private final List<InputColumn> columns;
  private final long rows;
  private final long budget;
  private long claimed;
  private long decoded;

  private ParquetInput(ReadableFile file) throws IOException {
    this.file = file;
    long size = file.size();
    this.budget = Math.max(MIN_BUDGET_BYTES, BUDGET_RATIO * size);
    byte[] footer = footer(file, size);
    this.dataEnd = size - TAIL_BYTES - footer.length;
    this.meta =
        Decoding.of(
            file.path(),
            () ->
                Util.readFileMetaData(
                    new ByteArrayInputStream(footer), Math.max(1024, footer.length)));
    InputSchema.Columns found =
        Decoding.of(file.path(), () -> InputSchema.read(file.path(), meta.getSchema()));
    this.columns = new java.util.ArrayList<>(found.columns());
    columns.replaceAll(column -> readable(column, found.leaves()));
    this.rows = check(found.leaves());
  }

  /**
   * Opens a file and reads its footer.
   *
   * @throws DamagedFileException if it is no Parquet file, cut, or contradicts itself
   */
  public static ParquetInput open(Storage storage, String path) throws IOException {
    ReadableFile file = storage.openRead(path);
    try {
      return new ParquetInput(file);
    } catch (IOException | RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  private static byte[] footer(ReadableFile file, long size) throws IOException {
    if (size < MAGIC.length + TAIL_BYTES || !has(file, 0, MAGIC)) {
      if (size > MAGIC.length && has(file, 0, ENCRYPTED)) {
        throw new DamagedFileException(
            file.path(), 0, "its footer is encrypted, which is not read here; decrypt it first");
      }
      throw new DamagedFileException(
          file.path(), 0, "it does not begin as a Parquet file, with PAR1");
    }
    if (!has(file, size - MAGIC.length, MAGIC)) {
      throw new DamagedFileException(file.path(), size, "a Parquet file ends in PAR1; it is cut");
    }
    ByteBuffer length = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    file.readFully(length, size - TAIL_BYTES);
    int bytes = length.getInt(0);
    if (bytes <= 0 || bytes > size - TAIL_BYTES - MAGIC.length || bytes > MAX_FOOTER_BYTES) {
      throw new DamagedFileException(
          file.path(),
          size - TAIL_BYTES,
          Text.of(
              "its footer would have %s bytes, the file has %d",
              Integer.toUnsignedString(bytes), size));
    }
    ByteBuffer footer = ByteBuffer.allocate(bytes);
    file.readFully(footer, size - TAIL_BYTES - bytes);
    return footer.array();
  }

  private static boolean has(ReadableFile file, long at, byte[] magic) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(magic.length);
    file.readFully(bytes, at);
    return java.util.Arrays.equals(bytes.array(), magic);
  }

  /** Reads bytes of the file. */
  void read(ByteBuffer target, long position) {
    try {
      file.readFully(target, position);
    } catch (IOException e) {
      throw Decoding.storageFailed(e);
    }
  }

  /** The column, or it as one that cannot be read, with the reason. */
  private InputColumn readable(InputColumn column, int leaves) {
    for (RowGroup group : meta.getRow_groups()) {
      if (column.leaf() < 0 || group.getColumnsSize() != leaves) {
        break;
      }
      ColumnChunk chunk = group.getColumns().get(column.leaf());
      if (!chunk.isSetMeta_data() || chunk.isSetCrypto_metadata()) {
        return column.without("it is encrypted; write the file again without encryption");
      }
      CompressionCodec codec = chunk.getMeta_data().getCodec();
      if (!PageDecompressor.CODECS.contains(codec)) {
        return column.without(
            Text.of(
                "its pages are compressed with %s, which is not read here; write it again with zstd, snappy, gzip, LZ4_RAW or none",
                codec));
      }
    }
    return column;
  }

  /**
   * Row groups must lie in the file; returns their rows. The footer's own count is not looked at:
   * some writers left it 0.
   */
  private long check(int leaves) throws DamagedFileException {
    long rows = 0;
    for (RowGroup group : meta.getRow_groups()) {
      require(
          group.getColumnsSize() == leaves,
          () ->
              Text.of("a row group has %d columns, its schema %d", group.getColumnsSize(), leaves));
      require(
          group.getNum_rows() >= 0, () -> Text.of("a row group has %d rows", group.getNum_rows()));
      rows += group.getNum_rows();
      require(rows >= 0, () -> "its row groups have more rows than can be counted");
      for (InputColumn column : columns) {
        if (column.leaf() >= 0) {
          check(group, column);
        }
      }
    }
    return rows;
  }

  private void check(RowGroup group, InputColumn column) throws DamagedFileException {
    ColumnChunk chunk = group.getColumns().get(column.leaf());
    require(
        !chunk.isSetFile_path(), () -> Text.of("column '%s' lies in another file", column.name()));
    var data = chunk.getMeta_data();
    require(
        data.getNum_values() == group.getNum_rows(),
        () ->
            Text.of(
                "column '%s' has %d values in a row group of %d rows",
                column.name(), data.getNum_values(), group.getNum_rows()));
    long start = ChunkPages.start(data);
    long bytes = data.getTotal_compressed_size();
    require(
        group.getNum_rows() == 0
            || (start >= MAGIC.length && bytes >= 0 && bytes <= dataEnd - start && start < dataEnd),
        () ->
            Text.of(
                "a chunk of column '%s' lies at bytes %d to %d, the data ends at %d",
                column.name(), start, start + bytes, dataEnd));
    String stored = data.getType().name();
    String expected = column.descriptor().getPrimitiveType().getPrimitiveTypeName().name();
    require(
        stored.equals("BYTE_ARRAY") ? expected.equals("BINARY") : stored.equals(expected),
        () ->
            Text.of(
                "column '%s' is %s in a row group, %s in the schema",
                column.name(), stored, expected));
  }

  private void require(boolean condition, Supplier<String> finding) throws DamagedFileException {
    if (!condition) {
      throw new DamagedFileException(file.path(), -1, finding.get());
    }
  }

  /** Its path in the storage. */
  public String path() {
    return file.path();
  }

  /** Rows of all row groups, as their metadata says. */
  public long rows() {
    return rows;
  }

  /** Its row groups. */
  public int rowGroups() {
    return meta.getRow_groupsSize();
  }

  /** The codecs of its columns, by name. */
  public java.util.Set<String> codecs() {
    java.util.Set<String> codecs = new java.util.TreeSet<>();
    for (RowGroup group : meta.getRow_groups()) {
      for (ColumnChunk chunk : group.getColumns()) {
        if (chunk.isSetMeta_data() && chunk.getMeta_data().getCodec() != null) {
          codecs.add(chunk.getMeta_data().getCodec().name());
        }
      }
    }
    return codecs;
  }

  /** Who wrote it, as it says; {@code unknown} if it does not. */
  public String writer() {
    return meta.isSetCreated_by() ? meta.getCreated_by() : "unknown";
  }

  /** Why no column at all can be read, if pages that are encrypted or in a codec are the reason. */
  public Optional<String> unreadable() {
    if (columns.stream().anyMatch(column -> column.leaf() >= 0)) {
      return Optional.empty();
    }
    return columns.stream()
        .filter(InputColumn::isUnreadable)
        .findFirst()
        .map(column -> Text.of("column '%s': %s", column.name(), column.foreign()));
  }

  /** Its columns in order. */
  public List<InputColumn> columns() {
    return List.copyOf(columns);
  }

  /**
   * A column by name.
   *
   * @throws DamagedFileException if there is none
   */
  public InputColumn column(String name) throws DamagedFileException {
    for (InputColumn column : columns) {
      if (column.name().equals(name)) {
        return column;
      }
    }
    throw new DamagedFileException(file.path(), -1, Text.of("it has no column '%s'", name));
  }

  /** The footer's key/values. */
  public Map<String, String> keyValues() {
    Map<String, String> pairs = new LinkedHashMap<>();
    if (meta.isSetKey_value_metadata()) {
      for (KeyValue pair : meta.getKey_value_metadata()) {
        if (pair.isSetValue()) {
          pairs.put(pair.getKey(), pair.getValue());
        }
      }
    }
    return pairs;
  }

  /** Reads a column's values from the first row on, as its own type. */
  public ParquetCursor cursor(InputColumn column) {
    return cursor(column, column.reading(Optional.empty()).orElseThrow());
  }

  /** Reads a column's values from the first row on. */
  public ParquetCursor cursor(InputColumn column, InputColumn.Reading reading) {
    return new ParquetCursor(this, column, reading);
  }

  List<RowGroup> groups() {
    return meta.getRow_groups();
  }

  /**
   * Claims memory for what the file declares: 256 MiB or 64 times the file may be claimed at a
   * time, whichever is more.
   *
   * @throws DamagedFileException if it is more
   */
  public synchronized void claim(long bytes) throws DamagedFileException {
    if (bytes < 0 || bytes > budget - claimed) {
      throw new DamagedFileException(
          file.path(),
          -1,
          Text.of(
              "it asks for %d bytes of memory beside %d, more than the %d it may; if that is right, write it in smaller row groups or files",
              bytes, claimed, budget));
    }
    claimed += bytes;
  }

  /**
   * Counts bytes of pages and texts that are decoded, so that a small file does not take days: 16
   * times what it may claim are allowed.
   *
   * @throws DamagedFileException if it is more
   */
  synchronized void decode(long bytes) throws DamagedFileException {
    decoded += bytes;
    if (decoded > DECODED_RATIO * budget) {
      throw new DamagedFileException(
          file.path(),
          -1,
          Text.of(
              "it decodes to more than the %d bytes it may; if that is right, write it with dictionaries, or as several files",
              DECODED_RATIO * budget));
    }
  }

  /** Gives claimed memory back. */
  public synchronized void release(long bytes) {
    claimed -= bytes;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
