// SPDX-License-Identifier: Apache-2.0
package org.arrowworld;

import java.io.IOException;
import java.util.Optional;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.given.Given;
import org.arrowworld.table.EntityRef;
import org.arrowworld.timeline.Change;
import org.arrowworld.timeline.Family;
import org.arrowworld.timeline.HistoryQuery;
import org.arrowworld.timeline.Life;
import org.arrowworld.timeline.NetChange;
import org.arrowworld.timeline.Queries;
import org.arrowworld.timeline.Query;
import org.arrowworld.timeline.Row;
import org.arrowworld.timeline.TickRange;

/** What may be asked of a recorded run: lives, rows, events, net changes. */
abstract class StoreQueries {

  /** Who answers. */
  abstract Queries queries();

  /**
   * What happened to an id, in all its lives: births and deaths with their lineage, values, events,
   * and its coming and going in presence tables, in log order. Reads just the batches that may hold
   * the id.
   *
   * @param id unsigned
   */
  public Query<Change> history(String table, int id) {
    return history(HistoryQuery.of(table, id));
  }

  /** As {@link Store#history(String, int)}, of one life; reading it throws where that never was. */
  public Query<Change> history(String table, EntityRef entity) {
    return history(HistoryQuery.of(table, entity));
  }

  /** As {@link Store#history(String, int)}, of one key or some ticks. */
  public Query<Change> history(HistoryQuery query) {
    return queries().history(query);
  }

  /** All lives of a table by birth, those before the log first. Memory is that of all lives. */
  public Query<Life> lives(String table) {
    return queries().lives(table);
  }

  /**
   * Where the last entity of an id came from, and its children. One pass over the log; memory is
   * that of the living and their ancestors.
   */
  public Family family(String table, int id) throws IOException {
    return queries().family(table, id);
  }

  /** As {@link Store#family(String, int)}, of one life of the id. */
  public Family family(String table, EntityRef entity) throws IOException {
    return queries().family(table, entity);
  }

  /**
   * The rows of a key of any kind, in log order.
   *
   * @param key its full name: {@code ship.x}, {@code ship.born}
   * @throws InvalidUseException if there is no such key; the message lists them
   */
  public Query<Row> rows(String key) {
    return rows(key, TickRange.ALL);
  }

  /** As {@link Store#rows(String)}, of some ticks. */
  public Query<Row> rows(String key, TickRange ticks) {
    return queries().rows(key, ticks);
  }

  /** The rows of all declared events, in log order. */
  public Query<Row> events() {
    return events(TickRange.ALL);
  }

  /** As {@link Store#events()}, of some ticks. */
  public Query<Row> events(TickRange ticks) {
    return queries().events(Optional.empty(), ticks);
  }

  /**
   * The rows of one event, in log order.
   *
   * @param key its full name: {@code ship.hit}
   * @throws InvalidUseException if there is no such key or it is no event; {@link #rows(String)}
   *     reads keys of every kind
   */
  public Query<Row> events(String key) {
    return events(key, TickRange.ALL);
  }

  /** As {@link Store#events(String)}, of some ticks. */
  public Query<Row> events(String key, TickRange ticks) {
    return queries().events(Optional.of(Given.required("read events", "key", key)), ticks);
  }

  /**
   * The net changes from the world at tick {@code a} to the world at tick {@code b}: who was born
   * and still lives, who died, which values differ. Memory is that of both worlds.
   */
  public Query<NetChange> between(long a, long b) throws IOException {
    return queries().between(a, b);
  }
}
