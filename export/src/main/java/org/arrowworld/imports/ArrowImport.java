package org.arrowworld.imports;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.export.OutputDirectory;
import org.arrowworld.export.internal.ImportMemory;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.ipc.IpcMessage;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.ReadableFile;
import org.arrowworld.storage.Storage;

/**
 * Arrow IPC files and streams as stores (spec T-20 to T-23). A file is read as the stream it holds,
 * after its magic and framing were checked from front to back.
 */
public final class ArrowImport {
  private static final byte[] MAGIC = {'A', 'R', 'R', 'O', 'W', '1'};
  private static final int FILE_START_BYTES = 8;
  private static final long MIN_BUDGET_BYTES = 256L << 20;
  private static final long BUDGET_RATIO = 64;

  private ArrowImport() {}

  /**
   * Imports a file. If it fails, no store is left behind.
   *
   * @throws DamagedFileException if it is cut or damaged, as far as Arrow's format lets that be
   *     seen
   */
  public static TableImportResult run(TableImportOptions options, BufferAllocator allocator)
      throws IOException {
    return ImportMemory.guard(options.source(), () -> read(options, allocator));
  }

  private static TableImportResult read(TableImportOptions options, BufferAllocator allocator)
      throws IOException {
    OutputDirectory.check(options.out(), options.existing());
    Path path = options.source().toAbsolutePath().normalize();
    Storage storage = new DiskStorage(path.getParent());
    String name = path.getFileName().toString();
    Findings findings = new Findings();
    ForeignTable table;
    try (ReadableFile file = storage.openRead(name)) {
      table = read(file, options, findings, allocator);
    }
    BaseStore.Found found = new BaseStore.Found("arrow", 0, 1, List.of(table));
    return BaseStore.write(
        options,
        found,
        findings,
        (names, store) -> BaseStore.keepFile(storage, name, store),
        allocator);
  }

  private static ForeignTable read(
      ReadableFile file, TableImportOptions options, Findings findings, BufferAllocator allocator)
      throws IOException {
    Extent extent = extent(file);
    long budget =
        Math.min(allocator.getHeadroom(), Math.max(MIN_BUDGET_BYTES, BUDGET_RATIO * file.size()));
    try (ReadMemory memory = new ReadMemory(budget);
        ArrowStreamReader reader =
            new ArrowStreamReader(
                new FileRange(file, extent.start, extent.end),
                memory.allocator(),
                new ZstdBodies(budget))) {
      return read(reader, options, findings);
    } catch (OutOfMemoryException e) {
      throw new DamagedFileException(
          file.path(), -1, Text.of("it asks for more than the %d bytes it may", budget), e);
    } catch (InvalidUseException e) {
      throw e;
    } catch (RuntimeException | StackOverflowError e) {
      throw new DamagedFileException(
          file.path(),
          -1,
          "it is malformed: " + (e.getMessage() == null ? e.toString() : e.getMessage()),
          e);
    }
  }

  private static ForeignTable read(
      ArrowStreamReader reader, TableImportOptions options, Findings findings) throws IOException {
    VectorSchemaRoot root = reader.getVectorSchemaRoot();
    MappedTable.requireFew(options.tableName(), root.getFieldVectors().size());
    List<ArrowColumn> columns = new ArrayList<>();
    for (FieldVector vector : root.getFieldVectors()) {
      columns.add(new ArrowColumn(vector.getField(), options.columns(), reader));
    }
    long rows = 0;
    while (reader.loadNextBatch()) {
      rows += root.getRowCount();
      if (rows > Integer.MAX_VALUE - 8) {
        throw new InvalidUseException(
            Text.of("Cannot import %s: it has more rows than a table holds", options.source()));
      }
      for (int i = 0; i < columns.size(); i++) {
        columns.get(i).add(root.getVector(i), root.getRowCount());
      }
    }
    List<ForeignColumn> read = new ArrayList<>();
    for (ArrowColumn column : columns) {
      column.finish(read, findings);
    }
    return new ForeignTable(options.tableName(), (int) rows, read);
  }

  /** Where the stream of messages lies in a file. */
  private record Extent(long start, long end) {}

  /** Walks all messages: whatever has no end is found before anything is allocated for it. */
  private static Extent extent(ReadableFile file) throws IOException {
    long size = file.size();
    boolean whole = size >= FILE_START_BYTES && hasMagic(file, 0);
    if (whole && !(size >= 2L * FILE_START_BYTES && hasMagic(file, size - MAGIC.length))) {
      throw new DamagedFileException(
          file.path(), size, Text.of("an Arrow file ends in %s; it is cut", "ARROW1"));
    }
    long at = whole ? FILE_START_BYTES : 0;
    Extent extent = new Extent(at, size);
    IpcMessage message = IpcMessage.read(file, at, size);
    if (message == null || message.kind() != IpcMessage.Kind.SCHEMA) {
      throw new DamagedFileException(file.path(), at, "expected an Arrow schema");
    }
    while (message != null) {
      if (message.kind() != IpcMessage.Kind.SCHEMA) {
        message.rows(); // refuses a negative number, which Arrow's reader takes
      }
      at = message.bodyOffset() + message.bodyBytes();
      message = IpcMessage.read(file, at, size);
    }
    if (!whole && at < size && !isEnd(file, at, size)) {
      throw new DamagedFileException(file.path(), at, "bytes follow the end of the stream");
    }
    return extent;
  }

  private static boolean isEnd(ReadableFile file, long at, long size) throws IOException {
    ByteBuffer rest = ByteBuffer.allocate((int) Math.min(16, size - at));
    file.readFully(rest, at);
    boolean marked = rest.limit() == 8 && rest.getInt(0) == -1 && rest.getInt(4) == 0;
    boolean zeros = rest.limit() == 8 && rest.getLong(0) == 0;
    return marked || zeros;
  }

  private static boolean hasMagic(ReadableFile file, long at) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(MAGIC.length);
    file.readFully(bytes, at);
    return java.util.Arrays.equals(bytes.array(), MAGIC);
  }
}
