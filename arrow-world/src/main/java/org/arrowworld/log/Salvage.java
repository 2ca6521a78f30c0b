package org.arrowworld.log;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.UnsupportedVersionException;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.storage.Storage;

/**
 * Reads a log that may be damaged: every batch that verifies and continues the one before it, up to
 * the first that does not. Footers are not needed.
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
  private LogPosition end;
  private long seqSeen;
  private boolean broken;

  private Salvage(Storage storage, StoreId store, List<Key> initialKeys, LogPosition start) {
    this.storage = storage;
    this.store = store;
    this.keys = new KeyTable(initialKeys);
    this.end = start;
    this.seqSeen = start.seq();
  }

  /**
   * Reads what can be read.
   *
   * @param start where the log begins: {@link LogPosition#START}, or a base
   * @param visitor gets the committed rows, in order; keys are in {@code keyTable} by then
   * @param keyTable takes the keys that are met
   */
  public static Result run(
      Storage storage, StoreId store, LogPosition start, KeyTable keyTable, Log.Visitor visitor)
      throws IOException {
    Salvage salvage = new Salvage(storage, store, keyTable.from(0), start);
    for (String path : Log.segmentPaths(storage)) {
      salvage.segment(path, keyTable, visitor);
    }
    return new Result(salvage.end, List.copyOf(salvage.losses), salvage.seqSeen);
  }

  private void segment(String path, KeyTable keyTable, Log.Visitor visitor) throws IOException {
    long firstMessage = path.endsWith(SegmentFormat.SEALED_ENDING) ? 8 : 0;
    try (SegmentReader reader = SegmentReader.open(storage, path, firstMessage, memory)) {
      if (!reader.header().store().equals(store)) {
        lose(path + ": it belongs to another store");
        return;
      }
      LogPosition start = reader.header().start();
      SegmentIndex index = SegmentIndexer.live(reader);
      long rows = index.batches().stream().mapToLong(SegmentIndex.Entry::rows).sum();
      seqSeen = Math.max(seqSeen, start.seq() + rows);
      boolean continues = start.seq() == end.seq() && start.chain() == end.chain();
      if (broken || !continues) {
        if (start.seq() + rows > end.seq()) {
          lose(
              "%s: its %d readable rows from seq %d on do not follow what was saved, which ends at seq %d"
                  .formatted(path, rows, start.seq(), end.seq()));
        }
        return;
      }
      handOver(reader, index, keyTable, visitor);
      Tail tail = index.tail();
      if (tail.kind() == Tail.Kind.DAMAGED || (firstMessage > 0 && isCutSealed(reader, index))) {
        lose("%s at byte %d: %s".formatted(path, tail.offset(), tail.finding()));
      }
    } catch (DamagedFileException | UnsupportedVersionException | NoSuchFileException e) {
      lose(e.getMessage());
    }
  }

  /** A sealed segment has no tail: its last batch is followed by the end marker and a footer. */
  private static boolean isCutSealed(SegmentReader reader, SegmentIndex index) throws IOException {
    try {
      return SegmentIndexer.sealed(reader).end().seq() != index.end().seq();
    } catch (DamagedFileException e) {
      return true;
    }
  }

  private void handOver(
      SegmentReader reader, SegmentIndex index, KeyTable keyTable, Log.Visitor visitor)
      throws IOException {
    for (Key key : reader.keys().from(keys.size())) {
      keys.add(key);
      keyTable.add(key);
    }
    for (int i = 0; i < index.batches().size(); i++) {
      TripleBatch batch = reader.read(index.batches(), i);
      int to = (int) Math.min(batch.rows(), index.end().seq() - batch.firstSeq());
      if (to > 0) {
        visitor.visit(batch, 0, to);
      }
    }
    if (index.end().seq() > end.seq()) {
      end = index.end();
    }
  }

  private void lose(String finding) {
    losses.add(finding);
    broken = true;
  }
}
