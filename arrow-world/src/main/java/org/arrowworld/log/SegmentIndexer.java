// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Digits;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.ipc.BatchSearch;
import org.arrowworld.internal.ipc.IpcEncoder;
import org.arrowworld.internal.ipc.IpcFooter;
import org.arrowworld.internal.json.Json;

/** Finds a segment's batches: from the footer of a sealed one, by reading a live one through. */
final class SegmentIndexer {
  private SegmentIndexer() {}

  /**
   * Reads a live segment through and tells where its valid part ends (spec L-22). What is found
   * behind it may have been written while this looked: then it is read on there.
   */
  static SegmentIndex live(SegmentReader reader) throws IOException {
    List<SegmentIndex.Entry> entries = new ArrayList<>();
    LogPosition end = reader.header().start();
    Tail tail;
    int before;
    do {
      before = entries.size();
      DamagedFileException failure = null;
      try {
        for (SegmentReader.Verified v = next(reader, entries);
            v != null;
            v = next(reader, entries)) {
          entries.add(v.entry());
          end = endOf(v.batch(), end);
        }
      } catch (DamagedFileException e) {
        failure = e;
      }
      tail = tail(reader, entries, end, failure);
    } while (tail.kind() == Tail.Kind.DAMAGED && entries.size() > before);
    return new SegmentIndex(List.copyOf(entries), end, tail);
  }

  /** Reads the batch behind those already read of a segment, or null where it ends. */
  static SegmentReader.Verified next(SegmentReader reader, List<SegmentIndex.Entry> entries)
      throws IOException {
    int crc = entries.isEmpty() ? 0 : entries.get(entries.size() - 1).crc();
    SegmentReader.Verified found = reader.next(endByte(entries), crc);
    long expected = nextSeq(reader, entries);
    if (found != null && found.entry().firstSeq() != expected) {
      throw new DamagedFileException(
          reader.path(),
          found.entry().from(),
          Text.of("the batch begins at seq %d, expected %d", found.entry().firstSeq(), expected));
    }
    return found;
  }

  private static long endByte(List<SegmentIndex.Entry> entries) {
    return entries.isEmpty() ? 0 : entries.get(entries.size() - 1).to();
  }

  private static long nextSeq(SegmentReader reader, List<SegmentIndex.Entry> entries) {
    return entries.isEmpty()
        ? reader.header().start().seq()
        : entries.get(entries.size() - 1).firstSeq() + entries.get(entries.size() - 1).rows();
  }

  /** The position after a batch's last commit row; the one before where it has none. */
  static LogPosition endOf(TripleBatch batch, LogPosition before) {
    int committed = batch.committedRows();
    return committed == 0
        ? before
        : new LogPosition(
            batch.tick(committed - 1), batch.firstSeq() + committed, batch.val(committed - 1));
  }

  /**
   * What follows the batches of a live segment that verify.
   *
   * @param failure why the next one does not; null where there is none
   */
  static Tail tail(
      SegmentReader reader,
      List<SegmentIndex.Entry> entries,
      LogPosition end,
      DamagedFileException failure)
      throws IOException {
    long at = endByte(entries);
    if (entries.isEmpty()) { // so that no checksum of a batch vouches for the header
      try {
        at = reader.headerEnd();
      } catch (DamagedFileException e) {
        return new Tail(Tail.Kind.DAMAGED, reader.path(), 0, e.getMessage());
      }
    }
    long nextSeq = nextSeq(reader, entries);
    boolean room = Room.isAllFrom(reader.file(), at);
    if (!room) {
      String found = laterBatch(reader, endByte(entries), nextSeq);
      if (found != null) {
        String why = failure == null ? "an end mark" : failure.getMessage();
        return new Tail(Tail.Kind.DAMAGED, reader.path(), at, Text.of("%s; yet %s", why, found));
      }
    }
    if (failure != null && !room) {
      return new Tail(Tail.Kind.TORN, reader.path(), at, failure.getMessage());
    }
    if (nextSeq > end.seq()) {
      String finding = Text.of("%d rows without a commit row", nextSeq - end.seq());
      return new Tail(Tail.Kind.TORN, reader.path(), at, finding);
    }
    return room
        ? new Tail(Tail.Kind.CLEAN, reader.path(), at, "")
        : new Tail(Tail.Kind.TORN, reader.path(), at, "an unfinished message");
  }

  /**
   * What is found of a well-framed batch of this log that was written when the first unreadable row
   * had been forced, or null (spec B-5, L-23). Batches that a power loss let through before older
   * ones were not, and the unreadable batch itself does not count.
   */
  private static String laterBatch(SegmentReader reader, long at, long nextSeq) throws IOException {
    BatchSearch search = new BatchSearch(reader.file(), reader.file().size());
    BatchSearch.Found found = search.next(at & -8L);
    while (found != null && !isLater(found, nextSeq)) {
      found = search.next(found.offset() + 8);
    }
    if (search.gaveUp()) {
      return "so much behind it looks like the beginning of a batch that not all can be looked at";
    }
    return found == null ? null : Text.of("a batch of the log stands at byte %d", found.offset());
  }

  private static boolean isLater(BatchSearch.Found found, long nextSeq) {
    String firstSeq = found.metadata().getOrDefault(SegmentFormat.FIRST_SEQ, "");
    String synced = found.metadata().getOrDefault(SegmentFormat.SYNCED, firstSeq);
    return Digits.are20(firstSeq)
        && Digits.are20(synced)
        && found.metadata().containsKey(IpcEncoder.BATCH_CRC)
        && synced.compareTo(SegmentFormat.digits20(nextSeq)) > 0;
  }

  /** Reads the index a sealed segment carries in its verified footer (spec L-20). */
  static SegmentIndex sealed(SegmentReader reader) throws IOException {
    IpcFooter footer = IpcFooter.read(reader.file());
    List<SegmentIndex.Entry> entries = new ArrayList<>();
    String path = reader.path();
    if (!footer.schema().equals(reader.schema())) {
      throw new DamagedFileException(path, 8, "its schema differs from the one in its footer");
    }
    try {
      List<?> rows = (List<?>) Json.parse(footer.metadata().get(SegmentFormat.BATCHES));
      long from = 0;
      for (int i = 0; i < rows.size(); i++) {
        List<?> row = (List<?>) rows.get(i);
        long to = footer.batches().get(i).end();
        entries.add(entry(row, from, to));
        from = to;
      }
      long rowCount = entries.stream().mapToLong(SegmentIndex.Entry::rows).sum();
      long lastTick = entries.get(entries.size() - 1).tickMax();
      long chain = Long.parseUnsignedLong(footer.metadata().get(SegmentFormat.LAST_CHAIN), 16);
      LogPosition end = new LogPosition(lastTick, reader.header().start().seq() + rowCount, chain);
      Tail tail = new Tail(Tail.Kind.CLEAN, path, reader.file().size(), "");
      Optional<SegmentIndex.Head> head = head(footer);
      head.ifPresent(reader::knowHead);
      return new SegmentIndex(List.copyOf(entries), end, tail, head);
    } catch (RuntimeException e) {
      throw new DamagedFileException(path, -1, "its footer has no valid aw.batches or aw.head", e);
    }
  }

  private static Optional<SegmentIndex.Head> head(IpcFooter footer) throws IOException {
    String stated = footer.metadata().get(SegmentFormat.HEAD);
    if (stated == null) {
      return Optional.empty();
    }
    List<?> pair = (List<?>) Json.parse(stated);
    long lengthBytes = footer.batches().get(0).offset();
    if (!pair.get(0).equals(Long.toString(lengthBytes))) {
      throw new IllegalArgumentException(stated + " does not end at byte " + lengthBytes);
    }
    int crc = Integer.parseUnsignedInt((String) pair.get(1), 16);
    return Optional.of(new SegmentIndex.Head(lengthBytes, crc));
  }

  private static SegmentIndex.Entry entry(List<?> row, long from, long to) {
    return new SegmentIndex.Entry(
        from,
        to,
        Long.parseLong((String) row.get(0)),
        Integer.parseInt((String) row.get(1)),
        Long.parseLong((String) row.get(2)),
        Long.parseLong((String) row.get(3)),
        Integer.parseUnsignedInt((String) row.get(4)),
        Integer.parseUnsignedInt((String) row.get(5)),
        Integer.parseUnsignedInt((String) row.get(6), 16));
  }

  /** The footer metadata of a sealed segment. */
  static Map<String, String> footerMetadata(
      List<SegmentIndex.Entry> entries, long lastChain, SegmentIndex.Head head) {
    List<List<String>> rows = new ArrayList<>();
    for (SegmentIndex.Entry e : entries) {
      rows.add(
          List.of(
              Long.toString(e.firstSeq()),
              Integer.toString(e.rows()),
              Long.toString(e.tickMin()),
              Long.toString(e.tickMax()),
              Integer.toUnsignedString(e.ridMin()),
              Integer.toUnsignedString(e.ridMax()),
              Digits.hex8(e.crc())));
    }
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put(SegmentFormat.BATCHES, Json.write(rows));
    metadata.put(SegmentFormat.LAST_CHAIN, Digits.hex16(lastChain));
    List<String> pair = List.of(Long.toString(head.lengthBytes()), Digits.hex8(head.crc()));
    metadata.put(SegmentFormat.HEAD, Json.write(pair));
    return metadata;
  }
}
