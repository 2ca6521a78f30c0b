// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.snapshot;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.ipc.BodyCodec;
import org.arrowworld.internal.ipc.IpcEncoder.FileBlock;
import org.arrowworld.internal.ipc.IpcField;
import org.arrowworld.internal.ipc.IpcFileWriter.DataRange;
import org.arrowworld.internal.ipc.IpcFooter;
import org.arrowworld.internal.ipc.IpcMessage;
import org.arrowworld.internal.ipc.Words;
import org.arrowworld.snapshot.SnapshotManifest.FileEntry;
import org.arrowworld.storage.ReadableFile;
import org.arrowworld.storage.Storage;

/**
 * One IPC file of a snapshot. Opening verifies everything but the data buffers; each of those is
 * mapped and verified at its first use (spec N-6).
 */
final class SnapshotFile implements Closeable {
  /**
   * In a file of more buffers small ones share maps, of which a system has few (Linux 65,530 for a
   * process).
   */
  private static final int SINGLE_MAPS = 256;

  private static final int SHARED_BYTES = 1 << 20;

  private static final int WINDOW_BYTES = 16 << 20;

  private final ReadableFile file;
  private final FileEntry entry;
  private final IpcMessage batch;
  private final Reading reading;
  private final Map<Long, DataRange> listed = new HashMap<>();
  private final Map<Long, ByteBuffer> windows = new HashMap<>();

  /**
   * How data is read.
   *
   * @param verify when it is verified
   * @param mapBytes longest map, a multiple of 8
   */
  record Reading(Verify verify, int mapBytes) {
    static final Reading DEFAULT = of(Verify.ON_FIRST_TOUCH);

    static Reading of(Verify verify) {
      return new Reading(verify, MappedRange.MAX_MAP_BYTES);
    }
  }

  private SnapshotFile(ReadableFile file, FileEntry entry, IpcMessage batch, Reading reading) {
    this.file = file;
    this.entry = entry;
    this.batch = batch;
    this.reading = reading;
    entry.buffers().forEach(range -> listed.put(range.offset(), range));
  }

  static SnapshotFile open(
      Storage storage, String directory, FileEntry entry, List<IpcField> fields, Reading reading)
      throws IOException {
    ReadableFile file = openFile(storage, directory + "/" + entry.name());
    try {
      checkSize(file, entry);
      IpcFooter footer = IpcFooter.read(file);
      if (!essence(footer.schema().fields()).equals(essence(fields))) {
        throw new DamagedFileException(
            file.path(),
            -1,
            "its columns are not those of the schema: " + footer.schema().fields());
      }
      if (footer.batches().size() != 1) {
        throw new DamagedFileException(file.path(), -1, "expected one record batch");
      }
      FileBlock block = footer.batches().get(0);
      IpcMessage batch = IpcMessage.read(file, block.offset(), entry.bytes());
      if (batch == null || batch.kind() != IpcMessage.Kind.RECORD_BATCH) {
        throw new DamagedFileException(file.path(), block.offset(), "expected a record batch");
      }
      if (batch.codec() != BodyCodec.NONE) {
        throw batch.damaged("its buffers are compressed, which a snapshot's are not");
      }
      SnapshotFile opened = new SnapshotFile(file, entry, batch, reading);
      if (reading.verify() == Verify.ALL) {
        opened.verifyAll();
      }
      return opened;
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private static ReadableFile openFile(Storage storage, String path) throws IOException {
    try {
      return storage.openRead(path);
    } catch (NoSuchFileException e) {
      throw new DamagedFileException(path, -1, "a file of the snapshot is missing", e);
    }
  }

  /**
   * What fields must have in common with those of the schema: columns may share a dictionary or
   * have one each (spec N-2), and of their metadata only the type counts (S-15).
   */
  private static List<IpcField> essence(List<IpcField> fields) {
    return fields.stream().map(SnapshotFile::essence).toList();
  }

  private static IpcField essence(IpcField field) {
    String type = field.metadata().get("aw.type");
    return new IpcField(
        field.name(),
        field.type(),
        field.nullable(),
        field.dictionary() == null
            ? null
            : new IpcField.DictionaryRef(0, field.dictionary().indexBytes()),
        type == null ? Map.of() : Map.of("aw.type", type));
  }

  private static void checkSize(ReadableFile file, FileEntry entry) throws IOException {
    long size = file.size();
    if (size != entry.bytes()) {
      throw new DamagedFileException(
          file.path(), -1, Text.of("%d bytes, expected %d", size, entry.bytes()));
    }
    long at = 0;
    for (DataRange range : entry.buffers()) {
      if (range.offset() < at
          || range.length() < 0
          || range.length() > entry.bytes() - range.offset()) {
        throw new DamagedFileException(
            file.path(), range.offset(), "its manifest lists a buffer outside it");
      }
      at = range.offset() + range.length();
    }
    int rest = SnapshotFormat.rest(file, entry.buffers(), size);
    if (rest != entry.rest()) {
      throw new DamagedFileException(
          file.path(),
          -1,
          Text.of("the checksum of its metadata is %08x, expected %08x", rest, entry.rest()));
    }
  }

  String path() {
    return file.path();
  }

  int rows() throws DamagedFileException {
    return batch.rows();
  }

  /** The data of a fixed-width column, mapped, and verified if it is to be. */
  MappedRange column(int index, int rows, int widthBytes) throws IOException {
    return buffer(2 * index + 1, (long) rows * widthBytes);
  }

  /** The words of a codebook file. */
  List<String> words(int count) throws IOException {
    ByteBuffer offsets = buffer(1, 4L * (count + 1)).whole();
    ByteBuffer bytes = buffer(2, -1).whole();
    Words words = Words.checked(file.path(), batch.offset(), count, offsets, bytes);
    return IntStream.range(0, count).mapToObj(words::word).toList();
  }

  private MappedRange buffer(int index, long expectedBytes) throws IOException {
    IpcMessage.Extent extent = batch.bufferExtent(index);
    if (expectedBytes >= 0 && extent.length() != expectedBytes) {
      throw new DamagedFileException(
          file.path(),
          extent.offset(),
          Text.of("a column of %d bytes, expected %d", extent.length(), expectedBytes));
    }
    if (extent.length() == 0) {
      return map(new DataRange(extent.offset(), 0, 0));
    }
    DataRange range = listed.get(extent.offset());
    if (range == null || range.length() != extent.length()) {
      throw new DamagedFileException(
          file.path(), extent.offset(), "a column that its manifest does not list");
    }
    return reading.verify() == Verify.ON_FIRST_TOUCH ? verified(range) : map(range);
  }

  private MappedRange map(DataRange range) throws IOException {
    long window = range.offset() / WINDOW_BYTES;
    boolean shares =
        listed.size() > SINGLE_MAPS
            && range.length() > 0
            && range.length() <= Math.min(SHARED_BYTES, reading.mapBytes())
            && (range.offset() + range.length() - 1) / WINDOW_BYTES == window;
    if (shares) {
      int at = (int) (range.offset() - window * WINDOW_BYTES);
      return MappedRange.of(window(window).slice(at, (int) range.length()));
    }
    return MappedRange.of(file, range.offset(), range.length(), reading.mapBytes());
  }

  private ByteBuffer window(long index) throws IOException {
    synchronized (windows) {
      ByteBuffer window = windows.get(index);
      if (window == null) {
        long from = index * WINDOW_BYTES;
        window = file.map(from, (int) Math.min(WINDOW_BYTES, file.size() - from));
        windows.put(index, window);
      }
      return window;
    }
  }

  private MappedRange verified(DataRange range) throws IOException {
    MappedRange data = map(range);
    int crc = data.crc();
    if (crc != range.crc()) {
      throw new DamagedFileException(
          file.path(),
          range.offset(),
          Text.of(
              "the checksum of %d bytes is %08x, expected %08x", range.length(), crc, range.crc()));
    }
    return data;
  }

  /** Verifies every data buffer. */
  void verifyAll() throws IOException {
    for (DataRange range : entry.buffers()) {
      verified(range);
    }
  }

  @Override
  public void close() throws IOException {
    synchronized (windows) {
      windows.clear(); // what was handed out keeps them
    }
    file.close();
  }
}
