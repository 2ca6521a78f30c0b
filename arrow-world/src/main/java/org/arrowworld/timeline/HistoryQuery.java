// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.timeline;

import java.util.Optional;
import java.util.OptionalInt;
import org.arrowworld.internal.given.Given;
import org.arrowworld.table.EntityRef;

/**
 * What to look for in an entity's history.
 *
 * @param table its table
 * @param id its id, unsigned
 * @param generation which of the id's lives; all of them if empty
 * @param key only this key: a column, event or other key of the table, or a key's full name
 * @param ticks in which ticks
 */
public record HistoryQuery(
    String table, int id, OptionalInt generation, Optional<String> key, TickRange ticks) {
  private static final String ASK = "ask for a history";

  /** Refuses null. */
  public HistoryQuery {
    Given.required(ASK, "table", table);
    Given.required(ASK, "generation, or an empty one", generation);
    Given.required(ASK, "key, or an empty one", key);
    Given.required(ASK, "range of ticks", ticks);
  }

  /** All that ever happened to an id, in all its lives. */
  public static HistoryQuery of(String table, int id) {
    return new HistoryQuery(table, id, OptionalInt.empty(), Optional.empty(), TickRange.ALL);
  }

  /** All that ever happened in one life. */
  public static HistoryQuery of(String table, EntityRef entity) {
    return of(table, Given.required(ASK, "entity", entity).id()).withGeneration(entity.gen());
  }

  /** This query, about one life alone. */
  public HistoryQuery withGeneration(int gen) {
    return new HistoryQuery(table, id, OptionalInt.of(gen), key, ticks);
  }

  /** This query, about one key alone. */
  public HistoryQuery withKey(String name) {
    return new HistoryQuery(
        table, id, generation, Optional.of(Given.required(ASK, "key", name)), ticks);
  }

  /** This query, for ticks {@code from} to {@code to}, both included. */
  public HistoryQuery between(long from, long to) {
    return new HistoryQuery(table, id, generation, key, TickRange.of(from, to));
  }
}
