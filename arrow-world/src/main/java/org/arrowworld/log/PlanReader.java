// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.storage.Storage;

/**
 * Reads the batches of a plan, in any order, each verified by itself before a value of it is used.
 * It opens one segment at a time. Where the store has strings, a sealed segment's words are read
 * once, when it is opened; where its footer has no checksum of them, its first batch is read with
 * them, whose checksum covers both. Memory is that of the largest batch and of one segment's words.
 * One thread; the storage stays the caller's.
 *
 * <p>A live segment that was sealed since the plan was made is read under its new name, if the
 * chain at the plan's end is still the planned one. What was merged, dropped or truncated meanwhile
 * is refused.
 */
public final class PlanReader implements Closeable {
  private static final String CUT_ELSEWHERE = "its batches are cut elsewhere";

  private final Storage storage;
  private final LogPlan plan;
  private final KeyTable keys;
  private final ReadMemory memory = new ReadMemory();
  private PlannedSegment current;
  private SegmentReader reader;
  private List<SegmentIndex.Entry> sealedMeanwhile;
  private boolean closed;

  private PlanReader(Storage storage, LogPlan plan) {
    this.storage = storage;
    this.plan = plan;
    this.keys = plan.keys();
  }

  /** Reads batches of a plan from the store it was made of. Opens no file yet. */
  public static PlanReader open(Storage storage, LogPlan plan) {
    return new PlanReader(storage, plan);
  }

  /**
   * The rows of a planned batch: those before the plan's end and of the ticks it is about. Other
   * row ids than those it is about may be among them. Valid until the next read.
   *
   * @param batch the batch that holds them
   * @param from its first row that is wanted
   * @param to its row after the last one that is wanted; {@code from} where there is none
   */
  public record Rows(TripleBatch batch, int from, int to) {

    /** How many there are. */
    public int count() {
      return to - from;
    }

    /** Appends them to arrays. */
    public void copyTo(Triples target) {
      batch.copyTo(target, from, to);
    }
  }

  /** The keys by code. */
  public KeyTable keys() {
    return keys;
  }

  /**
   * Reads and verifies a batch of the plan.
   *
   * @throws DamagedFileException if it does not verify, or is no longer the one that was planned
   * @throws InvalidUseException if the plan has no such batch
   */
  public Rows read(PlannedBatch batch) throws IOException {
    if (closed) {
      throw new InvalidUseException("Cannot read by a plan: this reader was closed");
    }
    if (current == null || !current.path().equals(batch.segment())) {
      open(segmentOf(batch));
    }
    if (sealedMeanwhile != null) {
      return readSealed(batch);
    }
    try {
      if (batch.index() > 0) {
        reader.loadWords(current.first().entry());
      }
      TripleBatch read = reader.read(batch.entry(), batch.previousCrc());
      return rows(read, batch.firstSeq(), batch.rows());
    } catch (IOException e) {
      throw isCutElsewhere(batch, e) ? gone(reader.path(), CUT_ELSEWHERE, e) : e;
    }
  }

  /** Whether a batch cannot be read because its sealed segment was written anew since. */
  private boolean isCutElsewhere(PlannedBatch batch, IOException failure) {
    if (!current.isSealed()) {
      return false;
    }
    try {
      List<SegmentIndex.Entry> now = SegmentIndexer.sealed(reader).batches();
      return batch.index() >= now.size() || !now.get(batch.index()).equals(batch.entry());
    } catch (IOException e) {
      failure.addSuppressed(e);
      return false;
    }
  }

  private PlannedSegment segmentOf(PlannedBatch batch) {
    return plan.segments().stream()
        .filter(segment -> segment.path().equals(batch.segment()))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidUseException(
                    Text.of(
                        "Cannot read batch %d of %s by this plan, which has no batch of that segment",
                        batch.index(), batch.segment())));
  }

  private void open(PlannedSegment segment) throws IOException {
    shut();
    try {
      use(segment, segment.path());
    } catch (NoSuchFileException | FileNotFoundException e) {
      if (segment.isSealed()) {
        throw gone(segment.path(), "it is no longer there", e);
      }
      openSealed(segment);
    }
    current = segment;
  }

  /** Opens a file of the segment, and checks that it is of the store and begins as planned. */
  private void use(PlannedSegment segment, String path) throws IOException {
    boolean sealed = path.endsWith(SegmentFormat.SEALED_ENDING);
    SegmentReader opened = SegmentReader.open(storage, path, sealed ? 8 : 0, memory);
    try {
      SegmentFormat.Header found = opened.header();
      if (!found.store().equals(plan.store())) {
        throw gone(path, "it belongs to store " + found.store().hex(), null);
      }
      if (!found.start().equals(segment.start())) {
        LogPosition start = found.start();
        throw gone(
            path,
            Text.of("it begins at seq %d with chain %016x", start.seq(), start.chain()),
            null);
      }
      reader = opened.knowing(keys, memory);
      if (sealed && segment.isSealed()) {
        segment.head().ifPresent(reader::knowHead);
      }
    } catch (IOException | RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  /** Opens what became of a live segment, if it holds the rows that were planned. */
  private void openSealed(PlannedSegment segment) throws IOException {
    String path = SegmentFormat.sealedPath(segment.start().seq());
    try {
      use(segment, path);
    } catch (NoSuchFileException | FileNotFoundException e) {
      throw gone(segment.path(), "neither it nor what it is called once sealed is there", e);
    }
    try {
      SegmentIndex index = SegmentIndexer.sealed(reader);
      checkChain(index, segment.end());
      sealedMeanwhile = index.batches();
    } catch (IOException | RuntimeException e) {
      shut();
      throw e;
    }
  }

  private void checkChain(SegmentIndex index, LogPosition planned) throws IOException {
    if (index.end().seq() == planned.seq() && index.end().chain() == planned.chain()) {
      return;
    }
    long commit = planned.seq() - 1;
    int number = holding(index.batches(), commit);
    if (number >= 0) {
      TripleBatch batch = reader.read(index.batches(), number);
      int row = (int) (commit - batch.firstSeq());
      if (batch.key(row) == KeyTable.COMMIT && batch.val(row) == planned.chain()) {
        return;
      }
    }
    throw gone(
        reader.path(),
        Text.of("it does not have chain %016x at seq %d", planned.chain(), planned.seq()),
        null);
  }

  private static int holding(List<SegmentIndex.Entry> entries, long seq) {
    for (int i = 0; i < entries.size(); i++) {
      SegmentIndex.Entry entry = entries.get(i);
      if (entry.firstSeq() <= seq && seq < entry.firstSeq() + entry.rows()) {
        return i;
      }
    }
    return -1;
  }

  /** Sealing puts whole batches together, so the rows stand in one. */
  private Rows readSealed(PlannedBatch batch) throws IOException {
    long end = Math.min(batch.firstSeq() + batch.rows(), plan.end().seq());
    int number = holding(sealedMeanwhile, batch.firstSeq());
    if (number < 0 || number != holding(sealedMeanwhile, end - 1)) {
      throw gone(reader.path(), CUT_ELSEWHERE, null);
    }
    return rows(reader.read(sealedMeanwhile, number), batch.firstSeq(), batch.rows());
  }

  /** The wanted rows among some of a batch's. */
  private Rows rows(TripleBatch batch, long firstSeq, int count) {
    BatchFilter filter = plan.filter();
    long end = Math.min(firstSeq + count, plan.end().seq());
    int first = (int) (firstSeq - batch.firstSeq());
    int last = (int) (end - batch.firstSeq());
    int from = Math.max(first, batch.firstRowAfter(filter.firstTick() - 1));
    int to = Math.min(last, batch.firstRowAfter(filter.lastTick()));
    return new Rows(batch, Math.min(from, to), to);
  }

  private DamagedFileException gone(String path, String finding, IOException cause) {
    return new DamagedFileException(
        path,
        -1,
        Text.of(
            "it is not the segment of the plan of store %s up to tick %d: %s; it was merged, dropped or replaced meanwhile, plan again",
            plan.store().hex(), plan.end().tick(), finding),
        cause);
  }

  private void shut() throws IOException {
    current = null;
    sealedMeanwhile = null;
    SegmentReader open = reader;
    reader = null;
    if (open != null) {
      open.close();
    }
  }

  /** Closes what it has open. Idempotent. */
  @Override
  public void close() throws IOException {
    closed = true;
    shut();
  }
}
