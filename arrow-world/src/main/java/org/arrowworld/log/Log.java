package org.arrowworld.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
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

  private static final int OPEN_ATTEMPTS = 5;

  private record Part(SegmentReader reader, SegmentIndex index) {}

  private final List<Part> parts;
  private final KeyTable keys;
  private final LogPosition start;
  private final LogPosition end;
  private final Tail tail;

  private Log(List<Part> parts, KeyTable keys, LogPosition start, LogPosition end, Tail tail) {
    this.parts = parts;
    this.keys = keys;
    this.start = start;
    this.end = end;
    this.tail = tail;
  }

  /**
   * Opens the log of a store.
   *
   * @param store id that every segment must carry
   * @param initialKeys the keys of the store's schema, which the log's own must begin with
   */
  public static Log open(Storage storage, StoreId store, List<Key> initialKeys) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        return openOnce(storage, store, initialKeys);
      } catch (NoSuchFileException e) {
        // A live segment was sealed and deleted between listing and opening it.
        if (attempt == OPEN_ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  private static Log openOnce(Storage storage, StoreId store, List<Key> initialKeys)
      throws IOException {
    List<Part> parts = new ArrayList<>();
    ReadMemory memory = new ReadMemory();
    try {
      for (String path : segmentPaths(storage)) {
        Part part = openPart(storage, path, memory);
        parts.add(part);
        if (isCovered(parts, part)) {
          parts.remove(parts.size() - 1);
          part.reader.close();
        }
      }
      KeyTable keys = checkContinuity(parts, store, initialKeys);
      return bounded(parts, keys, Fence.read(storage));
    } catch (IOException | RuntimeException e) {
      closeAll(parts);
      throw e;
    }
  }

  /** Whether a segment before this one holds all its rows: a merge was interrupted (spec L-25). */
  private static boolean isCovered(List<Part> parts, Part part) {
    return parts.size() > 1
        && part.index.end().seq() <= parts.get(parts.size() - 2).index.end().seq()
        && part.reader.header().start().seq() < parts.get(parts.size() - 2).index.end().seq();
  }

  /**
   * Paths of the segments in order; where both forms exist, the sealed one. Live ones are listed
   * first, so that a segment sealed meanwhile is seen in one form at least.
   */
  static List<String> segmentPaths(Storage storage) throws IOException {
    TreeMap<String, String> paths = new TreeMap<>();
    for (String name : storage.list(SegmentFormat.LIVE)) {
      if (name.matches("[0-9]{20}\\.arrows")) {
        paths.put(name.substring(0, 20), SegmentFormat.LIVE + "/" + name);
      }
    }
    for (String name : storage.list(SegmentFormat.LOG)) {
      if (name.matches("[0-9]{20}\\.arrow")) {
        paths.put(name.substring(0, 20), SegmentFormat.LOG + "/" + name);
      }
    }
    return List.copyOf(paths.values());
  }

  private static Part openPart(Storage storage, String path, ReadMemory memory) throws IOException {
    boolean sealed = path.endsWith(SegmentFormat.SEALED_ENDING);
    SegmentReader reader = SegmentReader.open(storage, path, sealed ? 8 : 0, memory);
    try {
      String name = path.substring(path.lastIndexOf('/') + 1).substring(0, 20);
      if (!name.equals(SegmentFormat.digits20(reader.header().start().seq()))) {
        throw new DamagedFileException(path, -1, "its name and its aw.first_seq differ");
      }
      return new Part(reader, sealed ? SegmentIndexer.sealed(reader) : SegmentIndexer.live(reader));
    } catch (IOException | RuntimeException e) {
      reader.close();
      throw e;
    }
  }

  private static KeyTable checkContinuity(List<Part> parts, StoreId store, List<Key> initialKeys)
      throws IOException {
    KeyTable keys = new KeyTable(initialKeys);
    LogPosition expected = null;
    for (Part part : parts) {
      SegmentFormat.Header header = part.reader.header();
      String path = part.reader.path();
      if (!header.store().equals(store)) {
        throw new DamagedFileException(
            path,
            -1,
            "it belongs to store %s, not %s".formatted(header.store().hex(), store.hex()));
      }
      if (expected != null
          && (header.start().seq() != expected.seq()
              || header.start().chain() != expected.chain())) {
        throw new DamagedFileException(
            path,
            -1,
            "it continues seq %d chain %016x, but the log before it ends at seq %d chain %016x"
                .formatted(
                    header.start().seq(),
                    header.start().chain(),
                    expected.seq(),
                    expected.chain()));
      }
      takeKeys(keys, part.reader, expected == null && header.start().seq() > 0);
      expected = part.index.end();
    }
    return keys;
  }

  /** Keys never change; only the first remaining segment of a shortened log may know more. */
  private static void takeKeys(KeyTable keys, SegmentReader reader, boolean shortened)
      throws DamagedFileException {
    List<Key> theirs = reader.keys().from(0);
    for (Key key : theirs) {
      if (key.code() < keys.size() && !keys.key(key.code()).equals(key)) {
        throw new DamagedFileException(
            reader.path(), -1, "it declares key %d differently from the log".formatted(key.code()));
      }
      if (key.code() >= keys.size()) {
        keys.add(key);
      }
    }
    if (theirs.size() < keys.size() && !shortened) {
      throw new DamagedFileException(
          reader.path(), -1, "it lacks keys that the log before it declares");
    }
  }

  private static Log bounded(List<Part> parts, KeyTable keys, Optional<Fence> fence)
      throws IOException {
    if (parts.isEmpty()) {
      Tail none = new Tail(Tail.Kind.CLEAN, SegmentFormat.LOG, 0, "");
      return new Log(parts, keys, LogPosition.START, LogPosition.START, none);
    }
    Part first = parts.get(0);
    Part last = parts.get(parts.size() - 1);
    LogPosition end = last.index.end();
    // A segment without a commit knows the position it starts from, but not its tick.
    for (int i = parts.size() - 2; end.tick() < 0 && i >= 0; i--) {
      long tick = parts.get(i).index.end().tick();
      end = new LogPosition(tick, end.seq(), end.chain());
    }
    if (fence.isPresent() && fence.get().seq() < end.seq()) {
      end = fencedEnd(parts, fence.get());
    }
    return new Log(parts, keys, first.reader.header().start(), end, last.index.tail());
  }

  private static LogPosition fencedEnd(List<Part> parts, Fence fence) throws IOException {
    for (Part part : parts) {
      for (int i = 0; i < part.index.batches().size(); i++) {
        SegmentIndex.Entry entry = part.index.batches().get(i);
        long row = fence.seq() - 1 - entry.firstSeq();
        if (row >= 0 && row < entry.rows()) {
          TripleBatch batch = part.reader.read(part.index.batches(), i);
          if (batch.key((int) row) != KeyTable.COMMIT) {
            throw new DamagedFileException(Fence.PATH, -1, "its seq does not follow a commit row");
          }
          return new LogPosition(fence.tick(), fence.seq(), batch.val((int) row));
        }
      }
    }
    throw new DamagedFileException(Fence.PATH, -1, "its seq is not in the log");
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

  /** Total size of the segments' valid parts in bytes. */
  public long bytes() throws IOException {
    long bytes = 0;
    for (Part part : parts) {
      bytes += part.reader.file().size();
    }
    return bytes;
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
    scan(first, last, entry -> true, visitor);
  }

  /** As {@link #scan(long, long, Visitor)}, skipping batches that cannot hold a row id. */
  public void scanRid(long first, long last, int rid, Visitor visitor) throws IOException {
    scan(
        first,
        last,
        e ->
            Integer.compareUnsigned(e.ridMin(), rid) <= 0
                && Integer.compareUnsigned(rid, e.ridMax()) <= 0,
        visitor);
  }

  private interface BatchFilter {
    boolean mayMatch(SegmentIndex.Entry entry);
  }

  private void scan(long first, long last, BatchFilter filter, Visitor visitor) throws IOException {
    if (first > last) {
      throw new InvalidUseException("Cannot scan ticks %d to %d".formatted(first, last));
    }
    for (Part part : parts) {
      List<SegmentIndex.Entry> entries = part.index.batches();
      for (int i = 0; i < entries.size(); i++) {
        SegmentIndex.Entry entry = entries.get(i);
        boolean overlaps = entry.tickMax() >= first && entry.tickMin() <= last;
        if (overlaps && entry.firstSeq() < end.seq() && filter.mayMatch(entry)) {
          TripleBatch batch = part.reader.read(entries, i);
          int from = first <= entry.tickMin() ? 0 : batch.firstRowAfter(first - 1);
          int to = last >= entry.tickMax() ? batch.rows() : batch.firstRowAfter(last);
          to = (int) Math.min(to, end.seq() - entry.firstSeq());
          if (from < to) {
            visitor.visit(batch, from, to);
          }
        }
      }
      if (parts.size() > 1) {
        part.reader.forget(); // memory must not grow with the number of segments
      }
    }
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
    ChainVerifier verifier = new ChainVerifier(start.chain(), strings);
    scan(0, Long.MAX_VALUE, verifier);
    verifier.finish(end);
  }

  @Override
  public void close() throws IOException {
    closeAll(parts);
  }

  private static void closeAll(List<Part> parts) throws IOException {
    for (Part part : parts) {
      part.reader.close();
    }
  }
}
