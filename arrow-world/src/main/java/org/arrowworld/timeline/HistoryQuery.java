package org.arrowworld.timeline;

import java.util.Optional;

/**
 * What to look for in an entity's history.
 *
 * @param table its table
 * @param id its id, unsigned; all its generations count
 * @param key only this key: a column, event or other key of the table, or a key's full name
 * @param first first tick
 * @param last last tick
 */
public record HistoryQuery(String table, int id, Optional<String> key, long first, long last) {

  /** All that ever happened to an id. */
  public static HistoryQuery of(String table, int id) {
    return new HistoryQuery(table, id, Optional.empty(), 0, Long.MAX_VALUE);
  }

  /** This query, about one key alone. */
  public HistoryQuery withKey(String name) {
    return new HistoryQuery(table, id, Optional.of(name), first, last);
  }

  /** This query, for ticks {@code from} to {@code to}, both included. */
  public HistoryQuery between(long from, long to) {
    return new HistoryQuery(table, id, key, from, to);
  }
}
