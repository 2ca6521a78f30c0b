// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Digits;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.ipc.BatchSearch;
import org.arrowworld.internal.ipc.IpcEncoder;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.Storage;

/**
 * What can be read of a log in any state: every file in its folders, whatever its name, as
 * stretches of batches that verify one after the other. Damage inside a file ends a stretch and
 * another begins behind it (spec B-5). Nothing is left open.
 */
final class SegmentSurvey {

  /**
   * Batches of one file that verify one after the other.
   *
   * @param reader the closed reader that read them; knows the keys
   * @param firstMessage where the file's first message stands
   * @param fromHeader whether it begins with the file's first batch; else entry 0 is the batch
   *     before it, which does not verify and counts no rows
   * @param index its batches
   */
  record Stretch(SegmentReader reader, long firstMessage, boolean fromHeader, SegmentIndex index) {
    SegmentFormat.Header header() {
      return reader.header();
    }

    String path() {
      return reader.path();
    }

    long rows() {
      return index.batches().stream().mapToLong(SegmentIndex.Entry::rows).sum();
    }
  }

  /**
   * A problem with a file.
   *
   * @param finding in plain words
   * @param store the store it says to be of, if it could be opened
   * @param seqSeen a seq up to which rows are known to have existed, 0 if none
   */
  record Problem(String path, String finding, Optional<StoreId> store, long seqSeen) {}

  /** How many times a file's bytes may be read while it is looked for batches behind damage. */
  private static final int MOST_READINGS = 8;

  /** What a row takes in a stream at least: tick, rid, key and val. */
  private static final int LEAST_ROW_BYTES = 21;

  private final Storage storage;
  private final List<Stretch> stretches = new ArrayList<>();
  private final List<Problem> problems = new ArrayList<>();

  private SegmentSurvey(Storage storage) {
    this.storage = storage;
  }

  static SegmentSurvey of(Storage storage) throws IOException {
    SegmentSurvey survey = new SegmentSurvey(storage);
    for (String folder : List.of(SegmentFormat.LIVE, SegmentFormat.LOG)) {
      for (String name : storage.list(folder)) {
        String path = folder + "/" + name;
        if (!name.endsWith(AtomicFiles.UNFINISHED) && !path.equals(SegmentFormat.LIVE)) {
          survey.file(path);
        }
      }
    }
    return survey;
  }

  List<Stretch> stretches() {
    return stretches;
  }

  List<Problem> problems() {
    return problems;
  }

  private void file(String path) {
    try {
      read(path);
    } catch (IOException | RuntimeException e) { // also what a device cannot give back
      problems.add(new Problem(path, describe(path, e), Optional.empty(), 0));
    }
  }

  private static String describe(String path, Exception problem) {
    String text = String.valueOf(problem.getMessage());
    return text.contains(path) ? text : "Cannot read " + path + ": " + text;
  }

  private void read(String path) throws IOException {
    MeteredStorage metered = new MeteredStorage(storage);
    boolean file = SegmentReader.isFile(metered, path);
    long firstMessage = file ? 8 : 0;
    try (SegmentReader reader = SegmentReader.open(metered, path, firstMessage)) {
      SegmentIndex index = SegmentIndexer.live(reader);
      Stretch first = new Stretch(reader, firstMessage, true, index);
      stretches.add(first);
      long whole = file ? footerEnd(reader) : -1;
      Tail tail = index.tail();
      if (file ? whole != index.end().seq() : tail.kind() == Tail.Kind.DAMAGED) {
        long seen = Math.max(whole, behind(reader, first, metered));
        String finding = Text.of("%s at byte %d: %s", path, tail.offset(), why(tail));
        problems.add(new Problem(path, finding, Optional.of(reader.header().store()), seen));
      }
    }
  }

  private static String why(Tail tail) {
    return tail.finding().isEmpty() ? "its footer does not match its batches" : tail.finding();
  }

  /** The seq at which a file's footer says that it ends, -1 if there is none that verifies. */
  private static long footerEnd(SegmentReader reader) throws IOException {
    try {
      return SegmentIndexer.sealed(reader).end().seq();
    } catch (DamagedFileException e) {
      return -1;
    }
  }

  /** Reads on behind damage; returns a seq up to which rows are known to have existed. */
  private long behind(SegmentReader reader, Stretch first, MeteredStorage metered)
      throws IOException {
    long size = reader.file().size();
    long budget = metered.bytes() + MOST_READINGS * size;
    BatchSearch search = new BatchSearch(reader.file(), size);
    long seen = 0;
    long from = first.index().tail().offset();
    long at = from;
    BatchSearch.Found found = search.next(at);
    while (found != null && metered.bytes() <= budget) {
      at = found.offset() + 8;
      String firstSeq = found.metadata().getOrDefault(SegmentFormat.FIRST_SEQ, "");
      String crc = found.metadata().getOrDefault(IpcEncoder.BATCH_CRC, "");
      if (Digits.are20(firstSeq) && Digits.areHex(crc, 8)) {
        long seq = SegmentFormat.isName(firstSeq + ".", ".") ? Long.parseLong(firstSeq) : 0;
        long most =
            first.header().start().seq() + first.rows() + (found.offset() - from) / LEAST_ROW_BYTES;
        seen = seq <= most ? Math.max(seen, seq) : seen; // nothing else vouches for it
        SegmentIndex index = follow(reader, found, seq, Integer.parseUnsignedInt(crc, 16));
        if (index.batches().size() > 1) {
          stretches.add(new Stretch(reader, first.firstMessage(), false, index));
          seen = Math.max(seen, Math.max(index.batches().get(1).firstSeq(), index.end().seq()));
          at = index.tail().offset();
        }
      }
      found = search.next(at);
    }
    return seen;
  }

  /** The batches that verify behind one that does not, or not provably so. */
  private static SegmentIndex follow(
      SegmentReader reader, BatchSearch.Found anchor, long anchorSeq, int anchorCrc)
      throws IOException {
    List<SegmentIndex.Entry> entries = new ArrayList<>();
    entries.add(
        new SegmentIndex.Entry(anchor.offset(), anchor.end(), anchorSeq, 0, 0, 0, 0, 0, anchorCrc));
    LogPosition end = new LogPosition(-1, 0, 0);
    long at = anchor.end();
    int crc = anchorCrc;
    long nextSeq = -1;
    try {
      SegmentReader.Verified v = reader.next(at, crc);
      while (v != null && (nextSeq < 0 || v.batch().firstSeq() == nextSeq)) {
        entries.add(v.entry());
        nextSeq = v.batch().firstSeq() + v.batch().rows();
        at = v.entry().to();
        crc = v.entry().crc();
        end = SegmentIndexer.endOf(v.batch(), end);
        v = reader.next(at, crc);
      }
    } catch (DamagedFileException e) {
      // the stretch ends here
    }
    Tail tail = new Tail(Tail.Kind.TORN, reader.path(), at, "");
    return new SegmentIndex(List.copyOf(entries), end, tail);
  }
}
