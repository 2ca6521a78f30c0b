// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.schema.SchemaJson;

/**
 * What there is to read of a log, as batches that can be read in any order, by any number of
 * threads and machines, each by a {@link PlanReader} of its own.
 *
 * <p>A plan is of the moment it was made: a writer that goes on does not change it, and its {@link
 * #end} is the end for whoever reads by it. It can be serialised, and {@link #only cut} into plans
 * of a few batches each. Immutable.
 */
public final class LogPlan implements Serializable {
  private static final long serialVersionUID = 1L;

  private final Head head;
  private final List<PlannedSegment> segments;
  private final List<PlannedBatch> batches;

  /**
   * What all parts of a plan share.
   *
   * @param declarations the keys, as {@code aw.keys} has them
   * @param base null if there is none: an Optional cannot be serialised
   */
  private record Head(
      StoreId store,
      String declarations,
      BatchFilter filter,
      LogPosition start,
      LogPosition end,
      PlannedBase base)
      implements Serializable {}

  private LogPlan(Head head, List<PlannedSegment> segments, List<PlannedBatch> batches) {
    this.head = head;
    this.segments = List.copyOf(segments);
    this.batches = List.copyOf(batches);
  }

  /** Plans the reading of a log's segments. */
  static LogPlan of(Log log, List<Log.Part> parts, StoreId store, BatchFilter filter) {
    List<PlannedSegment> segments = new ArrayList<>();
    List<PlannedBatch> batches = new ArrayList<>();
    for (Log.Part part : parts) {
      List<PlannedBatch> wanted = batches(part, log.end(), filter);
      if (!wanted.isEmpty()) {
        segments.add(segment(part, log.end()));
        batches.addAll(wanted);
      }
    }
    String declarations = SchemaJson.keys(log.keys().from(0));
    Head head = new Head(store, declarations, filter, log.start(), log.end(), null);
    return new LogPlan(head, segments, batches);
  }

  private static List<PlannedBatch> batches(Log.Part part, LogPosition end, BatchFilter filter) {
    List<PlannedBatch> wanted = new ArrayList<>();
    for (int i = 0; i < part.index().batches().size(); i++) {
      SegmentIndex.Entry entry = part.index().batches().get(i);
      if (entry.firstSeq() < end.seq() && filter.mayHold(entry)) {
        wanted.add(PlannedBatch.of(part.reader().path(), part.index(), i));
      }
    }
    return wanted;
  }

  private static PlannedSegment segment(Log.Part part, LogPosition end) {
    SegmentIndex index = part.index();
    String path = part.reader().path();
    return PlannedSegment.of(
        path,
        part.reader().header().start(),
        index.end().seq() < end.seq() ? index.end() : end,
        index);
  }

  /** The same, of a history that begins with a base. */
  public LogPlan withBase(PlannedBase base) {
    Head based = new Head(head.store, head.declarations, head.filter, head.start, head.end, base);
    return new LogPlan(based, segments, batches);
  }

  /** A plan of some of its batches, with what is needed to read those. */
  public LogPlan only(List<PlannedBatch> some) {
    Set<String> paths =
        some.stream()
            .map(PlannedBatch::segment)
            .collect(Collectors.toCollection(LinkedHashSet::new));
    List<PlannedSegment> theirs = segments.stream().filter(s -> paths.contains(s.path())).toList();
    return new LogPlan(head, theirs, some);
  }

  /** The store whose log it is. */
  public StoreId store() {
    return head.store;
  }

  /** All keys of the store, in a new table. */
  public KeyTable keys() {
    try {
      return new KeyTable(SchemaJson.keys("plan", head.declarations));
    } catch (IOException e) {
      throw new UncheckedIOException(e); // they were written by this class
    }
  }

  /** The rows that are wanted. */
  public BatchFilter filter() {
    return head.filter;
  }

  /** The position before the first row of the log; its tick is not known and -1. */
  public LogPosition start() {
    return head.start;
  }

  /** The position after the last committed row, when it was planned. Nothing behind it is read. */
  public LogPosition end() {
    return head.end;
  }

  /**
   * The snapshot that the history begins with, if it begins with one: then the rows of the log
   * change what that holds, and replaying them from nothing gives another world.
   */
  public Optional<PlannedBase> base() {
    return Optional.ofNullable(head.base);
  }

  /** The segments that its batches are in, in log order. */
  public List<PlannedSegment> segments() {
    return segments;
  }

  /** The batches that may hold rows that are wanted, in log order. */
  public List<PlannedBatch> batches() {
    return batches;
  }

  /** Bytes of its batches. */
  public long bytes() {
    return batches.stream().mapToLong(PlannedBatch::lengthBytes).sum();
  }

  /** Rows of its batches, whether they are wanted or not. */
  public long rows() {
    return batches.stream().mapToLong(b -> Math.min(b.rows(), head.end.seq() - b.firstSeq())).sum();
  }
}
