// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.UnsupportedVersionException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.ipc.IpcMessage;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.Storage;

/**
 * What is wrong with a log's files that its own readers pass over, because they use names, footers
 * or dictionaries less than others do. With it, verification speaks for the readers of every
 * language.
 */
public final class LogAudit {
  private final Storage storage;
  private final List<String> findings = new ArrayList<>();

  private LogAudit(Storage storage) {
    this.storage = storage;
  }

  /** Findings about the names in the log's folders, in plain words. */
  public static List<String> names(Storage storage) throws IOException {
    LogAudit audit = new LogAudit(storage);
    audit.folder(SegmentFormat.LOG, SegmentFormat.SEALED_ENDING);
    audit.folder(SegmentFormat.LIVE, SegmentFormat.LIVE_ENDING);
    return audit.findings;
  }

  /**
   * Findings about a log's segments, in plain words: footers that do not describe their batches,
   * incomplete headers, and damage in front of a later segment.
   *
   * @param paths the segments, in order
   */
  public static List<String> segments(Storage storage, List<String> paths) throws IOException {
    LogAudit audit = new LogAudit(storage);
    ReadMemory memory = new ReadMemory();
    for (String path : paths) {
      try (SegmentReader reader = SegmentReader.open(storage, path, first(path), memory)) {
        audit.header(reader);
        if (path.endsWith(SegmentFormat.SEALED_ENDING)) {
          audit.sealed(reader);
        } else {
          audit.live(reader, path.equals(paths.get(paths.size() - 1)));
        }
      } catch (DamagedFileException | UnsupportedVersionException e) {
        audit.findings.add(e.getMessage());
      }
    }
    return audit.findings;
  }

  private static long first(String path) {
    return path.endsWith(SegmentFormat.SEALED_ENDING) ? 8 : 0;
  }

  /** Says what a folder of a store holds that does not belong there (spec S-13). */
  private void folder(String folder, String ending) throws IOException {
    String problem = folderProblem(storage, folder);
    if (!problem.isEmpty()) {
      findings.add(problem);
      return;
    }
    for (String name : storage.list(folder)) {
      String path = folder + "/" + name;
      if (SegmentFormat.isName(name, ending)) {
        openable(path);
      } else if (!name.endsWith(AtomicFiles.UNFINISHED) && !path.equals(SegmentFormat.LIVE)) {
        findings.add(
            Text.of(
                "%s: no segment has such a name, so it is not read; move it away, or recover the store",
                path));
      }
    }
  }

  /** Also a segment that no reader opens is a regular file: a writer may have to delete it. */
  private void openable(String path) throws IOException {
    try {
      storage.openRead(path).close();
    } catch (DamagedFileException e) {
      findings.add(e.getMessage());
    } catch (NoSuchFileException e) {
      // sealed and deleted meanwhile
    }
  }

  /** What is wrong with a folder of a store itself; empty if nothing, or if it is absent. */
  public static String folderProblem(Storage storage, String folder) throws IOException {
    if (storage.isLink(folder)) {
      return folder + ": it is a link, expected a directory; links are not followed";
    }
    if (!storage.exists(folder) || !storage.list(folder).isEmpty()) {
      return "";
    }
    try {
      storage.openRead(folder).close();
      return folder + ": it is a file, expected a directory";
    } catch (DamagedFileException e) {
      return e.getMessage().contains("it is a directory") ? "" : e.getMessage();
    }
  }

  /** The dictionaries that stand before the first batch (spec L-17, L-20). */
  private void header(SegmentReader reader) throws IOException {
    long size = reader.file().size();
    int dictionaries = 0;
    int expected = reader.header().strings() ? 2 : 1;
    IpcMessage message = IpcMessage.read(reader.file(), reader.firstMessage(), size);
    while (message != null
        && dictionaries < expected
        && message.kind() != IpcMessage.Kind.RECORD_BATCH) {
      message = IpcMessage.read(reader.file(), message.end(), size);
      boolean found = message != null && message.kind() == IpcMessage.Kind.DICTIONARY;
      dictionaries += found ? 1 : 0;
    }
    if (dictionaries < expected) {
      findings.add(
          Text.of(
              "%s: its header has %d dictionaries, expected %d",
              reader.path(), dictionaries, expected));
    }
  }

  private void live(SegmentReader reader, boolean isLast) throws IOException {
    SegmentIndex index = SegmentIndexer.live(reader);
    if (!isLast && index.tail().kind() == Tail.Kind.DAMAGED) {
      findings.add(
          Text.of(
              "%s is damaged at byte %d: %s",
              reader.path(), index.tail().offset(), index.tail().finding()));
    }
  }

  /** Where a footer has a checksum of what stands before the first batch, it is that (B-12). */
  private static void checkHead(SegmentReader reader, SegmentIndex stated) throws IOException {
    if (stated.head().isEmpty()) {
      return;
    }
    SegmentIndex.Head found = reader.head();
    if (!stated.head().get().equals(found)) {
      throw reader.wrongFooter(
          Text.of(
              "its footer says that bytes 0 to %d stand before the first batch, with checksum %08x; it is 0 to %d, %08x",
              stated.head().get().lengthBytes(),
              stated.head().get().crc(),
              found.lengthBytes(),
              found.crc()));
    }
  }

  /** A sealed segment's footer says of each batch what is so (spec L-20, L-16). */
  private void sealed(SegmentReader reader) throws IOException {
    SegmentIndex stated = SegmentIndexer.sealed(reader);
    checkHead(reader, stated);
    LogPosition end = reader.header().start();
    long at = 0;
    int crc = 0;
    long nextSeq = end.seq();
    int count = 0;
    boolean committed = false;
    for (SegmentReader.Verified v = reader.next(0, 0); v != null; v = reader.next(at, crc)) {
      SegmentIndex.Entry found = v.entry();
      if (count >= stated.batches().size() || !stated.batches().get(count).equals(found)) {
        throw reader.wrongFooter(Text.of("batch %d is not what its aw.batches says of it", count));
      }
      if (found.rows() == 0 || found.firstSeq() != nextSeq) {
        throw reader.wrongFooter(
            Text.of(
                "batch %d has %d rows from seq %d on, expected some from seq %d on",
                count, found.rows(), found.firstSeq(), nextSeq));
      }
      committed = v.batch().committedRows() == v.batch().rows();
      end = SegmentIndexer.endOf(v.batch(), end);
      nextSeq += found.rows();
      at = found.to();
      crc = found.crc();
      count++;
    }
    if (count != stated.batches().size() || !committed || !end.equals(stated.end())) {
      throw reader.wrongFooter(
          Text.of(
              "it ends with %d batches at tick %d, seq %d, chain %016x; its footer says %d, %d, %d, %016x",
              count,
              end.tick(),
              end.seq(),
              end.chain(),
              stated.batches().size(),
              stated.end().tick(),
              stated.end().seq(),
              stated.end().chain()));
    }
  }
}
