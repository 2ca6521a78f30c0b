package org.arrowworld.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.storage.Storage;

/**
 * Follows a log while it is written: each {@link #poll} hands over the ticks committed since the
 * last one. Reads without a lock; any number of followers may run beside one writer, in other
 * processes too. One thread.
 */
public final class LogFollower implements Closeable {
  private static final int LOOKS = 5;

  private final Storage storage;
  private final KeyTable keys;
  private final List<SegmentIndex.Entry> entries = new ArrayList<>();
  private SegmentReader reader;
  private LogPosition position;

  /** First entry whose rows were not all handed over, because their tick was not committed yet. */
  private int firstPending;

  private LogFollower(Storage storage, List<Key> initialKeys, LogPosition from) {
    this.storage = storage;
    this.keys = new KeyTable(initialKeys);
    this.position = from;
  }

  /**
   * Begins to follow.
   *
   * @param initialKeys keys known at that position: {@code log.keys().from(0)}
   * @param from a position after a committed tick at which a segment begins, as {@link
   *     LogPosition#START}, or {@code log.end()} of a log just opened
   */
  public static LogFollower open(Storage storage, List<Key> initialKeys, LogPosition from) {
    return new LogFollower(storage, initialKeys, from);
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
   * @throws DamagedFileException if what follows is not what the log was: a batch that does not
   *     verify, though the writer is past it
   */
  public boolean poll(Log.Visitor visitor) throws IOException {
    long before = position.seq();
    while (reader != null || openNext()) {
      readOn(visitor);
      if (!hasSuccessor()) {
        break;
      }
      readOn(visitor); // what was appended before the successor began
      close();
    }
    return position.seq() > before;
  }

  private boolean hasSuccessor() throws IOException {
    // A writer that found a torn tail goes on at the last commit, before what was read.
    return nextSegment(readSeq()) != null || nextSegment(position.seq()) != null;
  }

  /** Seq after the last batch read; a successor begins there, if everything is committed. */
  private long readSeq() {
    return entries.isEmpty()
        ? position.seq()
        : entries.get(entries.size() - 1).firstSeq() + entries.get(entries.size() - 1).rows();
  }

  private String nextSegment(long firstSeq) throws IOException {
    if (reader != null && reader.header().start().seq() == firstSeq) {
      return null;
    }
    for (String path :
        List.of(SegmentFormat.sealedPath(firstSeq), SegmentFormat.livePath(firstSeq))) {
      if (storage.exists(path)) {
        return path;
      }
    }
    return null;
  }

  private boolean openNext() throws IOException {
    for (int look = 0; look < LOOKS; look++) {
      try {
        return openAtPosition();
      } catch (NoSuchFileException e) {
        // sealed this moment, so it has another name now
      }
    }
    return false;
  }

  private boolean openAtPosition() throws IOException {
    String path = null;
    for (String candidate : Log.segmentPaths(storage)) {
      String name = candidate.substring(candidate.lastIndexOf('/') + 1);
      if (Long.parseLong(name.substring(0, 20)) <= position.seq()) {
        path = candidate;
      }
    }
    if (path == null) {
      return false;
    }
    reader = SegmentReader.open(storage, path, path.endsWith(SegmentFormat.SEALED_ENDING) ? 8 : 0);
    entries.clear();
    firstPending = 0;
    return true;
  }

  private void readOn(Log.Visitor visitor) throws IOException {
    while (true) {
      SegmentIndex.Entry last = entries.isEmpty() ? null : entries.get(entries.size() - 1);
      SegmentReader.Verified next =
          reader.next(last == null ? 0 : last.to(), last == null ? 0 : last.crc());
      if (next == null) {
        return;
      }
      entries.add(next.entry());
      takeKeys();
      int committed = next.batch().committedRows();
      if (committed > 0) {
        handOver(next.batch(), committed, visitor);
      }
    }
  }

  private void takeKeys() {
    for (Key key : reader.keys().from(keys.size())) {
      keys.add(key);
    }
  }

  /** Hands over the pending batches and the committed rows of the one just read. */
  private void handOver(TripleBatch newest, int committed, Log.Visitor visitor) throws IOException {
    int last = entries.size() - 1;
    LogPosition end =
        new LogPosition(
            newest.tick(committed - 1), newest.firstSeq() + committed, newest.val(committed - 1));
    for (int i = firstPending; i <= last; i++) {
      TripleBatch batch = i == last && firstPending == last ? newest : reader.read(entries, i);
      int from = (int) Math.max(0, position.seq() - batch.firstSeq());
      int to = i == last ? committed : batch.rows();
      if (from < to) {
        visitor.visit(batch, from, to);
      }
    }
    if (end.seq() > position.seq()) {
      position = end;
    }
    firstPending = committed < newest.rows() ? last : last + 1;
  }

  @Override
  public void close() throws IOException {
    if (reader != null) {
      reader.close();
      reader = null;
    }
    entries.clear();
    firstPending = 0;
  }
}
