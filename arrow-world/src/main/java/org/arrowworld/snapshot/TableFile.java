// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.snapshot;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Digits;
import org.arrowworld.internal.Nearest;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.ipc.BodyCodec;
import org.arrowworld.internal.ipc.BodyReader;
import org.arrowworld.internal.ipc.IpcEncoder.FileBlock;
import org.arrowworld.internal.ipc.IpcField;
import org.arrowworld.internal.ipc.IpcFileWriter.DataRange;
import org.arrowworld.internal.ipc.IpcFooter;
import org.arrowworld.internal.ipc.IpcMessage;
import org.arrowworld.internal.ipc.IpcMessage.Extent;
import org.arrowworld.internal.ipc.IpcType;
import org.arrowworld.internal.ipc.Words;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.storage.ReadableFile;
import org.arrowworld.storage.Storage;
import org.arrowworld.table.TableColumns;

/**
 * A table file of {@link TableFiles#write}, opened for reading. Opening verifies all but the data;
 * a column's data is verified, and inflated or mapped, at its first use, where failures come as
 * {@link UncheckedIOException}. Views stay readable after {@link #close}. One thread at a time.
 */
public final class TableFile implements TableColumns, Closeable {
  private static final long LEAST_BUDGET_BYTES = 256L << 20;
  private static final int BUDGET_RATIO = 64;

  private final ReadableFile file;
  private final IpcFooter footer;
  private final List<Column> columns;
  private final List<IpcMessage> dictionaries = new ArrayList<>();
  private final List<IpcMessage> batches = new ArrayList<>();
  private final Map<Extent, Integer> crcs = new HashMap<>();
  private final Map<String, ByteBuffer> data = new HashMap<>();
  private int rows;

  private TableFile(ReadableFile file, IpcFooter footer) throws DamagedFileException {
    this.file = file;
    this.footer = footer;
    List<Column> all = new ArrayList<>();
    for (IpcField field : footer.schema().fields()) {
      all.add(column(file, field));
    }
    this.columns = List.copyOf(all);
  }

  private static Column column(ReadableFile file, IpcField field) throws DamagedFileException {
    boolean word = field.dictionary() != null && field.dictionary().indexBytes() == 4;
    boolean bool = "bool".equals(field.metadata().get("aw.type")) && field.type() == IpcType.U8;
    if (field.type() == IpcType.UTF8 ? !word : field.dictionary() != null) {
      throw new DamagedFileException(
          file.path(), -1, Text.of("its column '%s' is none of a table's", field.name()));
    }
    String type = word ? "STRING" : bool ? "BOOL" : field.type().name();
    return Column.of(field.name(), ColumnType.valueOf(type))
        .withUnit(field.metadata().getOrDefault(Column.UNIT, ""))
        .withDoc(field.metadata().getOrDefault(Column.DOC, ""));
  }

  /**
   * Opens a table file.
   *
   * @throws DamagedFileException if a byte outside its data changed, or it has no checksums, as the
   *     files of a snapshot, which are opened with it
   */
  public static TableFile open(Storage storage, String path) throws IOException {
    ReadableFile file = storage.openRead(path);
    try {
      TableFile table = new TableFile(file, IpcFooter.read(file));
      table.readMessages();
      return table;
    } catch (InvalidUseException e) {
      file.close();
      throw new DamagedFileException(path, -1, e.getMessage(), e);
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private void readMessages() throws IOException {
    for (FileBlock block : footer.dictionaries()) {
      dictionaries.add(message(block, IpcMessage.Kind.DICTIONARY));
    }
    long total = 0;
    for (FileBlock block : footer.batches()) {
      IpcMessage batch = message(block, IpcMessage.Kind.RECORD_BATCH);
      batches.add(batch);
      total += batch.rows();
      if (batch.rows() < 0 || total > Integer.MAX_VALUE) {
        throw batch.damaged(Text.of("%d rows up to here", total));
      }
    }
    rows = (int) total;
    checkRest();
  }

  private IpcMessage message(FileBlock block, IpcMessage.Kind kind) throws IOException {
    IpcMessage message = IpcMessage.read(file, block.offset(), file.size());
    if (message == null || message.kind() != kind) {
      throw new DamagedFileException(
          file.path(), block.offset(), "expected a message of kind " + kind);
    }
    return message;
  }

  /** Checks every byte that belongs to no buffer, and takes note of the buffers' checksums. */
  private void checkRest() throws IOException {
    String digits = footer.metadata().getOrDefault(TableFiles.BUFFER_CRCS, "");
    String expected = footer.metadata().getOrDefault(TableFiles.REST_CRC, "");
    if (!digits.matches("([0-9a-f]{8})*") || !Digits.areHex(expected, 8)) {
      throw new DamagedFileException(
          file.path(),
          -1,
          "its footer has no checksums of the data; a snapshot's file is opened with its snapshot");
    }
    List<DataRange> ranges = new ArrayList<>();
    List<IpcMessage> all = new ArrayList<>(dictionaries);
    all.addAll(batches);
    long at = 0;
    for (IpcMessage message : all) {
      for (Extent extent : message.bufferExtents()) {
        if (extent.length() > 0) {
          int digit = 8 * ranges.size();
          if (extent.offset() < at || digit == digits.length()) {
            throw message.damaged("its buffers are not those the footer has checksums of");
          }
          int crc = Integer.parseUnsignedInt(digits.substring(digit, digit + 8), 16);
          ranges.add(new DataRange(extent.offset(), extent.length(), crc));
          crcs.put(extent, crc);
          at = extent.offset() + extent.length();
        }
      }
    }
    if (8 * ranges.size() != digits.length()) {
      throw new DamagedFileException(
          file.path(),
          -1,
          Text.of("it has %d buffers, but checksums of %d", ranges.size(), digits.length() / 8));
    }
    long end = all.isEmpty() ? 0 : all.get(all.size() - 1).end();
    int rest = SnapshotFormat.rest(file, ranges, end);
    if (Integer.parseUnsignedInt(expected, 16) != rest) {
      throw new DamagedFileException(
          file.path(),
          -1,
          Text.of("the checksum of its metadata is %08x, expected %s", rest, expected));
    }
  }

  /** What the file says of itself: store, table, tick and more, as {@code aw.} pairs. */
  public Map<String, String> metadata() {
    return footer.schema().metadata();
  }

  @Override
  public String name() {
    return metadata().getOrDefault("aw.table", "");
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public List<Column> columns() {
    return columns;
  }

  /** The words of the string columns by code; empty if there is no string column. */
  public List<String> words() throws IOException {
    if (dictionaries.isEmpty()) {
      return List.of();
    }
    IpcMessage dictionary = dictionaries.get(0);
    for (Extent extent : dictionary.bufferExtents()) {
      verified(extent);
    }
    ByteBuffer body = file.map(dictionary.bodyOffset(), (int) dictionary.bodyBytes());
    Words words = dictionary.words(body, BodyReader.forFile(file.size()));
    return IntStream.range(0, words.count()).mapToObj(words::word).toList();
  }

  /** Verifies every buffer and inflates every column once. */
  public void verify() throws IOException {
    words();
    for (Column column : columns) {
      read(column);
    }
  }

  @Override
  public ByteBuffer bytes(Column column) {
    ByteBuffer bytes = data.get(column.name());
    if (bytes == null) {
      try {
        bytes = read(column);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      data.put(column.name(), bytes);
    }
    return bytes.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  private ByteBuffer read(Column column) throws IOException {
    int index = columns.indexOf(column);
    if (index < 0) {
      throw new InvalidUseException(
          Text.of(
              "Unknown column '%s' of table '%s': it has %s",
              column.name(),
              name(),
              Nearest.of(column.name(), columns().stream().map(Column::name).toList())));
    }
    int width = column.type().widthBytes();
    long length = (long) rows * width;
    if (length > Integer.MAX_VALUE) {
      throw new InvalidUseException(
          Text.of(
              "Column '%s.%s' has %d bytes, too many to be read at once",
              name(), column.name(), length));
    }
    List<Extent> stored = stored(index, width, length);
    if (batches.size() == 1 && batches.get(0).codec() == BodyCodec.NONE && length > 0) {
      return verified(stored.get(0));
    }
    ByteBuffer target = ByteBuffer.allocateDirect((int) length);
    BodyReader reader = BodyReader.forFile(file.size());
    for (int i = 0; i < batches.size(); i++) {
      IpcMessage batch = batches.get(i);
      if (batch.rows() > 0) {
        ByteBuffer bytes = verified(stored.get(i));
        if (batch.codec() == BodyCodec.ZSTD) {
          long plain = (long) batch.rows() * width;
          bytes = reader.inflate(file.path(), stored.get(i).offset(), bytes, plain);
        }
        target.put(bytes.limit(bytes.position() + batch.rows() * width));
      }
    }
    return target.flip();
  }

  /** The column's buffer in each batch; refuses what cannot hold the rows it declares. */
  private List<Extent> stored(int index, int width, long length) throws DamagedFileException {
    if (length > Math.max(LEAST_BUDGET_BYTES, BUDGET_RATIO * crcBytes())) {
      throw new DamagedFileException(
          file.path(), -1, Text.of("a column of %d bytes from so small a file", length));
    }
    List<Extent> stored = new ArrayList<>();
    for (IpcMessage batch : batches) {
      Extent extent = batch.bufferExtent(2 * index + 1);
      long plain = (long) batch.rows() * width;
      boolean fits =
          batch.codec() == BodyCodec.NONE
              ? extent.length() == plain
              : plain == 0 || extent.length() > Long.BYTES;
      if (!fits || batch.bufferExtent(2 * index).length() > 0) {
        throw batch.damaged(
            Text.of(
                "column %d has %d bytes stored for %d rows, or a validity buffer",
                index, extent.length(), batch.rows()));
      }
      stored.add(extent);
    }
    return stored;
  }

  private long crcBytes() {
    return crcs.keySet().stream().mapToLong(Extent::length).sum();
  }

  private ByteBuffer verified(Extent extent) throws IOException {
    if (extent.length() > Integer.MAX_VALUE) {
      throw new InvalidUseException(Text.of("Cannot read %s: a buffer of over 2 GiB", file.path()));
    }
    ByteBuffer bytes = file.map(extent.offset(), (int) extent.length());
    CRC32 crc = new CRC32();
    crc.update(bytes.duplicate());
    if (extent.length() > 0 && crcs.get(extent) != (int) crc.getValue()) {
      throw new DamagedFileException(
          file.path(),
          extent.offset(),
          Text.of(
              "the checksum of %d bytes is %08x, expected %08x",
              extent.length(), crc.getValue(), crcs.get(extent)));
    }
    return bytes;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
