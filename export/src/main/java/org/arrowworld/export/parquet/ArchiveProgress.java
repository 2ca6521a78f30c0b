package org.arrowworld.export.parquet;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.json.ChecksummedJson;
import org.arrowworld.internal.json.JsonObject;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.ReadableFile;
import org.arrowworld.storage.Storage;

/**
 * Which files of an archive are complete, in {@code progress.json} of its unfinished directory, so
 * that an interrupted export can go on. Held by one process at a time.
 */
final class ArchiveProgress implements Closeable {
  private static final String PROGRESS = "progress.json";
  private static final String LOCK = "LOCK";
  private static final int READ_BYTES = 1 << 20;

  private final Storage storage;
  private final String directory;
  private final Map<String, String> parameters;
  private final Closeable lock;
  private final List<Map<String, Object>> files = new ArrayList<>();
  private int resumed;
  private boolean closed;

  private ArchiveProgress(
      Storage storage, String directory, Map<String, String> parameters, Closeable lock) {
    this.storage = storage;
    this.directory = directory;
    this.parameters = parameters;
    this.lock = lock;
  }

  /** Makes the unfinished directory, or takes over one of the same parameters. */
  static ArchiveProgress begin(Storage storage, String directory, Map<String, String> parameters)
      throws IOException {
    AtomicFiles.createDirectories(storage, directory);
    String holder = "process %d, exporting".formatted(ProcessHandle.current().pid());
    Closeable lock = storage.lock(directory + "/" + LOCK, holder);
    ArchiveProgress progress = new ArchiveProgress(storage, directory, parameters, lock);
    try {
      progress.takeOver();
    } catch (IOException | RuntimeException | Error e) {
      lock.close();
      throw e;
    }
    return progress;
  }

  private void takeOver() throws IOException {
    List<Map<String, Object>> known = known();
    for (Map<String, Object> entry : known) {
      if (verifies(entry)) {
        files.add(entry);
      }
    }
    resumed = files.size();
    discardOthers("");
    if (resumed > 0) {
      save();
    }
  }

  /** The entries of an interrupted export with these parameters. */
  private List<Map<String, Object>> known() throws IOException {
    List<Map<String, Object>> entries = new ArrayList<>();
    if (!storage.exists(within(PROGRESS))) {
      return entries;
    }
    try {
      JsonObject json = ChecksummedJson.read(storage, within(PROGRESS));
      if (json.strings("parameters").equals(parameters)) {
        for (JsonObject file : json.objects("files")) {
          entries.add(new LinkedHashMap<>(file.members()));
        }
      }
    } catch (DamagedFileException e) {
      entries.clear(); // then nothing is taken over
    }
    return entries;
  }

  private boolean verifies(Map<String, Object> entry) throws IOException {
    String path = within((String) entry.get("path"));
    if (!storage.exists(path)) {
      return false;
    }
    try (ReadableFile file = storage.openRead(path)) {
      long size = ((Number) entry.get("bytes")).longValue();
      if (file.size() != size) {
        return false;
      }
      CRC32 crc = new CRC32();
      ByteBuffer chunk = ByteBuffer.allocateDirect(READ_BYTES);
      for (long at = 0; at < size; at += chunk.limit()) {
        chunk.clear().limit((int) Math.min(READ_BYTES, size - at));
        file.readFully(chunk, at);
        crc.update(chunk.flip());
      }
      return "%08x".formatted(crc.getValue()).equals(entry.get("crc32"));
    }
  }

  /** Deletes everything that is not taken over. */
  private void discardOthers(String path) throws IOException {
    for (String name : storage.list(within(path))) {
      String inner = path.isEmpty() ? name : path + "/" + name;
      if (inner.equals(LOCK) || find(inner).isPresent()) {
        continue;
      }
      boolean holdsFiles =
          files.stream().anyMatch(f -> ((String) f.get("path")).startsWith(inner + "/"));
      if (holdsFiles) {
        discardOthers(inner);
      } else {
        AtomicFiles.discard(storage, within(inner));
      }
    }
  }

  private String within(String path) {
    return path.isEmpty() ? directory : directory + "/" + path;
  }

  /** The entry of a file that is complete. */
  Optional<Map<String, Object>> find(String path) {
    return files.stream().filter(f -> path.equals(f.get("path"))).findFirst();
  }

  List<Map<String, Object>> files() {
    return files;
  }

  int resumed() {
    return resumed;
  }

  /** Takes note of a file that is complete. */
  void done(Map<String, Object> entry) throws IOException {
    files.add(entry);
    save();
  }

  private void save() throws IOException {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("parameters", parameters);
    json.put("files", files);
    ChecksummedJson.write(storage, within(PROGRESS), json);
  }

  /** Deletes what is not part of the archive. */
  void finish() throws IOException {
    AtomicFiles.discard(storage, within(PROGRESS));
    AtomicFiles.discard(storage, within(LOCK));
  }

  /** Lets go of the directory. Idempotent. */
  @Override
  public void close() throws IOException {
    if (!closed) {
      closed = true;
      lock.close();
    }
  }
}
