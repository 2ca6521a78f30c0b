// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.maintenance;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.ReadableFile;
import org.arrowworld.storage.Storage;
import org.arrowworld.storage.WritableFile;

/** Takes the gridded fields of a damaged store over, byte for byte: they carry no log to prove. */
final class RecoveredFields {
  private static final String FIELDS = "fields";
  private static final int CHUNK_BYTES = 1 << 20;

  private RecoveredFields() {}

  /** Copies what can be read; what cannot is added to the losses. */
  static void copy(Storage source, Storage target, List<String> losses) throws IOException {
    if (source.exists(FIELDS)) {
      directory(source, target, FIELDS, losses);
    }
  }

  private static void directory(
      Storage source, Storage target, String directory, List<String> losses) throws IOException {
    AtomicFiles.createDirectories(target, directory);
    for (String name : source.list(directory)) {
      String path = directory + "/" + name;
      if (name.endsWith(AtomicFiles.UNFINISHED) || name.equals("LOCK")) {
        continue;
      }
      if (!source.isLink(path) && source.isDirectory(path) && !isFile(name)) {
        directory(source, target, path, losses);
      } else {
        file(source, target, path, losses);
      }
    }
    target.forceDirectory(directory);
  }

  /** Whether a run of fields has a file of such a name, which no folder is. */
  private static boolean isFile(String name) {
    return name.endsWith(".npy") || name.endsWith(".json");
  }

  private static void file(Storage source, Storage target, String path, List<String> losses)
      throws IOException {
    ReadableFile opened;
    try {
      opened = source.openRead(path);
    } catch (IOException e) {
      losses.add(e.getMessage());
      return;
    }
    try (ReadableFile from = opened;
        WritableFile to = target.create(path)) {
      ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
      long size = from.size();
      for (long at = 0; at < size; at += chunk.limit()) {
        chunk.clear().limit((int) Math.min(CHUNK_BYTES, size - at));
        from.readFully(chunk, at);
        to.write(chunk.flip(), at);
      }
      to.force();
    }
  }
}
