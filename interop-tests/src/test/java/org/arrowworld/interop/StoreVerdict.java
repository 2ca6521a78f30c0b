// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.StoreNotFoundException;
import org.arrowworld.errors.UnsupportedVersionException;
import org.arrowworld.maintenance.StoreRecovery;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.storage.Storage;
import org.arrowworld.timeline.Verifier;

/** What Java says of a store, for tests that compare it with the readers of other languages. */
final class StoreVerdict {
  private StoreVerdict() {}

  /** Adds whether the store is sound, and the findings. */
  static void verified(Storage storage, Map<String, Object> line, BufferAllocator memory)
      throws IOException {
    List<String> findings;
    try {
      findings = Verifier.verify(storage, Verifier.Depth.STANDARD, 1, memory).findings();
    } catch (UnsupportedVersionException | StoreNotFoundException e) {
      findings = List.of(e.getMessage());
    }
    line.put("sound", findings.isEmpty());
    line.put("findings", findings);
  }

  /**
   * Adds what recovery saves of the store, or why it refuses.
   *
   * @return the recovered store, empty where there is none
   */
  static MemoryStorage recovered(Storage storage, Map<String, Object> line, BufferAllocator memory)
      throws IOException {
    MemoryStorage recovered = new MemoryStorage();
    try {
      StoreRecovery.Report report = StoreRecovery.run(storage, recovered, memory);
      line.put("recovered_sound", report.requireSound(recovered).verification().isSound());
      line.put("rows", report.saved().seq());
      line.put("tick", report.saved().tick());
      line.put("lost", report.rowsLost());
      line.put("complete", report.isComplete());
      line.put("losses", report.losses());
      return recovered;
    } catch (DamagedFileException | UnsupportedVersionException e) {
      line.put("refused", e.getMessage());
      return new MemoryStorage();
    }
  }

  /** Writes the files of a storage into a directory. */
  static void write(MemoryStorage storage, Path to) throws IOException {
    write(storage, "", to);
  }

  private static void write(MemoryStorage storage, String from, Path to) throws IOException {
    Files.createDirectories(to);
    for (String name : storage.list(from)) {
      String path = from.isEmpty() ? name : from + "/" + name;
      byte[] bytes = null;
      try {
        bytes = storage.bytes(path);
      } catch (IOException e) {
        write(storage, path, to.resolve(name)); // a directory
      }
      if (bytes != null) {
        Files.write(to.resolve(name), bytes);
      }
    }
  }
}
