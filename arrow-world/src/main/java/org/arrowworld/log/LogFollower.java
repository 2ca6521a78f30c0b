// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
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
 * Follows a log while it is written: each {@link #poll} hands over the ticks committed since the
 * last one. Reads without a lock; any number of followers may run beside one writer, in other
 * processes too. Holds no file between polls. One thread.
 *
 * <p>Each poll first looks for the commit row it came to, so what was followed is always a
 * beginning of what the store holds: segments that were sealed or merged meanwhile are read on, but
 * where a truncation or a compaction has taken that row away, the follower refuses.
 */
public final class LogFollower implements Closeable {
  private static final int LOOKS = 5;

  private final Storage storage;
  private final KeyTable keys;
  private final ReadMemory memory = new ReadMemory();

  /** The batches read of the reader's segment. */
  private final List<SegmentIndex.Entry> entries = new ArrayList<>();

  private SegmentReader reader;
  private LogPosition position;

  /** Rows from here on do not exist: a truncation is under way (spec L-21). */
  private long fence = Long.MAX_VALUE;

  /** Where the segment after the reader's begins, if there was one when it was opened. */
  private OptionalLong following = OptionalLong.empty();

  /** First entry whose rows were not all handed over, because their tick was not committed yet. */
  private int firstPending;

  /** Whether a failure came while rows were handed over: they would be handed over again. */
  private boolean torn;

  /** Whose log it is, as soon as that is known. */
  private Optional<StoreId> store;

  private final WithoutSegments withoutSegments;

  private LogFollower(
      Storage storage,
      List<Key> initialKeys,
      LogPosition from,
      Optional<StoreId> store,
      WithoutSegments withoutSegments) {
    this.storage = storage;
    this.keys = new KeyTable(initialKeys);
    this.position = from;
    this.store = store;
    this.withoutSegments = withoutSegments;
  }

  /** Where a history ends whose log has no segment: at its base, if it has one. */
  public interface WithoutSegments {
    /** The position after the last tick, {@link LogPosition#START} if there is none. */
    LogPosition end() throws IOException;
  }

  /**
   * Begins to follow a history that was just opened; {@code timeline.follower()} is the short way.
   *
   * @param store whose it is: the segments of another store that took its place are refused
   * @param log its log
   * @param from the position after a committed tick, with its chain
   * @param withoutSegments asked where the log has no segment any more
   */
  public static LogFollower open(
      Storage storage, StoreId store, Log log, LogPosition from, WithoutSegments withoutSegments) {
    return new LogFollower(storage, log.keys().from(0), from, Optional.of(store), withoutSegments);
  }

  /**
   * Begins to follow a log that begins without a base.
   *
   * @param initialKeys keys known at that position
   * @param from the position after a committed tick, with its chain, or {@link LogPosition#START}
   */
  public static LogFollower open(Storage storage, List<Key> initialKeys, LogPosition from) {
    return new LogFollower(storage, initialKeys, from, Optional.empty(), () -> LogPosition.START);
  }

  /** The position after the last tick handed over. */
  public LogPosition position() {
    return position;
  }

  /** The keys met so far. */
  public KeyTable keys() {
    return keys;
  }

  /**
   * Hands over the rows of newly committed ticks, in log order.
   *
   * @return whether there were any
   * @throws DamagedFileException if a batch does not verify, though the writer is past it; or if
   *     the history followed so far is no longer the store's, because that was truncated, compacted
   *     or replaced: another follower must be opened then
   * @throws InvalidUseException if the poll before failed while it handed over rows
   */
  public boolean poll(Log.Visitor visitor) throws IOException {
    if (torn) {
      throw new InvalidUseException(
          "Cannot follow on: the poll before failed in the midst of a tick; open another follower");
    }
    long before = position.seq();
    String justRead = null;
    int misses = 0;
    while (openNext(justRead)) {
      try {
        readOn(visitor);
      } finally {
        reader.close();
      }
      if (following.isEmpty() || position.seq() >= following.getAsLong()) {
        justRead = reader.path();
      } else if (++misses == LOOKS) {
        throw missing();
      } else {
        justRead = null; // looked at once more: a truncation may have come between
      }
    }
    return position.seq() > before;
  }

  /** Opens the segment to read on in; false if there is none, or just that which was read. */
  private boolean openNext(String justRead) throws IOException {
    DamagedFileException failure = null;
    for (int look = 0; look < LOOKS; look++) {
      try {
        String path = segmentAtPosition();
        if (path == null || path.equals(justRead)) {
          return false;
        }
        openAtPosition(path);
        return true;
      } catch (NoSuchFileException e) {
        failure = null; // sealed or merged this moment, so it has another name now
      } catch (DamagedFileException e) {
        failure = e; // if it is no longer so, this was the middle of a change
      }
    }
    if (failure != null) {
      throw failure;
    }
    return false;
  }

  /** The last segment that begins at or before the position. */
  private String segmentAtPosition() throws IOException {
    fence = Fence.read(storage).map(Fence::seq).orElse(Long.MAX_VALUE);
    if (fence < position.seq()) {
      throw gone(Fence.PATH, Text.of("the log is being truncated to seq %d", fence));
    }
    List<String> paths = Log.segmentPaths(storage);
    if (paths.isEmpty()) {
      checkEnd(withoutSegments.end());
    }
    if (!paths.isEmpty() && LogOpener.firstSeq(paths.get(0)) > position.seq()) {
      throw gone(paths.get(0), "it is the first segment, the ones before it were dropped");
    }
    String last = null;
    following = OptionalLong.empty();
    for (String path : paths) {
      long firstSeq = LogOpener.firstSeq(path);
      if (firstSeq <= position.seq() && firstSeq < fence) {
        last = path;
      } else if (firstSeq < fence && following.isEmpty()) {
        following = OptionalLong.of(firstSeq);
      }
    }
    return last;
  }

  private static boolean isSealed(String path) {
    return path.endsWith(SegmentFormat.SEALED_ENDING);
  }

  private void openAtPosition(String path) throws IOException {
    if (reopened(path)) {
      return;
    }
    boolean sealed = isSealed(path);
    reader = SegmentReader.open(storage, path, sealed ? 8 : 0, memory);
    entries.clear();
    try {
      checkStore(reader.header().store());
      if (!sealed) {
        reader.headerEnd();
      }
      if (reader.header().start().seq() == position.seq()) {
        check(reader.header().start().chain());
      } else if (sealed) {
        skipSealed(SegmentIndexer.sealed(reader));
      } else {
        skipLive();
      }
      firstPending = entries.size();
    } catch (IOException | RuntimeException e) {
      reader.close();
      entries.clear();
      throw e;
    }
  }

  /** Opens a live segment anew to read on in, if it still holds all that was read of it. */
  private boolean reopened(String path) throws IOException {
    boolean read = reader != null && reader.path().equals(path) && !entries.isEmpty();
    if (!read || isSealed(path)) {
      return false;
    }
    SegmentReader again = SegmentReader.open(storage, path, 0, memory);
    boolean same = false;
    try {
      int last = entries.size() - 1;
      if (again.schema().equals(reader.schema()) && again.file().size() >= entries.get(last).to()) {
        again.learn(reader);
        again.read(entries, last);
        same = true;
        reader = again;
      }
    } catch (DamagedFileException e) {
      // another segment of that name, which is looked at from its beginning
    } finally {
      if (!same) {
        again.close();
      }
    }
    return same;
  }

  private void checkEnd(LogPosition end) throws DamagedFileException {
    if (end.seq() < position.seq() || end.chain() != position.chain()) {
      throw gone(
          storage.description(),
          Text.of(
              "it has no segment, and ends at tick %d, seq %d, chain %016x",
              end.tick(), end.seq(), end.chain()));
    }
  }

  private void checkStore(StoreId found) throws DamagedFileException {
    if (!found.equals(store.orElse(found))) {
      throw gone(
          reader.path(), Text.of("it belongs to store %s, not %s", found.hex(), store.get().hex()));
    }
    store = Optional.of(found);
  }

  private void skipSealed(SegmentIndex index) throws IOException {
    if (index.end().seq() == position.seq()) {
      check(index.end().chain());
      entries.addAll(index.batches());
      return;
    }
    for (SegmentIndex.Entry entry : index.batches()) {
      if (entry.firstSeq() + entry.rows() >= position.seq()) {
        check(reader.read(index.batches(), entries.size()));
        return;
      }
      entries.add(entry);
    }
    throw gone(reader.path(), Text.of("it ends at seq %d", index.end().seq()));
  }

  private void skipLive() throws IOException {
    for (SegmentReader.Verified v = next(); v != null; v = next()) {
      if (v.entry().firstSeq() + v.entry().rows() >= position.seq()) {
        check(v.batch());
        return;
      }
      entries.add(v.entry());
    }
    throw gone(reader.path(), "it ends before that");
  }

  /** Checks the commit row that the position follows. */
  private void check(TripleBatch batch) throws DamagedFileException {
    int row = (int) (position.seq() - 1 - batch.firstSeq());
    if (row < 0 || batch.key(row) != KeyTable.COMMIT) {
      throw gone(reader.path(), "no tick ends there");
    }
    check(batch.val(row));
  }

  private void check(long chain) throws DamagedFileException {
    if (chain != position.chain()) {
      throw gone(
          reader.path(),
          Text.of("it has chain %016x there, expected %016x", chain, position.chain()));
    }
  }

  private DamagedFileException gone(String path, String finding) {
    return new DamagedFileException(
        path,
        -1,
        Text.of(
            "the log no longer holds what was followed up to tick %d, seq %d: %s; it was truncated, compacted or replaced meanwhile, open it again",
            position.tick(), position.seq(), finding));
  }

  private DamagedFileException missing() {
    return new DamagedFileException(
        reader.path(),
        -1,
        Text.of(
            "it ends at seq %d, but the next segment begins at seq %d: the rows between are missing; run aw recover to save what can be read",
            position.seq(), following.getAsLong()));
  }

  /**
   * The next batch, or null where the segment ends. A live one ends before what its writer left
   * torn, as it does for every reader (spec L-22): the next writer goes on from there.
   */
  private SegmentReader.Verified next() throws IOException {
    try {
      return SegmentIndexer.next(reader, entries);
    } catch (DamagedFileException e) {
      if (isSealed(reader.path())) {
        throw e;
      }
      boolean torn = SegmentIndexer.tail(reader, entries, position, e).kind() != Tail.Kind.DAMAGED;
      return torn ? null : SegmentIndexer.next(reader, entries); // or it was just being written
    }
  }

  private void readOn(Log.Visitor visitor) throws IOException {
    for (SegmentReader.Verified v = next(); v != null; v = next()) {
      if (v.entry().firstSeq() >= fence) {
        return;
      }
      entries.add(v.entry());
      int committed = (int) Math.min(v.batch().committedRows(), fence - v.entry().firstSeq());
      if (committed > 0) {
        handOver(v.batch(), committed, visitor);
      }
    }
  }

  /** Takes in the keys met; those of rows that no commit follows may yet become others. */
  private void takeKeys() {
    for (Key key : reader.keys().from(keys.size())) {
      keys.add(key);
    }
  }

  /** Hands over the pending batches and the committed rows of the one just read. */
  private void handOver(TripleBatch newest, int committed, Log.Visitor visitor) throws IOException {
    takeKeys();
    int last = entries.size() - 1;
    LogPosition end =
        new LogPosition(
            newest.tick(committed - 1), newest.firstSeq() + committed, newest.val(committed - 1));
    torn = true;
    for (int i = firstPending; i <= last; i++) {
      TripleBatch batch = i == last && firstPending == last ? newest : reader.read(entries, i);
      int from = (int) Math.max(0, position.seq() - batch.firstSeq());
      int to = i == last ? committed : batch.rows();
      if (from < to) {
        visitor.visit(batch, from, to);
      }
    }
    torn = false;
    if (end.seq() > position.seq()) {
      position = end;
    }
    firstPending = committed < newest.rows() ? last : last + 1;
  }

  /** Idempotent. */
  @Override
  public void close() {
    entries.clear();
  }
}
