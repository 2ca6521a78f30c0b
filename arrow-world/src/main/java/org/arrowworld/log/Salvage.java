package org.arrowworld.log;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.UnsupportedVersionException;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.storage.Storage;

/**
 * Reads a log that may be damaged: every batch that verifies and continues the one before it, up to
 * the first that does not, or to the fence of a truncation under way. Footers are not needed.
 */
public final class Salvage {

  /**
   * What could be read.
   *
   * @param end the position after the last tick that could be saved
   * @param losses what could not, in plain words: file, offset, finding
   * @param seqSeen the greatest seq known to have existed; more than {@code end.seq()} if rows are
   *     lost
   */
  public record Result(LogPosition end, List<String> losses, long seqSeen) {}

  private final Storage storage;
  private final StoreId store;
  private final KeyTable keys;
  private final ReadMemory memory = new ReadMemory();
  private final List<String> losses = new ArrayList<>();
  private final long limit;
  private LogPosition end;
  private long seqSeen;

  private Salvage(Storage storage, StoreId store, List<Key> initialKeys, LogPosition start)
      throws IOException {
    this.storage = storage;
    this.store = store;
    this.keys = new KeyTable(initialKeys);
    this.end = start;
    this.seqSeen = start.seq();
    this.limit = limit(storage, losses);
  }

  /**
   * Reads what can be read.
   *
   * @param start where reading begins: {@link LogPosition#START}, or a base, which may lie within a
   *     segment
   * @param visitor gets the committed rows, in order; keys are in {@code keyTable} by then
   * @param keyTable takes the keys that are met
   */
  public static Result run(
      Storage storage, StoreId store, LogPosition start, KeyTable keyTable, Log.Visitor visitor)
      throws IOException {
    Salvage salvage = new Salvage(storage, store, keyTable.from(0), start);
    for (String path : Log.segmentPaths(storage)) {
      if (LogOpener.firstSeq(path) < salvage.limit) {
        salvage.segment(path, keyTable, visitor);
      }
    }
    return new Result(salvage.end, List.copyOf(salvage.losses), salvage.seqSeen);
  }

  /** The first seq that a truncation under way takes away (spec L-21); else the greatest long. */
  public static long limit(Storage storage) throws IOException {
    return limit(storage, new ArrayList<>());
  }

  private static long limit(Storage storage, List<String> losses) throws IOException {
    try {
      return Fence.read(storage).map(Fence::seq).orElse(Long.MAX_VALUE);
    } catch (DamagedFileException e) {
      losses.add(e.getMessage());
      return Long.MAX_VALUE;
    }
  }

  private void segment(String path, KeyTable keyTable, Log.Visitor visitor) throws IOException {
    boolean sealed = path.endsWith(SegmentFormat.SEALED_ENDING);
    try (SegmentReader reader = SegmentReader.open(storage, path, sealed ? 8 : 0, memory)) {
      if (!reader.header().store().equals(store)) {
        losses.add(path + ": it belongs to another store");
        return;
      }
      SegmentIndex index = SegmentIndexer.live(reader);
      long start = reader.header().start().seq();
      long rows = index.batches().stream().mapToLong(SegmentIndex.Entry::rows).sum();
      seqSeen = Math.max(seqSeen, Math.min(limit, start + rows));
      if (continues(reader, index)) {
        handOver(reader, index, keyTable, visitor);
      } else if (Math.min(limit, index.end().seq()) > end.seq()) {
        losses.add(
            Text.of(
                "%s: its %d readable rows from seq %d on do not follow what was saved, which ends at seq %d",
                path, rows, start, end.seq()));
      }
      if (hasMore(reader, index, sealed)) {
        Tail tail = index.tail();
        losses.add(Text.of("%s at byte %d: %s", path, tail.offset(), tail.finding()));
      }
    } catch (DamagedFileException | UnsupportedVersionException | NoSuchFileException e) {
      losses.add(e.getMessage());
    }
  }

  /** Whether the segment begins at the end so far, or holds it and what follows: by the chain. */
  private boolean continues(SegmentReader reader, SegmentIndex index) throws IOException {
    LogPosition start = reader.header().start();
    if (start.seq() == end.seq()) {
      return start.chain() == end.chain();
    }
    return start.seq() < end.seq()
        && end.seq() < index.end().seq()
        && commitBefore(reader, index, end.seq()).filter(p -> p.chain() == end.chain()).isPresent();
  }

  /** The position at a seq, if a commit row stands right before it. */
  private static Optional<LogPosition> commitBefore(
      SegmentReader reader, SegmentIndex index, long seq) throws IOException {
    for (int i = 0; i < index.batches().size(); i++) {
      SegmentIndex.Entry entry = index.batches().get(i);
      if (entry.firstSeq() < seq && seq <= entry.firstSeq() + entry.rows()) {
        TripleBatch batch = reader.read(index.batches(), i);
        int row = (int) (seq - 1 - entry.firstSeq());
        return batch.key(row) == KeyTable.COMMIT
            ? Optional.of(new LogPosition(batch.tick(row), seq, batch.val(row)))
            : Optional.empty();
      }
    }
    return Optional.empty();
  }

  /** Whether there was more in it than could be saved; a sealed one says how much it held. */
  private boolean hasMore(SegmentReader reader, SegmentIndex index, boolean sealed)
      throws IOException {
    if (!sealed) {
      return index.tail().kind() == Tail.Kind.DAMAGED && end.seq() < limit;
    }
    try {
      return Math.min(limit, SegmentIndexer.sealed(reader).end().seq()) > end.seq();
    } catch (DamagedFileException e) {
      return true;
    }
  }

  private void handOver(
      SegmentReader reader, SegmentIndex index, KeyTable keyTable, Log.Visitor visitor)
      throws IOException {
    LogPosition last = index.end();
    if (last.seq() > limit) {
      Optional<LogPosition> cut = commitBefore(reader, index, limit);
      if (cut.isEmpty()) {
        losses.add(Text.of("%s: no tick ends at seq %d", Fence.PATH, limit));
        return;
      }
      last = cut.get();
    }
    for (Key key : reader.keys().from(keys.size())) {
      keys.add(key);
      keyTable.add(key);
    }
    for (int i = 0; i < index.batches().size(); i++) {
      SegmentIndex.Entry entry = index.batches().get(i);
      int from = (int) Math.min(entry.rows(), Math.max(0, end.seq() - entry.firstSeq()));
      int to = (int) Math.min(entry.rows(), last.seq() - entry.firstSeq());
      if (from < to) {
        visitor.visit(reader.read(index.batches(), i), from, to);
      }
    }
    if (last.seq() > end.seq()) {
      end = last;
    }
  }
}
