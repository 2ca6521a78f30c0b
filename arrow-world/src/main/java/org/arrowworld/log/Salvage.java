// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Text;
import org.arrowworld.log.SegmentSurvey.Stretch;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.storage.Storage;

/**
 * Reads a log that may be damaged in any way: whatever verifies and continues what was read before,
 * in whatever file it stands, up to the fence of a truncation under way. Names of files and footers
 * are not needed. Writes nothing.
 */
public final class Salvage {

  /** Takes the rows that are saved. */
  public interface Taker extends Log.Visitor {
    /** The position after the last tick it took. */
    LogPosition taken();
  }

  /**
   * What a log says of a store.
   *
   * @param strings whether it has a {@code text} column
   * @param schemaVersion version its rows follow
   * @param rows number of rows that verify
   * @param keys the keys its segments declare
   */
  public record Origin(
      StoreId store, boolean strings, int schemaVersion, long rows, List<Key> keys) {}

  /**
   * What could be read.
   *
   * @param end the position after the last tick that was saved
   * @param losses what could not be saved, in plain words
   * @param seqSeen the greatest seq known to have existed
   */
  public record Result(LogPosition end, List<String> losses, long seqSeen) {}

  private final Storage storage;
  private final SegmentSurvey survey;
  private final Set<String> losses = new LinkedHashSet<>();
  private final long limit;

  private Salvage(Storage storage) throws IOException {
    this.storage = storage;
    this.survey = SegmentSurvey.of(storage);
    this.limit = limit();
  }

  /** Looks at everything in the log's folders. */
  public static Salvage of(Storage storage) throws IOException {
    return new Salvage(storage);
  }

  private long limit() {
    try {
      return Fence.read(storage).map(Fence::seq).orElse(Long.MAX_VALUE);
    } catch (IOException | RuntimeException e) {
      losses.add(e.getMessage() + "; if it was a truncation, what that took away is here again");
      return Long.MAX_VALUE;
    }
  }

  /** The first seq that a truncation under way takes away (spec L-21); else the greatest long. */
  public long fence() {
    return limit;
  }

  /** The stores that segments here belong to; those with most rows first. */
  public List<Origin> origins() {
    Map<StoreId, Origin> origins = new LinkedHashMap<>();
    for (Stretch s : survey.stretches()) {
      SegmentFormat.Header header = s.header();
      if (s.fromHeader() && !s.index().batches().isEmpty()) {
        origins.merge(
            header.store(),
            new Origin(
                header.store(),
                header.strings(),
                header.schemaVersion(),
                s.rows(),
                s.reader().keys().from(0)),
            (a, b) -> {
              Origin longer = a.keys.size() < b.keys.size() ? b : a;
              return new Origin(
                  a.store, a.strings, longer.schemaVersion, a.rows + b.rows, longer.keys);
            });
      }
    }
    List<Origin> sorted = new ArrayList<>(origins.values());
    sorted.sort((a, b) -> Long.compare(b.rows, a.rows));
    return sorted;
  }

  /** The seq of the first row there is of a store; the greatest long if there is none. */
  public long firstSeq(Origin origin) {
    return survey.stretches().stream()
        .filter(s -> s.fromHeader() && isOf(s, origin))
        .mapToLong(s -> s.header().start().seq())
        .min()
        .orElse(Long.MAX_VALUE);
  }

  /**
   * The tick of the first row of a log that begins at seq 0; the greatest long if there is none.
   */
  public long firstTick(Origin origin) {
    return survey.stretches().stream()
        .filter(s -> s.fromHeader() && isOf(s, origin) && s.header().start().seq() == 0)
        .mapToLong(s -> s.index().batches().get(0).tickMin())
        .min()
        .orElse(Long.MAX_VALUE);
  }

  /** The seq up to which a store's rows can be read from a position on. */
  public long reach(Origin origin, LogPosition start, List<Key> initialKeys) throws IOException {
    KeyTable keys = new KeyTable(initialKeys);
    LogPosition end = start;
    for (Stretch s = next(origin, end, keys); s != null; s = next(origin, end, keys)) {
      learn(keys, s);
      LogPosition last = bounded(s, end);
      if (last.seq() <= end.seq()) {
        break;
      }
      end = last;
    }
    return end.seq();
  }

  /**
   * Hands over the committed rows of a store from a position on.
   *
   * @param start {@link LogPosition#START}, or a base, which may lie within a segment
   * @param keys takes the keys that are met
   */
  public Result copy(Origin origin, LogPosition start, KeyTable keys, Taker taker)
      throws IOException {
    LogPosition end = start;
    boolean goesOn = true;
    for (Stretch s = next(origin, end, keys);
        s != null && goesOn;
        s = goesOn ? next(origin, end, keys) : null) {
      learn(keys, s);
      LogPosition last = bounded(s, end);
      try {
        goesOn = last.seq() > end.seq();
        handOver(s, end, last, taker);
        end = goesOn ? last : end;
      } catch (DamagedFileException e) {
        losses.add(Text.of("%s; that tick and all later ones are not saved", e.getMessage()));
        end = taker.taken();
        goesOn = false;
      }
    }
    return new Result(end, report(origin, start, end), seen(origin, end));
  }

  private static boolean isOf(Stretch s, Origin origin) {
    return !s.index().batches().isEmpty()
        && s.header().store().equals(origin.store)
        && s.header().strings() == origin.strings;
  }

  /** The stretch that leads furthest on from a position, by the chain; null if none does. */
  private Stretch next(Origin origin, LogPosition end, KeyTable keys) {
    Stretch best = null;
    for (Stretch s : survey.stretches()) {
      if (end.seq() < limit
          && isOf(s, origin)
          && s.index().end().seq() > end.seq()
          && (best == null || leadsFurther(s, best))
          && agrees(s, keys)
          && continues(s, end)) {
        best = s;
      }
    }
    return best;
  }

  /** Of a live segment and its sealed twin the sealed one wins (spec L-20). */
  private static boolean leadsFurther(Stretch s, Stretch than) {
    long more = s.index().end().seq() - than.index().end().seq();
    return more > 0 || (more == 0 && s.firstMessage() > 0 && than.firstMessage() == 0);
  }

  private static boolean agrees(Stretch s, KeyTable keys) {
    List<Key> theirs = s.reader().keys().from(0);
    int common = Math.min(theirs.size(), keys.size());
    return theirs.subList(0, common).equals(keys.from(0).subList(0, common));
  }

  private static void learn(KeyTable keys, Stretch s) {
    s.reader().keys().from(keys.size()).forEach(keys::add);
  }

  /** Whether a stretch begins at a position, or holds it and what follows: by the chain. */
  private boolean continues(Stretch s, LogPosition end) {
    LogPosition start = s.header().start();
    if (s.fromHeader() && start.seq() == end.seq()) {
      return start.chain() == end.chain();
    }
    try {
      return start.seq() < end.seq()
          && commitAtOrBefore(s, end.seq())
              .filter(p -> p.seq() == end.seq() && p.chain() == end.chain())
              .isPresent();
    } catch (IOException e) {
      return false; // it was readable a moment ago
    }
  }

  /** Where a stretch ends, or where the fence cuts it. */
  private LogPosition bounded(Stretch s, LogPosition end) throws IOException {
    if (s.index().end().seq() <= limit) {
      return s.index().end();
    }
    LogPosition cut = commitAtOrBefore(s, limit).orElse(end);
    if (cut.seq() != limit) {
      losses.add(Text.of("%s: no tick ends at its seq, %d", Fence.PATH, limit));
    }
    return cut;
  }

  private SegmentReader reopen(Stretch s) throws IOException {
    SegmentReader reader = SegmentReader.open(storage, s.path(), s.firstMessage());
    reader.learn(s.reader());
    if (!s.fromHeader() && s.firstMessage() > 0) {
      for (Stretch other : survey.stretches()) { // whose first batch has the words of all
        if (other.fromHeader()
            && other.path().equals(s.path())
            && !other.index().batches().isEmpty()) {
          reader.read(other.index().batches(), 0);
        }
      }
    }
    return reader;
  }

  /** The position of the last commit row of a stretch that stands before a seq. */
  private Optional<LogPosition> commitAtOrBefore(Stretch s, long seq) throws IOException {
    List<SegmentIndex.Entry> entries = s.index().batches();
    try (SegmentReader reader = reopen(s)) {
      for (int i = entries.size() - 1; i >= (s.fromHeader() ? 0 : 1); i--) {
        SegmentIndex.Entry entry = entries.get(i);
        if (entry.firstSeq() < seq) {
          TripleBatch batch = reader.read(entries, i);
          int row = (int) Math.min(entry.rows(), seq - entry.firstSeq());
          while (row > 0 && batch.key(row - 1) != KeyTable.COMMIT) {
            row--;
          }
          if (row > 0) {
            return Optional.of(
                new LogPosition(batch.tick(row - 1), entry.firstSeq() + row, batch.val(row - 1)));
          }
        }
      }
      return Optional.empty();
    }
  }

  private void handOver(Stretch s, LogPosition from, LogPosition to, Taker taker)
      throws IOException {
    List<SegmentIndex.Entry> entries = s.index().batches();
    try (SegmentReader reader = reopen(s)) {
      for (int i = 0; i < entries.size(); i++) {
        SegmentIndex.Entry entry = entries.get(i);
        int first = (int) Math.min(entry.rows(), Math.max(0, from.seq() - entry.firstSeq()));
        int last = (int) Math.min(entry.rows(), to.seq() - entry.firstSeq());
        if (first < last) {
          taker.visit(reader.read(entries, i), first, last);
        }
      }
    }
  }

  private long seen(Origin origin, LogPosition end) {
    long seen = end.seq();
    for (Stretch s : survey.stretches()) {
      if (isOf(s, origin)) {
        seen = Math.max(seen, Math.min(limit, s.index().end().seq()));
      }
    }
    for (SegmentSurvey.Problem p : survey.problems()) {
      if (p.store().filter(origin.store::equals).isPresent()) {
        seen = Math.max(seen, Math.min(limit, p.seqSeen()));
      }
    }
    return seen;
  }

  private List<String> report(Origin origin, LogPosition start, LogPosition end) {
    for (SegmentSurvey.Problem p : survey.problems()) {
      if (!isMadeUpFor(p, start, end)) {
        losses.add(p.finding());
      }
    }
    for (Stretch s : survey.stretches()) {
      if (s.index().batches().isEmpty()) {
        continue;
      }
      if (!s.header().store().equals(origin.store)) {
        losses.add(s.path() + ": it belongs to store " + s.header().store().hex());
      } else if (Math.min(limit, s.index().end().seq()) > end.seq()) {
        losses.add(
            Text.of(
                "%s: its %d readable rows from seq %d on do not follow what was saved, which ends at seq %d",
                s.path(), s.rows(), firstSeq(s), end.seq()));
      }
    }
    return List.copyOf(losses);
  }

  private static long firstSeq(Stretch s) {
    return s.index().batches().get(s.fromHeader() ? 0 : 1).firstSeq();
  }

  /**
   * Whether rows behind a damaged place were saved from elsewhere, so that nothing is lost there.
   */
  private boolean isMadeUpFor(SegmentSurvey.Problem problem, LogPosition start, LogPosition end) {
    if (end.seq() >= limit) {
      return true;
    }
    long readTo = -1;
    for (Stretch s : survey.stretches()) {
      if (s.path().equals(problem.path())) {
        readTo = Math.max(readTo, s.index().end().seq());
      }
    }
    if (hasTwin(problem.path(), end) && problem.seqSeen() <= end.seq()) {
      return true;
    }
    return readTo >= start.seq() && readTo < end.seq() && problem.seqSeen() <= end.seq();
  }

  /** Whether another file holds all of the segment that an unreadable one was: its sealed form. */
  private boolean hasTwin(String path, LogPosition end) {
    return survey.stretches().stream()
        .filter(s -> s.fromHeader() && s.firstMessage() > 0)
        .map(s -> Map.entry(SegmentFormat.livePath(s.header().start().seq()), s.index().end()))
        .anyMatch(twin -> twin.getKey().equals(path) && twin.getValue().seq() <= end.seq());
  }
}
