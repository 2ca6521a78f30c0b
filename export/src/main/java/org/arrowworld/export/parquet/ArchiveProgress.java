// SPDX-License-Identifier: Apache-2.0
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
import org.arrowworld.export.internal.Replacement;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.json.ChecksummedJson;
import org.arrowworld.internal.json.JsonObject;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.OutputLock;
import org.arrowworld.storage.ReadableFile;
import org.arrowworld.storage.Storage;

/**
 * Which files of an archive are complete, in {@code progress.json} of its unfinished directory, so
 * that an interrupted export can go on. One export at a time holds it ({@link OutputLock}).
 */
final class ArchiveProgress implements Closeable {
  private static final String PROGRESS = "progress.json";
  private static final int READ_BYTES = 1 << 20;

  private final Storage storage;
  private final String directory;
  private final Map<String, String> parameters;
  private final OutputLock lock;
  private final List<Map<String, Object>> files = new ArrayList<>();
  private final Map<String, String> contents = new LinkedHashMap<>();
  private int resumed;

  private ArchiveProgress(
      Storage storage, String directory, Map<String, String> parameters, OutputLock lock) {
    this.storage = storage;
    this.directory = directory;
    this.parameters = parameters;
    this.lock = lock;
  }

  /**
   * Makes the unfinished directory of an archive, or takes over one of the same parameters.
   *
   * @throws org.arrowworld.errors.StoreLockedException if another export writes it
   */
  static ArchiveProgress begin(Storage storage, String archive, Map<String, String> parameters)
      throws IOException {
    AtomicFiles.createDirectories(
        storage, archive.substring(0, Math.max(0, archive.lastIndexOf('/'))));
    OutputLock lock = OutputLock.take(storage, archive);
    String directory = archive + AtomicFiles.UNFINISHED;
    ArchiveProgress progress = new ArchiveProgress(storage, directory, parameters, lock);
    try {
      Replacement.repair(storage, archive);
      AtomicFiles.createDirectories(storage, directory);
      progress.takeOver();
    } catch (IOException | RuntimeException | Error e) {
      try (lock) {
        throw e;
      }
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
    } else {
      AtomicFiles.discard(storage, within(PROGRESS));
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
        contents.putAll(json.strings("contents"));
        for (JsonObject file : json.objects("files")) {
          entries.add(new LinkedHashMap<>(file.members()));
        }
      }
    } catch (DamagedFileException e) {
      entries.clear(); // then nothing is taken over
      contents.clear();
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
      return Text.of("%08x", crc.getValue()).equals(entry.get("crc32"));
    }
  }

  /** Deletes everything that is not taken over. */
  private void discardOthers(String path) throws IOException {
    for (String name : storage.list(within(path))) {
      String inner = path.isEmpty() ? name : path + "/" + name;
      if (inner.equals(PROGRESS) || listed(inner)) {
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

  private boolean listed(String path) {
    return files.stream().anyMatch(f -> path.equals(f.get("path")));
  }

  /**
   * The entry of a file that is complete. One of other contents is forgotten.
   *
   * @param content what identifies its contents
   */
  Optional<Map<String, Object>> find(String path, String content) {
    for (Map<String, Object> file : files) {
      if (path.equals(file.get("path"))) {
        if (content.equals(contents.get(path))) {
          return Optional.of(file);
        }
        files.remove(file);
        resumed--;
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  /** Whether no file is complete. */
  boolean isEmpty() {
    return files.isEmpty();
  }

  int resumed() {
    return resumed;
  }

  /** Takes note of a file that is complete. */
  void done(Map<String, Object> entry, String content) throws IOException {
    files.add(entry);
    contents.put((String) entry.get("path"), content);
    save();
  }

  private void save() throws IOException {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("parameters", parameters);
    json.put("files", files);
    json.put("contents", contents);
    ChecksummedJson.write(storage, within(PROGRESS), json);
  }

  /** Deletes what is not part of the archive: files of an interrupted one that it has not got. */
  void keepOnly(List<Map<String, Object>> archive) throws IOException {
    if (files.retainAll(archive)) {
      discardOthers("");
    }
  }

  /** Forgets the progress; the directory is complete. */
  void finish() throws IOException {
    AtomicFiles.discard(storage, within(PROGRESS));
  }

  /** Lets go of the directory. Idempotent. */
  @Override
  public void close() throws IOException {
    lock.close();
  }
}
