// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.snapshot;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Digits;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.ipc.BodyLayout;
import org.arrowworld.internal.ipc.IpcEncoder.FileBlock;
import org.arrowworld.internal.ipc.IpcField;
import org.arrowworld.internal.ipc.IpcFileWriter;
import org.arrowworld.internal.ipc.IpcFooter;
import org.arrowworld.internal.ipc.IpcMessage;
import org.arrowworld.internal.ipc.StoredBody;
import org.arrowworld.internal.ipc.ZstdCompressor;
import org.arrowworld.internal.ipc.ZstdCompressor.PlainBody;
import org.arrowworld.internal.json.Json;
import org.arrowworld.internal.world.MutableTable;
import org.arrowworld.log.StoreId;
import org.arrowworld.schema.Column;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.BufferCompression;
import org.arrowworld.storage.ReadableFile;
import org.arrowworld.storage.Storage;
import org.arrowworld.storage.WritableFile;
import org.arrowworld.store.TickTime;
import org.arrowworld.store.TimeJson;
import org.arrowworld.table.TableColumns;

/** Single Arrow files in the layout of a snapshot's tables (spec N-1, N-2), outside a snapshot. */
public final class TableFiles {
  /** Footer metadata: 8 hex digits for each buffer with bytes, in file order (spec N-10). */
  static final String BUFFER_CRCS = "aw.buffer_crcs";

  /** Footer metadata: the CRC-32 of all other bytes before the end marker (spec N-10). */
  static final String REST_CRC = "aw.rest";

  private static final int BATCH_ROWS = 1 << 18;
  private static final int GROUP_BATCHES = 4;

  private TableFiles() {}

  /**
   * Where a table comes from, for the file's metadata.
   *
   * @param store its store
   * @param schemaVersion its world's schema version
   * @param tick its world's tick
   * @param words the codebook at that tick; the dictionary of string columns
   * @param time when its store's ticks are, if it says that
   */
  public record Origin(
      StoreId store, int schemaVersion, long tick, List<String> words, Optional<TickTime> time) {

    /** Of a store that does not say the time of its ticks. */
    public Origin(StoreId store, int schemaVersion, long tick, List<String> words) {
      this(store, schemaVersion, tick, words, Optional.empty());
    }
  }

  /** Publishes a table as an Arrow file, uncompressed; a file of that name is replaced. */
  public static void write(Storage storage, String path, TableColumns table, Origin origin)
      throws IOException {
    write(storage, path, table, new Form(origin, BufferCompression.NONE));
  }

  /**
   * How a table is written.
   *
   * @param origin where it comes from
   * @param compression of its buffers; several are compressed at a time, on as many threads as
   *     there are processors
   */
  public record Form(Origin origin, BufferCompression compression) {}

  /**
   * Publishes a table as an Arrow file; a file of that name is replaced. Every byte of it is
   * covered by checksums in its footer (spec N-10), which {@link TableFile} checks.
   */
  public static void write(Storage storage, String path, TableColumns table, Form form)
      throws IOException {
    Origin origin = form.origin;
    Map<String, String> metadata =
        SnapshotFormat.metadata(
            "snapshot", origin.store, origin.schemaVersion, table.name(), origin.tick);
    origin.time.ifPresent(time -> metadata.put("aw.time", Json.write(TimeJson.tree(time))));
    List<byte[]> words =
        origin.words.stream().map(word -> word.getBytes(StandardCharsets.UTF_8)).toList();
    String temporary = path + AtomicFiles.UNFINISHED;
    AtomicFiles.discard(storage, temporary);
    try {
      try (WritableFile file = storage.create(temporary)) {
        IpcFileWriter out =
            new IpcFileWriter(file, SnapshotFormat.fields(table.columns()), metadata);
        if (form.compression instanceof BufferCompression.Zstd zstd) {
          writeCompressed(out, table, words, zstd.level());
        } else {
          SnapshotWriter.writeTable(out, table, words);
        }
        out.finish(checksums(out));
      }
      AtomicFiles.publish(storage, temporary, path);
    } catch (IOException | RuntimeException | Error e) {
      AtomicFiles.discardAfter(e, storage, temporary);
      throw e;
    }
  }

  /** A group of batches at a time, so that all threads have work whatever the columns. */
  private static void writeCompressed(
      IpcFileWriter out, TableColumns table, List<byte[]> words, int level) throws IOException {
    int threads = Math.max(1, Runtime.getRuntime().availableProcessors());
    try (ZstdCompressor compressor = new ZstdCompressor(level, threads)) {
      if (SnapshotFormat.hasStrings(table.columns())) {
        out.dictionary(SnapshotFormat.CODEBOOK_DICTIONARY, words, compressor);
      }
      List<PlainBody> group = new ArrayList<>();
      int row = 0;
      do {
        int end = (int) Math.min(table.rows(), (long) row + BATCH_ROWS);
        group.add(batch(table, row, end));
        row = end;
        if (group.size() == GROUP_BATCHES || row == table.rows()) {
          for (StoredBody body : compressor.compress(group)) {
            out.batch(body);
          }
          group.clear();
        }
      } while (row < table.rows());
    }
  }

  private static PlainBody batch(TableColumns table, int from, int to) {
    BodyLayout layout = new BodyLayout(to - from, SnapshotWriter.ALIGNMENT_BYTES);
    List<ByteBuffer> buffers = new ArrayList<>();
    for (Column column : table.columns()) {
      layout.column(to - from, column.type().widthBytes());
      buffers.add(ByteBuffer.allocate(0));
      buffers.add(MutableTable.borrow(table, column, from, to));
    }
    return new PlainBody(layout, buffers);
  }

  private static Map<String, String> checksums(IpcFileWriter out) {
    StringBuilder buffers = new StringBuilder();
    out.ranges().forEach(range -> buffers.append(Digits.hex8(range.crc())));
    Map<String, String> checksums = new LinkedHashMap<>();
    checksums.put(BUFFER_CRCS, buffers.toString());
    checksums.put(REST_CRC, Digits.hex8(out.restCrc()));
    return checksums;
  }

  /**
   * What an Arrow file of this project says about itself.
   *
   * @param metadata schema metadata, {@code aw.kind} first of all
   * @param columns type by name, in order
   * @param rows rows of all record batches
   * @param bytes length of the file
   */
  public record Info(
      Map<String, String> metadata, Map<String, String> columns, long rows, long bytes) {}

  /**
   * Reads an Arrow file's footer and the headers of its record batches.
   *
   * @throws DamagedFileException if it is no Arrow file of this project, or its footer is damaged
   */
  public static Info info(Storage storage, String path) throws IOException {
    try (ReadableFile file = storage.openRead(path)) {
      IpcFooter footer = IpcFooter.read(file);
      long rows = 0;
      for (FileBlock block : footer.batches()) {
        IpcMessage batch = IpcMessage.read(file, block.offset(), file.size());
        if (batch == null || batch.kind() != IpcMessage.Kind.RECORD_BATCH) {
          throw new DamagedFileException(path, block.offset(), "expected a record batch");
        }
        rows += batch.rows();
      }
      Map<String, String> columns = new LinkedHashMap<>();
      for (IpcField field : footer.schema().fields()) {
        columns.put(field.name(), typeLabel(field));
      }
      return new Info(footer.schema().metadata(), columns, rows, file.size());
    }
  }

  private static String typeLabel(IpcField field) {
    String type = field.metadata().getOrDefault("aw.type", label(field));
    return field.dictionary() == null
        ? type
        : Text.of("dictionary<u%d, %s>", 8 * field.dictionary().indexBytes(), type);
  }

  private static String label(IpcField field) {
    return field.type().name().toLowerCase(Locale.ROOT);
  }
}
