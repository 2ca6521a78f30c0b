// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.timeline;

import java.io.IOException;
import java.util.BitSet;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.arrow.memory.BufferAllocator;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.given.Given;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.schema.TableKind;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.table.EntityRef;

/**
 * What can be found in a history. Names are checked at once, reading is done when it is asked for.
 */
public final class Queries {
  private final Timeline timeline;
  private final BufferAllocator allocator;

  /**
   * Queries of a history.
   *
   * @param allocator memory of the states that some of them need
   */
  public Queries(Timeline timeline, BufferAllocator allocator) {
    this.timeline = timeline;
    this.allocator = allocator;
  }

  /** What happened to an id, in log order, from where the history begins. */
  public Query<Change> history(HistoryQuery query) {
    Given.required("read a history", "query", query);
    TableSchema table = timeline.info().schema().table(query.table());
    filter(query, change -> true); // which checks the names
    if (query.generation().isPresent() && !table.hasGenerations()) {
      throw new InvalidUseException(
          Text.of(
              "Cannot tell one life of %s %s: the table counts no generations; leave the generation out, and choose by ticks",
              query.table(), Integer.toUnsignedString(query.id())));
    }
    return new Query<>(
        visitor -> {
          HistoryFilter filter = filter(query, visitor);
          scan(query, filter);
          filter.end();
        });
  }

  /**
   * Shows a filter the rows of a query's id in the ticks asked for, from where the history begins,
   * and before that, where the table counts generations, what tells its life then.
   */
  public void scan(HistoryQuery query, HistoryFilter filter) throws IOException {
    boolean counted = timeline.info().schema().table(query.table()).hasGenerations();
    TickRange ticks = query.ticks();
    long first = timeline.hasBase() ? timeline.firstTick() : -1;
    if (ticks.last() <= first) {
      learn(query, first, filter); // which may be the life asked for
      return;
    }
    HistoryQuery told = query.between(Math.max(ticks.first(), first + 1), ticks.last());
    long known = counted ? learn(told, first, filter) : ticks.last();
    timeline.scan(told, known, filter);
  }

  /**
   * Tells a filter which life of its id a state before the ticks asked for shows; whoever asks for
   * one life must hear whether it ever was, and so begins with the history.
   *
   * @param first the tick of the state that the history begins with, -1 for none
   * @return the state's tick, -1 for the empty world
   */
  private long learn(HistoryQuery query, long first, HistoryFilter filter) throws IOException {
    long near = query.generation().isEmpty() ? query.ticks().first() - 1 : -1;
    long tick = Math.max(first, near);
    if (tick < 0) {
      return -1;
    }
    try (MutableWorld state = timeline.startWorld(tick, idsOf(query.table()), allocator)) {
      filter.assumeAlive(state);
      return state.tick();
    }
  }

  private HistoryFilter filter(HistoryQuery query, Query.Enough<? super Change> visitor) {
    return new HistoryFilter(query, timeline.info().schema(), timeline.log().keys(), visitor);
  }

  /** The rows of a key of any kind, in log order. */
  public Query<Row> rows(String key, TickRange ticks) {
    Given.required("read rows", "range of ticks", ticks);
    BitSet codes = log().key(Given.required("read rows", "key", key));
    return new Query<>(visitor -> log().rows(codes, ticks, visitor));
  }

  /** The rows of an event, or of all events if none is named, in log order. */
  public Query<Row> events(Optional<String> key, TickRange ticks) {
    Given.required("read events", "range of ticks", ticks);
    BitSet codes = key.isPresent() ? log().event(key.get()) : log().events();
    return new Query<>(visitor -> log().rows(codes, ticks, visitor));
  }

  private LogRows log() {
    return new LogRows(timeline.log());
  }

  /** All lives of a table by birth, those before the log first. */
  public Query<Life> lives(String table) {
    checkLives(table);
    return new Query<>(visitor -> familyScan(table, OptionalInt.empty()).lives(visitor));
  }

  /** The family of the last entity of an id. */
  public Family family(String table, int id) throws IOException {
    checkLives(table);
    return familyScan(table, OptionalInt.of(id)).family(OptionalInt.empty());
  }

  /** The family of an entity. */
  public Family family(String table, EntityRef entity) throws IOException {
    checkLives(table);
    Given.required("read lives", "entity", entity);
    return familyScan(table, OptionalInt.of(entity.id())).family(OptionalInt.of(entity.gen()));
  }

  private FamilyScan familyScan(String table, OptionalInt id) throws IOException {
    FamilyScan scan = new FamilyScan(table, id, timeline.log().keys());
    long first = 0;
    if (timeline.hasBase()) {
      first = timeline.firstTick() + 1;
      try (MutableWorld base = base(table)) {
        scan.begin(base.table(table));
      }
    }
    timeline.log().scan(first, Long.MAX_VALUE, scan);
    return scan;
  }

  private void checkLives(String table) {
    Given.required("read lives", "table", table);
    if (timeline.info().schema().table(table).kind() == TableKind.APPEND_ONLY) {
      throw new InvalidUseException(
          Text.of("Nobody lives or dies in table '%s': rows are only added to it", table));
    }
  }

  private MutableWorld base(String table) throws IOException {
    return timeline.at(timeline.firstTick(), idsOf(table), allocator);
  }

  private static Projection idsOf(String table) {
    return Projection.of(table + ".id");
  }

  /** The net changes from the state at one tick to the state at a later one. */
  public Query<NetChange> between(long from, long to) throws IOException {
    timeline.checkTick(from);
    timeline.checkTick(to);
    return new Query<>(
        visitor -> {
          try (MutableWorld before = timeline.at(from, allocator);
              MutableWorld after = timeline.at(to, allocator)) {
            RowDiff.compare(
                before.tables(),
                after.tables(),
                d ->
                    d.kind() == RowDiff.Kind.SLOT || visitor.visit(NetChange.of(d, before, after)));
          }
        });
  }
}
