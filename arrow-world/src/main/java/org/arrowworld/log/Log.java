// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.storage.Storage;

/**
 * The committed rows of a store's log, for reading. A view of the moment it was opened: what is
 * appended later is not seen. Writes nothing, needs no lock. One thread at a time.
 *
 * <p>Opening checks headers, footers and the continuity of segments, and reads a live segment
 * through; batches of sealed segments are verified when they are read.
 */
public final class Log implements Closeable {

  /** Receives the rows of a scan. */
  public interface Visitor {
    /**
     * Rows {@code [from, to)} of a batch, which is valid during the call only. Batches come in log
     * order; ticks may span batches.
     */
    void visit(TripleBatch batch, int from, int to) throws IOException;
  }

  /** An open segment. */
  record Part(SegmentReader reader, SegmentIndex index, BatchKeys keys) {
    Part(SegmentReader reader, SegmentIndex index) {
      this(reader, index, new BatchKeys(index.batches().size()));
    }

    private boolean mayHoldRid(int batch, int rid) {
      SegmentIndex.Entry entry = index.batches().get(batch);
      return Integer.compareUnsigned(entry.ridMin(), rid) <= 0
          && Integer.compareUnsigned(rid, entry.ridMax()) <= 0;
    }
  }

  private final StoreId store;
  private final List<Part> parts;
  private final KeyTable keys;
  private final LogPosition start;
  private final LogPosition end;
  private final Tail tail;
  private final Optional<Fence> fence;
  private ScanProgress progress = ScanProgress.NONE;
  private volatile boolean closed;

  Log(
      StoreId store,
      List<Part> parts,
      KeyTable keys,
      LogPosition end,
      Tail tail,
      Optional<Fence> fence) {
    this.store = store;
    this.parts = parts;
    this.keys = keys;
    this.start = parts.isEmpty() ? LogPosition.START : parts.get(0).reader.header().start();
    this.end = end;
    this.tail = tail;
    this.fence = fence;
  }

  /**
   * Opens the log of a store.
   *
   * @param store id that every segment must carry
   * @param initialKeys the keys of the store's schema, which the log's own must begin with
   */
  public static Log open(Storage storage, StoreId store, List<Key> initialKeys) throws IOException {
    return new LogOpener(storage, store, initialKeys).open();
  }

  /** Paths of the segments in order, see {@link LogOpener#segmentPaths}. */
  static List<String> segmentPaths(Storage storage) throws IOException {
    return LogOpener.segmentPaths(storage);
  }

  /** Whom scans tell how far they are, from now on. */
  public void watch(ScanProgress watcher) {
    progress = watcher;
  }

  /** All keys of the store. */
  public KeyTable keys() {
    return keys;
  }

  /** The position before the first row there is; its tick is not known and -1. */
  public LogPosition start() {
    return start;
  }

  /** The position after the last committed row. */
  public LogPosition end() {
    return end;
  }

  /**
   * The position after the last committed tick at or before {@code tick}; {@link #start} if there
   * is none.
   */
  public LogPosition positionAt(long tick) throws IOException {
    if (tick >= end.tick()) {
      return end;
    }
    requireOpen();
    for (int p = parts.size() - 1; p >= 0; p--) {
      Part part = parts.get(p);
      List<SegmentIndex.Entry> entries = part.index.batches();
      for (int i = entries.size() - 1; i >= 0; i--) {
        if (entries.get(i).tickMin() <= tick && entries.get(i).firstSeq() < end.seq()) {
          TripleBatch batch = part.reader.read(entries, i);
          int row = batch.firstRowAfter(tick) - 1;
          while (row >= 0 && batch.key(row) != KeyTable.COMMIT) {
            row--;
          }
          if (row >= 0) {
            return new LogPosition(batch.tick(row), batch.firstSeq() + row + 1, batch.val(row));
          }
        }
      }
    }
    return start;
  }

  /** The position before the first row of {@code tick} or a later one. */
  public LogPosition positionBefore(long tick) throws IOException {
    return tick <= 0 ? start : positionAt(tick - 1);
  }

  /** The last tick that stays, where a truncation is under way (spec L-21). */
  public OptionalLong fencedAfter() {
    return fence.isPresent() ? OptionalLong.of(fence.get().tick()) : OptionalLong.empty();
  }

  /** The first seq that does not exist any more, where a truncation is under way (spec L-21). */
  public OptionalLong fencedSeq() {
    return fence.isPresent() ? OptionalLong.of(fence.get().seq()) : OptionalLong.empty();
  }

  /** What follows the committed rows. */
  public Tail tail() {
    return tail;
  }

  /** First committed tick, empty if there is none. */
  public Optional<Long> firstTick() {
    return parts.isEmpty() || end.seq() == start.seq() || parts.get(0).index.batches().isEmpty()
        ? Optional.empty()
        : Optional.of(parts.get(0).index.batches().get(0).tickMin());
  }

  /** The first committed tick after a given one, which must be before the last. */
  public long firstTickAfter(long tick) throws IOException {
    requireOpen();
    for (Part part : parts) {
      List<SegmentIndex.Entry> entries = part.index.batches();
      for (int i = 0; i < entries.size(); i++) {
        if (entries.get(i).tickMax() > tick) {
          TripleBatch batch = part.reader.read(entries, i);
          return batch.tick(batch.firstRowAfter(tick));
        }
      }
    }
    throw new InvalidUseException(
        Text.of("No tick after %d: the log ends at tick %d", tick, end.tick()));
  }

  /** Total size of the segments' valid parts in bytes. */
  public long bytes() throws IOException {
    requireOpen();
    long bytes = 0;
    for (Part part : parts) {
      bytes += validBytes(part);
    }
    return bytes;
  }

  /** A live segment may have room, or something torn, behind its last batch. */
  private static long validBytes(Part part) throws IOException {
    List<SegmentIndex.Entry> batches = part.index.batches();
    boolean live = part.reader.firstMessage() == 0;
    return live && !batches.isEmpty()
        ? batches.get(batches.size() - 1).to()
        : part.reader.file().size();
  }

  /**
   * A segment of the log.
   *
   * @param path its file
   * @param firstSeq seq of its first row
   * @param end the position after its last committed row
   * @param bytes size of its file
   */
  public record Segment(String path, long firstSeq, LogPosition end, long bytes) {}

  /** The segments in order, with their extents. */
  public List<Segment> extents() throws IOException {
    requireOpen();
    List<Segment> extents = new ArrayList<>();
    for (Part part : parts) {
      extents.add(
          new Segment(
              part.reader.path(),
              part.reader.header().start().seq(),
              part.index.end(),
              part.reader.file().size()));
    }
    return extents;
  }

  /** Paths of the segments, in order. */
  public List<String> segments() {
    return parts.stream().map(p -> p.reader.path()).toList();
  }

  /**
   * Reads the committed rows of ticks {@code first} to {@code last}, both included, in log order.
   *
   * @throws DamagedFileException at the first batch that does not verify, after the visitor saw
   *     those before it
   */
  public void scan(long first, long last, Visitor visitor) throws IOException {
    visit(reader(first, last), visitor);
  }

  /** As {@link #scan(long, long, Visitor)}, skipping batches that cannot hold a row id. */
  public void scanRid(long first, long last, int rid, Visitor visitor) throws IOException {
    visit(
        reader(first, last, LogReader.Form.BATCHES, (part, i) -> part.mayHoldRid(i, rid)), visitor);
  }

  private static void visit(LogReader batches, Visitor visitor) throws IOException {
    try (batches) {
      while (batches.next()) {
        visitor.visit(batches.batch(), batches.from(), batches.to());
      }
    }
  }

  /**
   * Reads the committed rows of ticks {@code first} to {@code last}, both included, as they are
   * asked for. The caller closes the reader.
   */
  public LogReader reader(long first, long last) {
    return reader(first, last, LogReader.Form.BATCHES, (part, i) -> true);
  }

  /**
   * As {@link #reader(long, long)}, skipping batches of which is known that they hold no row of
   * these keys. Which keys a batch holds is known once it was read.
   *
   * @param keys codes
   */
  public LogReader readerOf(long first, long last, BitSet keys) {
    long wanted = BatchKeys.of(keys);
    return reader(first, last, LogReader.Form.BATCHES, (part, i) -> part.keys.mayHold(i, wanted));
  }

  /** As {@link #readerOf(long, long, BitSet)}, skipping those too that cannot hold a row id. */
  public LogReader readerOf(long first, long last, BitSet keys, int rid) {
    long wanted = BatchKeys.of(keys);
    return reader(
        first,
        last,
        LogReader.Form.BATCHES,
        (part, i) -> part.mayHoldRid(i, rid) && part.keys.mayHold(i, wanted));
  }

  /** As {@link #reader(long, long)}, with the rows of each batch also as arrays. */
  public LogReader rowReader(long first, long last) {
    return reader(first, last, LogReader.Form.ARRAYS, (part, i) -> true);
  }

  /**
   * The stored bytes of every batch that holds committed rows of ticks {@code first} to {@code
   * last}, to be passed on as they are.
   */
  public StoredBatches stored(long first, long last) {
    return new StoredBatches(parts, first, last, end.seq());
  }

  /**
   * The batches that may hold wanted rows, to be read by {@link PlanReader}s, on other machines
   * too. Reads nothing.
   */
  public LogPlan plan(BatchFilter filter) {
    requireOpen();
    return LogPlan.of(this, parts, store, filter);
  }

  /** Which batches to read. */
  private interface Choice {
    boolean reads(Part part, int batch);
  }

  /** Lets a row reader of this log, with the memory that it has, read the rows after a tick. */
  public void readAfter(long tick, LogReader reader) {
    requireOpen();
    reader.restart(
        jobs(tick + 1, Long.MAX_VALUE, (part, i) -> true),
        new LogReader.Span(tick + 1, Long.MAX_VALUE, end.seq()));
  }

  private LogReader reader(long first, long last, LogReader.Form form, Choice choice) {
    if (first > last) {
      throw new InvalidUseException(Text.of("Cannot scan ticks %d to %d", first, last));
    }
    LogReader.Span span = new LogReader.Span(first, last, end.seq());
    return new LogReader(jobs(first, last, choice), span, form, this::scanned, this::requireOpen);
  }

  private List<LogReader.Job> jobs(long first, long last, Choice choice) {
    List<LogReader.Job> jobs = new ArrayList<>();
    for (Part part : parts) {
      List<SegmentIndex.Entry> entries = part.index.batches();
      for (int i = 0; i < entries.size(); i++) {
        SegmentIndex.Entry entry = entries.get(i);
        boolean overlaps = entry.tickMax() >= first && entry.tickMin() <= last;
        if (overlaps && entry.firstSeq() < end.seq() && choice.reads(part, i)) {
          jobs.add(new LogReader.Job(part.reader, entries, i, part.keys));
        }
      }
    }
    return jobs;
  }

  /**
   * How many rows lie between two ticks, roughly: by whole batches, which are counted without being
   * read.
   */
  public long rowsBetween(long afterTick, long tick) {
    long rows = 0;
    for (Part part : parts) {
      for (SegmentIndex.Entry entry : part.index.batches()) {
        if (entry.tickMin() > afterTick && entry.tickMin() <= tick) {
          rows += entry.rows();
        }
      }
    }
    return rows;
  }

  private void scanned(long seq) {
    progress.scanned(seq - start.seq(), end.seq() - start.seq());
  }

  /**
   * Reads everything and recomputes the digest chain (spec L-15).
   *
   * @throws DamagedFileException naming the first batch or tick that is wrong
   */
  public void verifyChain() throws IOException {
    if (parts.isEmpty()) {
      return;
    }
    boolean strings = parts.get(0).reader.header().strings();
    ChainVerifier verifier = new ChainVerifier(start, strings);
    scan(0, Long.MAX_VALUE, verifier);
    verifier.finish(end);
  }

  /**
   * Refuses to read on in what was closed: by its owner, or by its store, which changed.
   *
   * @throws InvalidUseException if it was
   */
  private void requireOpen() {
    if (closed) {
      throw new InvalidUseException(
          "Cannot read this log: it was closed, or its store was sealed, compacted, truncated or given a snapshot since; take it anew, as by store.log()");
    }
  }

  @Override
  public void close() throws IOException {
    closed = true;
    closeAll(parts);
  }

  static void closeAll(List<Part> parts) throws IOException {
    for (Part part : parts) {
      part.reader.close();
    }
  }
}
