// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import java.io.IOException;
import java.util.List;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.BufferCompression;
import org.arrowworld.storage.Storage;

/** Makes a log ready for a writer (spec L-23). The caller holds the store's lock. */
public final class LogRecovery {
  private LogRecovery() {}

  /** As {@link #prepare(Storage, BufferCompression)}, sealing without compression. */
  public static void prepare(Storage storage) throws IOException {
    prepare(storage, BufferCompression.NONE);
  }

  /**
   * Finishes a truncation that was begun, deletes unfinished files and live segments that were
   * sealed already, and seals the valid prefix of the others. May be repeated after a failure at
   * any point.
   *
   * @param sealing how sealed segments are compressed
   * @throws org.arrowworld.errors.DamagedFileException if a live segment is damaged rather than
   *     torn; it is left as it is
   */
  public static void prepare(Storage storage, BufferCompression sealing) throws IOException {
    forceNames(storage);
    discardUnfinished(storage, SegmentFormat.LOG);
    discardUnfinished(storage, SegmentFormat.LIVE);
    LogTruncation.finish(storage);
    discardCovered(storage);
    for (String name : storage.list(SegmentFormat.LIVE)) {
      if (!SegmentFormat.isName(name, SegmentFormat.LIVE_ENDING)) {
        continue;
      }
      long firstSeq = Long.parseLong(name.substring(0, 20));
      if (storage.exists(SegmentFormat.sealedPath(firstSeq))) {
        storage.delete(SegmentFormat.LIVE + "/" + name);
        storage.forceDirectory(SegmentFormat.LIVE);
      } else {
        Sealer.seal(storage, firstSeq, sealing);
      }
    }
  }

  /**
   * Forces the names a killed process may have left unforced: what is deleted for their sake must
   * not be gone after a power loss that takes them.
   */
  private static void forceNames(Storage storage) throws IOException {
    for (String directory :
        List.of("", SegmentFormat.LOG, SegmentFormat.LIVE, LogTruncation.SNAPSHOTS)) {
      if (storage.exists(directory)) {
        storage.forceDirectory(directory);
      }
    }
  }

  private static void discardUnfinished(Storage storage, String directory) throws IOException {
    for (String name : storage.list(directory)) {
      if (name.endsWith(AtomicFiles.UNFINISHED)) {
        AtomicFiles.discard(storage, directory + "/" + name);
      }
    }
  }

  /** Finishes a merge that was interrupted: deletes sealed segments that an earlier one holds. */
  private static void discardCovered(Storage storage) throws IOException {
    long covered = 0;
    for (String path : Log.segmentPaths(storage)) {
      if (!path.endsWith(SegmentFormat.SEALED_ENDING)) {
        continue;
      }
      long endSeq;
      boolean redundant;
      try (SegmentReader reader = SegmentReader.open(storage, path, 8)) {
        endSeq = SegmentIndexer.sealed(reader).end().seq();
        redundant = endSeq <= covered && reader.header().start().seq() < covered;
      }
      if (redundant) {
        storage.delete(path);
        storage.forceDirectory(SegmentFormat.LOG);
      }
      covered = Math.max(covered, endSeq);
    }
  }
}
