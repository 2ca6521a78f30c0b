// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.tick;

import java.util.Arrays;
import java.util.BitSet;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.world.IdMap;

/** Rows to be inserted into one table: patterns by column, and what orders and describes rows. */
final class InsertionList {
  /** No id was given. Below it stand rows born in this tick, see {@link PendingEntities}. */
  static final long NO_ID = -1;

  private final String table;
  private final long[][] patterns;
  private final BitSet[] given;
  private int[] systems = new int[16];
  private int[] causes = new int[16];
  private long[] ids = new long[16];
  private long[] parents = new long[16];
  private final BitSet handles = new BitSet();
  private int size;
  private Births births;

  /** Rows by id, where ids are given. */
  private IdMap byId = new IdMap();

  /** Of a presence table: rows by the number, in their own table, of the newborns that enter it. */
  private IdMap byNewborn = new IdMap();

  InsertionList(String table, int columns) {
    this.table = table;
    this.patterns = new long[columns][16];
    this.given = new BitSet[columns];
    Arrays.setAll(given, i -> new BitSet());
  }

  void begin(long tick) {
    for (BitSet column : given) {
      column.clear();
    }
    handles.clear();
    size = 0;
    births = new Births(table, tick);
    if (byId.size() > 0) {
      byId = new IdMap();
    }
    if (byNewborn.size() > 0) {
      byNewborn = new IdMap();
    }
  }

  /** What the handles of this tick's rows read. */
  Births births() {
    return births;
  }

  private void ensure(int rows) {
    int capacity = systems.length;
    if (rows <= capacity) {
      return;
    }
    int more = Math.max(rows, (int) Math.min(Integer.MAX_VALUE - 8L, capacity * 2L));
    // The array that tells the capacity grows last: where the heap ends between two, all still fit
    // it.
    for (int column = 0; column < patterns.length; column++) {
      patterns[column] = Arrays.copyOf(patterns[column], more);
    }
    causes = Arrays.copyOf(causes, more);
    ids = Arrays.copyOf(ids, more);
    parents = Arrays.copyOf(parents, more);
    systems = Arrays.copyOf(systems, more);
  }

  int add(int system, int causeId, long id) {
    ensure(Math.addExact(size, 1));
    systems[size] = system;
    causes[size] = causeId;
    ids[size] = id;
    parents[size] = NO_ID;
    if (id >= 0) {
      byId.put((int) id, size);
    }
    return size++;
  }

  /**
   * Adds the row of a newborn to a presence table.
   *
   * @param id what stands for its id
   * @param newborn its number among the rows inserted into its own table
   */
  int addNewborn(int system, long id, int newborn) {
    byNewborn.put(newborn, size);
    return add(system, 0, id);
  }

  /** The row that a newborn enters a presence table with, -1 if it does not. */
  int rowOfNewborn(int newborn) {
    return byNewborn.get(newborn);
  }

  /**
   * Adds rows without ids.
   *
   * @return the first one's number
   */
  int addAll(int system, int count) {
    int first = size;
    ensure(Math.addExact(first, count));
    Arrays.fill(systems, first, first + count, system);
    Arrays.fill(causes, first, first + count, 0);
    Arrays.fill(ids, first, first + count, NO_ID);
    Arrays.fill(parents, first, first + count, NO_ID);
    size = first + count;
    return first;
  }

  void set(int row, int column, long pattern) {
    patterns[column][row] = pattern;
    given[column].set(row);
  }

  /** The patterns of a column, to be filled for rows {@code [from, to)}, which count as given. */
  long[] fill(int column, int from, int to) {
    given[column].set(from, to);
    return patterns[column];
  }

  void parent(int row, long id) {
    parents[row] = id;
  }

  int size() {
    return size;
  }

  boolean isGiven(int row, int column) {
    return given[column].get(row);
  }

  long pattern(int row, int column) {
    return patterns[column][row];
  }

  /** The id asked for, or {@link #NO_ID}. */
  long id(int row) {
    return ids[row];
  }

  /** The parent's id, or {@link #NO_ID}. */
  long parent(int row) {
    return parents[row];
  }

  boolean hasId(int id) {
    return byId.get(id) >= 0;
  }

  /** Whether a row's id was given as the handle of a row born in this tick. */
  boolean isHandle(int row) {
    return handles.get(row);
  }

  /**
   * Puts numbers where rows born in this tick stood.
   *
   * @param lives of the table itself, whose rows parents are
   */
  void resolve(PendingEntities entities, Lives lives) {
    for (int row = 0; row < size; row++) {
      if (PendingEntities.isPending(ids[row])) {
        handles.set(row);
        ids[row] = Integer.toUnsignedLong(entities.resolve(ids[row]));
        causes[row] = (int) ids[row]; // presence rows are ordered by their ids
      }
      if (PendingEntities.isPending(parents[row])) {
        int parent = entities.resolve(parents[row]);
        if (lives.isOfDying(parent)) {
          throw new InvalidUseException(
              Text.of(
                  "Cannot log a parent in table '%s' by the handle of a newborn: it gets id %s from a row that dies in this tick, and the log would name the dead one as the parent; give birth to the child in a later tick, or remove the dead one in it",
                  table, Integer.toUnsignedString(parent)));
        }
        parents[row] = Integer.toUnsignedLong(parent);
      }
    }
  }

  /** Rows by (system, cause id), ties in the order made. */
  int[] ordered() {
    long[] order = new long[size];
    for (int i = 0; i < size; i++) {
      order[i] = ((long) systems[i] << 32) | Integer.toUnsignedLong(causes[i]);
    }
    return StableOrder.of(order, size);
  }
}
