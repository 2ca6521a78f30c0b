// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.simlog;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.export.internal.ImportMemory;
import org.arrowworld.export.internal.Subdirectory;
import org.arrowworld.internal.Text;
import org.arrowworld.storage.AbsolutePath;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.Storage;

/**
 * Imports a directory of the Python simlog reference ({@code chunk_NNNNNN.npz}, {@code
 * _codebook.json}) as a new record log. Reads one chunk at a time.
 *
 * <p>Integers stay integers and words words; a field whose first type the reference froze keeps the
 * values its rows have, whatever was frozen. Every chunk becomes at least one commit group.
 */
public final class SimLogImport {
  private static final String CHUNK = "chunk_[0-9]{6,9}\\.npz";

  private SimLogImport() {}

  /**
   * Imports a directory. The store appears complete or not at all.
   *
   * @param source the directory; it is only read
   * @param target where the store will be; must not exist
   * @throws DamagedFileException naming the file that is damaged; nothing is left behind
   * @throws InvalidUseException if the target exists, or the source is no simlog directory
   */
  public static SimLogImportResult importDirectory(Path source, Path target) throws IOException {
    Path absolute = AbsolutePath.of(target);
    Path parent = absolute.getParent();
    if (parent == null) {
      throw new InvalidUseException(
          Text.of("Cannot import into %s: it is not a new directory", target));
    }
    return importDirectory(
        new DiskStorage(source), new DiskStorage(parent), absolute.getFileName().toString());
  }

  /** As {@link #importDirectory(Path, Path)}, into a directory of a storage. */
  public static SimLogImportResult importDirectory(Storage source, Storage parent, String name)
      throws IOException {
    return ImportMemory.guard(source.description(), () -> read(source, parent, name));
  }

  private static SimLogImportResult read(Storage source, Storage parent, String name)
      throws IOException {
    if (parent.exists(name)) {
      throw new InvalidUseException(Text.of("Cannot import into %s: it exists already", name));
    }
    List<String> chunks = new ArrayList<>();
    for (String file : source.list("")) {
      if (file.matches(CHUNK)) {
        chunks.add(file);
      }
    }
    boolean hasCodebook = source.exists(SimLogCodebook.FILE);
    if (chunks.isEmpty() && !hasCodebook) {
      throw new InvalidUseException(
          Text.of(
              "Cannot import %s: it has neither chunk_NNNNNN.npz files nor a %s",
              source.description(), SimLogCodebook.FILE));
    }
    chunks.sort((a, b) -> Long.compare(number(a), number(b)));
    SimLogCodebook codebook = hasCodebook ? SimLogCodebook.read(source) : SimLogCodebook.missing();
    RecordFindings findings = new RecordFindings();
    if (!hasCodebook) {
      findings.noCodebook();
    }
    noteMissing(chunks, findings);
    for (String chunk : chunks) {
      SimLogChunk.read(source, chunk); // all are sound before anything is written
    }
    return write(source, chunks, codebook, parent, name, findings);
  }

  private static SimLogImportResult write(
      Storage source,
      List<String> chunks,
      SimLogCodebook codebook,
      Storage parent,
      String name,
      RecordFindings findings)
      throws IOException {
    String temporary = name + AtomicFiles.UNFINISHED;
    AtomicFiles.discard(parent, temporary);
    parent.createDirectories(temporary);
    try {
      SimLogImportResult result;
      try (ChunkWriter writer =
          new ChunkWriter(new Subdirectory(parent, temporary), codebook, findings)) {
        for (String chunk : chunks) {
          writer.write(SimLogChunk.read(source, chunk));
        }
        result = writer.finish(chunks.size());
      }
      AtomicFiles.publish(parent, temporary, name);
      return result;
    } catch (IOException | RuntimeException | Error e) {
      try {
        AtomicFiles.discard(parent, temporary);
      } catch (IOException | RuntimeException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }

  private static long number(String chunk) {
    return Long.parseLong(chunk.replaceAll("[^0-9]", ""));
  }

  private static void noteMissing(List<String> chunks, RecordFindings findings)
      throws DamagedFileException {
    long expected = 0;
    for (String chunk : chunks) {
      long found = number(chunk);
      if (found < expected) {
        throw new DamagedFileException(chunk, -1, "there are two chunks of number " + found);
      }
      if (found > expected) {
        findings.missingChunks(expected, found - 1);
      }
      expected = found + 1;
    }
  }
}
