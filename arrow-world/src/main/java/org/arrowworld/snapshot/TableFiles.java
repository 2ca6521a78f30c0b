package org.arrowworld.snapshot;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.ipc.IpcEncoder.FileBlock;
import org.arrowworld.internal.ipc.IpcField;
import org.arrowworld.internal.ipc.IpcFileWriter;
import org.arrowworld.internal.ipc.IpcFooter;
import org.arrowworld.internal.ipc.IpcMessage;
import org.arrowworld.log.StoreId;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.ReadableFile;
import org.arrowworld.storage.Storage;
import org.arrowworld.storage.WritableFile;
import org.arrowworld.table.TableView;

/** Single Arrow files in the layout of a snapshot's tables (spec N-1, N-2), outside a snapshot. */
public final class TableFiles {
  private TableFiles() {}

  /**
   * Where a table comes from, for the file's metadata.
   *
   * @param store its store
   * @param schemaVersion its world's schema version
   * @param tick its world's tick
   * @param words the codebook at that tick; the dictionary of string columns
   */
  public record Origin(StoreId store, int schemaVersion, long tick, List<String> words) {}

  /** Publishes a table as an Arrow file; a file of that name is replaced. */
  public static void write(Storage storage, String path, TableView table, Origin origin)
      throws IOException {
    Map<String, String> metadata =
        SnapshotFormat.metadata(
            "snapshot", origin.store, origin.schemaVersion, table.name(), origin.tick);
    List<byte[]> words =
        origin.words.stream().map(word -> word.getBytes(StandardCharsets.UTF_8)).toList();
    String temporary = path + AtomicFiles.UNFINISHED;
    AtomicFiles.discard(storage, temporary);
    try {
      try (WritableFile file = storage.create(temporary)) {
        IpcFileWriter out =
            new IpcFileWriter(file, SnapshotFormat.fields(table.columns()), metadata, new CRC32());
        SnapshotWriter.writeTable(out, table, words);
        out.finish(Map.of());
      }
      AtomicFiles.publish(storage, temporary, path);
    } catch (IOException | RuntimeException | Error e) {
      AtomicFiles.discardAfter(e, storage, temporary);
      throw e;
    }
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
        : "dictionary<u%d, %s>".formatted(8 * field.dictionary().indexBytes(), type);
  }

  private static String label(IpcField field) {
    return field.type().name().toLowerCase(java.util.Locale.ROOT);
  }
}
